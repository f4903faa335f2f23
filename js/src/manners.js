/** What happens when the user speaks while the reply sounds: three manners, one choice. */

import { el, setAttribute } from "./elements.js";

/** @typedef {"interrupt" | "finish" | "wait"} Manner */
/** @typedef {{barge_in: boolean, half_duplex: boolean}} Switches */

/** @type {Record<Manner, {name: string, hint: string, switches: Switches}>} */
const MANNERS = {
  interrupt: {
    name: "Speak to interrupt",
    hint: "Speak to interrupt.",
    switches: { barge_in: true, half_duplex: false },
  },
  finish: {
    name: "Let it finish",
    hint: "It will finish.",
    switches: { barge_in: false, half_duplex: false },
  },
  wait: {
    name: "Loudspeakers: mute me",
    hint: "You are muted meanwhile.",
    switches: { barge_in: true, half_duplex: true },
  },
};

/** @param {Switches} switches @returns {Manner} */
export function mannerOf({ barge_in: bargeIn, half_duplex: halfDuplex }) {
  if (halfDuplex) return "wait";
  return bargeIn ? "interrupt" : "finish";
}

/** What the user can do while the reply sounds. @param {Manner} manner */
export function hintOf(manner) {
  return MANNERS[manner].hint;
}

export class MannerChoice {
  /** @param {(switches: Switches) => void} choose */
  constructor(choose) {
    const options = Object.entries(MANNERS).map(([manner, { name }]) =>
      el("option", "", { value: manner }, name),
    );
    const name = "While the reply sounds";
    this.root = el("select", "rt-choice rt-manner", { "aria-label": name, title: name }, ...options);
    this.root.addEventListener("change", () => {
      choose(MANNERS[/** @type {Manner} */ (this.root.value)].switches);
    });
  }

  /** @param {import("./panel_state.js").State} state @param {boolean} disabled */
  show({ manner, pushToTalk }, disabled) {
    this.root.hidden = pushToTalk; // holding the button interrupts
    this.root.disabled = disabled;
    if (this.root.value !== manner) this.root.value = manner;
    setAttribute(this.root, "data-manner", manner);
  }
}
