/**
 * The big button. With a voice detector it turns the microphone on and off. In push-to-talk
 * it is held down while one talks, with the pointer, Space or Enter; a short press latches
 * it until the next one.
 */

import { el, icon, setAttribute, setName } from "./elements.js";

const TAP_MS = 300;
const KEYS = [" ", "Enter"];

/**
 * @typedef {object} TalkActions
 * @property {() => boolean} isPushToTalk
 * @property {() => void} toggle
 * @property {(down: boolean) => void} talk
 */

export class TalkButton {
  #actions;
  #icons = { mic: icon("mic"), muted: icon("mic-off"), wave: icon("wave") };
  #button = el("button", "rt-mic", { type: "button" }, ...Object.values(this.#icons));
  #pressedAt = 0;
  #pressed = false;
  #latched = false;

  /** @param {TalkActions} actions */
  constructor(actions) {
    this.#actions = actions;
    this.root = el("div", "rt-mic-frame", el("span", "rt-ring"), this.#button);
    const button = this.#button;
    button.addEventListener("click", () => {
      if (!actions.isPushToTalk()) actions.toggle();
    });
    button.addEventListener("pointerdown", (event) => {
      button.setPointerCapture(event.pointerId);
      this.#press();
    });
    button.addEventListener("pointerup", () => this.#letGo());
    button.addEventListener("pointercancel", () => this.#letGo());
    button.addEventListener("keydown", (event) => {
      if (KEYS.includes(event.key) && !event.repeat) this.#press();
    });
    button.addEventListener("keyup", (event) => {
      if (KEYS.includes(event.key)) this.#letGo();
    });
    button.addEventListener("blur", () => this.#letGo());
  }

  /**
   * @param {import("./stage.js").Stage} stage
   * @param {import("./panel_state.js").State} state
   */
  show(stage, { mic, pushToTalk, talking }) {
    setName(this.#button, stage.action);
    setAttribute(this.#button, "aria-pressed", String(pushToTalk ? talking : mic === "open"));
    this.#button.disabled = stage.disabled;
    if (pushToTalk && !talking && mic === "off") this.#latched = false;
  }

  #press() {
    if (!this.#actions.isPushToTalk() || this.#pressed) return;
    this.#pressed = true;
    this.#pressedAt = performance.now();
    if (!this.#latched) this.#actions.talk(true);
  }

  #letGo() {
    if (!this.#pressed) return;
    this.#pressed = false;
    const tapped = performance.now() - this.#pressedAt < TAP_MS;
    this.#latched = tapped && !this.#latched;
    if (!this.#latched) this.#actions.talk(false);
  }
}
