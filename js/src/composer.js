/** Typing instead of talking: the text box, its button, and the choice of an audio file. */

import { el, icon, iconButton } from "./elements.js";

const MAX_HEIGHT_PX = 120;

/**
 * @typedef {object} ComposerActions
 * @property {(text: string) => void} say
 * @property {(file: File) => void} sendFile
 */

export class Composer {
  #actions;
  #text = el("textarea", "rt-text", {
    rows: "1",
    placeholder: "Type instead of talking",
    "aria-label": "Message",
    spellcheck: "true",
  });
  #send = el(
    "button",
    "rt-send",
    { type: "submit", "aria-label": "Send", title: "Send" },
    icon("send"),
  );
  #file = el("input", "rt-file-input", {
    type: "file",
    accept: "audio/*",
    tabindex: "-1",
    "aria-hidden": "true",
  });
  #choose = iconButton("rt-tool rt-file", "file", "Choose an audio file", () => this.#file.click());

  /** @param {ComposerActions} actions */
  constructor(actions) {
    this.#actions = actions;
    this.root = el("form", "rt-composer", this.#choose, this.#file, this.#text, this.#send);
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    this.#text.addEventListener("input", () => this.#fit());
    this.#file.addEventListener("change", () => this.#sendFile());
    this.#fit();
  }

  /** @param {boolean} disabled */
  show(disabled) {
    this.#text.disabled = disabled;
    this.#choose.disabled = disabled;
    this.#fit();
  }

  #submit() {
    const text = this.#text.value.trim();
    if (!text || this.#text.disabled) return;
    this.#actions.say(text);
    this.#text.value = "";
    this.#fit();
  }

  #sendFile() {
    const file = this.#file.files?.[0];
    if (file) this.#actions.sendFile(file);
    this.#file.value = "";
  }

  /** As high as its text, and the button only when there is some. */
  #fit() {
    this.#send.disabled = this.#text.disabled || this.#text.value.trim() === "";
    this.#text.style.height = "auto";
    const height = Math.min(MAX_HEIGHT_PX, this.#text.scrollHeight);
    if (height > 0) this.#text.style.height = `${height}px`;
  }
}
