/** The sentences at the panel's foot: what is to be read, and what has been. */

const MAX_NOTICES = 3;

/** @typedef {{level: string, text: string}} Notice */

export class Messages {
  #problem = "";
  /** @type {Notice[]} of the kernel, the newest last */
  #notices = [];
  /** @type {Set<string>} what the user does not want to read again */
  #dismissed = new Set();

  /** What this page could not do; "" when there is nothing. */
  get problem() {
    return this.#problem;
  }

  set problem(sentence) {
    this.#problem = sentence;
    this.#dismissed.delete(sentence);
  }

  /** What the kernel has told so far. @param {Notice[]} notices */
  replace(notices) {
    this.#notices = notices.slice(-MAX_NOTICES);
  }

  /** The kernel tells something; told again, it is the newest. @param {Notice} notice */
  add({ level, text }) {
    this.#dismissed.delete(text);
    const others = this.#notices.filter((notice) => notice.text !== text);
    this.replace([...others, { level: String(level), text: String(text) }]);
  }

  /** The user has read these. @param {Notice[]} messages */
  dismiss(messages) {
    for (const { text } of messages) this.#dismissed.add(text);
  }

  /**
   * What is to be read now, the most important first.
   * @param {string[]} warnings what holds at this moment
   * @returns {Notice[]}
   */
  unread(warnings) {
    const own = warnings.map((text) => ({ level: "warning", text }));
    return [...own, ...this.#notices].filter(({ text }) => !this.#dismissed.has(text));
  }
}
