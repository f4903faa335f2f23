/** Calls that wait for the user: a card each, with what would run and two buttons. */

import { argumentRows, question, visible } from "./approval.js";
import { el, icon } from "./elements.js";

/** @typedef {import("./approval.js").Approval} Approval */

/** A card that has just come may have slid under a click that was meant for something else. */
const SETTLED_AFTER_MS = 400;

export class ApprovalView {
  /** @type {Map<string, HTMLElement>} by nonce */
  #cards = new Map();
  #answer;

  /** @param {(nonce: string, allow: boolean) => void} answer */
  constructor(answer) {
    this.#answer = answer;
    this.root = el("div", "rt-asks", {
      role: "group",
      "aria-label": "Calls that wait for you",
      "aria-live": "polite",
    });
  }

  /** @param {Approval[]} approvals @param {boolean} disabled nobody takes an answer */
  show(approvals, disabled) {
    const open = new Set(approvals.map(({ nonce }) => nonce));
    for (const [nonce, card] of this.#cards) {
      if (open.has(nonce)) continue;
      card.remove();
      this.#cards.delete(nonce);
    }
    for (const approval of approvals) this.#add(approval);
    this.root.hidden = disabled || open.size === 0;
  }

  /** @param {Approval} approval */
  #add(approval) {
    if (this.#cards.has(approval.nonce)) return;
    const card = this.#card(approval);
    this.#cards.set(approval.nonce, card);
    this.root.append(card);
  }

  /** @param {Approval} approval */
  #card(approval) {
    const allow = this.#button("rt-allow", "check", "Allow once", approval.nonce, true);
    const deny = this.#button("rt-deny", "close", "Deny", approval.nonce, false);
    const name = visible(approval.name);
    const card = el(
      "article",
      "rt-ask",
      { "aria-label": `Allow ${name}?` },
      el("span", "rt-ask-sign", icon("tool")),
      el("div", "rt-ask-name", { dir: "ltr" }, name),
      el("div", "rt-ask-question", question(approval)),
      argumentList(approval),
      el(
        "div",
        "rt-ask-answer",
        el("span", "rt-ask-note", "Without an answer it is denied after two minutes."),
        deny,
        allow,
      ),
    );
    setTimeout(() => {
      allow.disabled = deny.disabled = false;
    }, SETTLED_AFTER_MS);
    return card;
  }

  /**
   * @param {string} className
   * @param {string} iconName
   * @param {string} text
   * @param {string} nonce
   * @param {boolean} allow
   */
  #button(className, iconName, text, nonce, allow) {
    const button = el("button", className, { type: "button", disabled: "" }, icon(iconName), text);
    button.addEventListener("click", (event) => {
      if (!event.isTrusted) return;
      button.disabled = true;
      this.#answer(nonce, allow);
    });
    return button;
  }
}

/** @param {Approval} approval */
function argumentList(approval) {
  const rows = argumentRows(approval.arguments).flatMap(([name, value]) => [
    el("dt", "", name),
    el("dd", "", { dir: "auto" }, value),
  ]);
  return el("dl", "rt-ask-arguments", { tabindex: "0", "aria-label": "Arguments" }, ...rows);
}
