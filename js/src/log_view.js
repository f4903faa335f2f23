/** The transcript: a chat log of both sides that follows the talk unless the user reads back. */

import { el, icon, setAttribute, setText } from "./elements.js";

/** @typedef {import("./transcript.js").Line} Line */

const NEAR_END_PX = 32;

export class LogView {
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map();
  #log = el("div", "rt-log", {
    role: "log",
    "aria-live": "polite",
    "aria-label": "Transcript",
    tabindex: "0",
  });
  #hidden = el("div", "rt-earlier");
  #empty = el("div", "rt-empty");
  #latest = el("button", "rt-pill rt-latest", { type: "button" }, icon("down"), "Latest");
  #follows = true;
  #resizes = new ResizeObserver(() => this.#follow());

  constructor() {
    this.root = el("div", "rt-log-frame", this.#log, this.#latest);
    this.#log.append(this.#hidden, this.#empty);
    this.#log.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    this.#latest.addEventListener("click", () => this.#toEnd());
    this.#latest.hidden = true;
    this.#resizes.observe(this.#log);
  }

  close() {
    this.#resizes.disconnect();
  }

  /**
   * @param {Line[]} lines
   * @param {number} hidden how many earlier ones are not among them
   * @param {string} empty shown when there are none
   */
  show(lines, hidden, empty) {
    setText(this.#hidden, hidden ? `${hidden} earlier items are not shown here.` : "");
    setText(this.#empty, lines.length ? "" : empty);
    this.#removeAllBut(new Set(lines.map((line) => line.id)));
    /** @type {Element} */
    let before = this.#empty;
    for (const line of lines) {
      const row = this.#rowOf(line.id);
      fill(row, line);
      if (before.nextElementSibling !== row) before.after(row);
      before = row;
    }
    this.#follow();
  }

  #follow() {
    if (this.#follows) this.#log.scrollTop = this.#log.scrollHeight;
  }

  /** @param {string} id */
  #rowOf(id) {
    let row = this.#rows.get(id);
    if (!row) {
      row = newRow(id);
      this.#rows.set(id, row);
    }
    return row;
  }

  /** @param {Set<string>} kept */
  #removeAllBut(kept) {
    for (const [id, row] of this.#rows) {
      if (kept.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
  }

  #onScroll() {
    const { scrollTop, clientHeight, scrollHeight } = this.#log;
    this.#follows = scrollTop + clientHeight >= scrollHeight - NEAR_END_PX;
    this.#latest.hidden = this.#follows;
  }

  #toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#log.focus({ preventScroll: true });
  }
}

/** @param {string} id */
function newRow(id) {
  const row = el("div", "rt-item", { "data-id": id });
  row.append(el("div", "rt-speaker"), el("div", "rt-words", { dir: "auto" }), el("div", "rt-note"));
  return row;
}

/** @param {HTMLElement} row @param {Line} line */
function fill(row, line) {
  const [speaker, words, note] = /** @type {Element[]} */ ([...row.children]);
  if (!speaker || !words || !note) return;
  setAttribute(row, "data-side", line.side);
  setAttribute(row, "aria-busy", String(line.busy));
  row.classList.toggle("rt-quiet", line.text === "");
  row.classList.toggle("rt-failed", line.failed);
  setText(speaker, line.speaker);
  setText(words, line.text || line.placeholder);
  setText(note, line.note);
}
