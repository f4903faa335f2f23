/** The conversation as the panel shows it: items in the kernel's order, and their words. */

/**
 * @typedef {object} Item
 * @property {string} id
 * @property {"user" | "assistant" | "system" | "tool"} role
 * @property {string} text
 * @property {"listening" | "in_progress" | "completed" | "interrupted" | "failed"} state
 * @property {string} kind the API's type of item: "message", "function_call" …
 * @property {number | null} heard_ms
 * @property {boolean} truncated
 * @property {boolean} transcribed false: spoken while the session transcribed nothing
 */

/**
 * @typedef {object} Line what one item looks like
 * @property {string} id
 * @property {"user" | "assistant" | "aside"} side
 * @property {string} speaker
 * @property {string} text
 * @property {string} placeholder shown quietly while there is no text
 * @property {string} note a small line below
 * @property {boolean} busy more text is expected
 * @property {boolean} failed
 */

/** A talk may last an hour; the page shows its end. */
const MAX_SHOWN = 400;

/** @type {Record<string, string>} */
const KINDS = {
  function_call: "Tool call",
  function_call_output: "Tool result",
  mcp_list_tools: "Tools of a server",
  mcp_call: "Tool call at a server",
  mcp_approval_request: "A server's tool asks",
  mcp_approval_response: "Your answer",
};
const SPEAKERS = { user: "You", assistant: "Assistant", system: "Instructions", tool: "Tool" };

export class Transcript {
  /** @type {Map<string, Item>} */
  #items = new Map();
  /** @type {string[]} */
  #order = [];

  /** Begin anew. @param {Item[]} items @param {string[]} order */
  replace(items, order) {
    this.#items = new Map();
    this.#order = [];
    this.update(items, order);
  }

  /**
   * Take changed items.
   * @param {Item[]} items
   * @param {string[] | null} order all ids, or null when the order did not change
   */
  update(items, order) {
    for (const item of items) {
      if (!this.#items.has(item.id)) this.#order.push(item.id);
      this.#items.set(item.id, item);
    }
    if (order) this.#reorder(order);
  }

  /** What is not in the order any more was deleted. @param {string[]} order */
  #reorder(order) {
    this.#order = order.filter((id) => this.#items.has(id));
    const kept = new Set(order);
    for (const id of this.#items.keys()) if (!kept.has(id)) this.#items.delete(id);
  }

  /** How many items at the beginning are not in `lines`. */
  get hidden() {
    return Math.max(0, this.#order.length - MAX_SHOWN);
  }

  /** @returns {Line[]} */
  get lines() {
    return this.#order
      .slice(-MAX_SHOWN)
      .map((id) => describe(/** @type {Item} */ (this.#items.get(id))));
  }
}

/** @param {Item} item @returns {Line} */
export function describe(item) {
  const busy = item.state === "in_progress" || item.state === "listening";
  return {
    id: item.id,
    side: item.kind === "message" && item.role === "user" ? "user" : sideOf(item),
    speaker: speakerOf(item),
    text: item.text ?? "",
    placeholder: item.text ? "" : placeholderOf(item),
    note: noteOf(item),
    busy,
    failed: item.state === "failed",
  };
}

/** @param {Item} item @returns {"assistant" | "aside"} */
function sideOf(item) {
  return item.kind === "message" && item.role === "assistant" ? "assistant" : "aside";
}

/** @param {Item} item */
function speakerOf(item) {
  return KINDS[item.kind] ?? SPEAKERS[item.role] ?? item.role;
}

/** @param {Item} item */
function placeholderOf(item) {
  if (item.state === "listening") return "Listening…";
  if (item.state === "in_progress") return item.role === "user" ? "Transcribing…" : "Thinking…";
  if (item.state === "failed") return item.role === "user" ? "Not understood" : "No reply";
  if (item.state === "interrupted") return "Interrupted before the first word";
  if (item.role !== "user") return "(no words)";
  return wordless(item) ? "Spoken, not transcribed" : "(nothing was understood)";
}

/** Spoken by the user, and no words will follow. @param {Item} item */
function wordless(item) {
  return item.role === "user" && item.transcribed === false && item.state === "completed";
}

/** @param {Item} item */
function noteOf(item) {
  if (item.state === "failed") return item.role === "assistant" ? "The reply failed." : "";
  if (wordless(item) && !item.text) return "Turn it on with %rt_config --transcription true";
  if (item.state !== "interrupted" && !item.truncated) return "";
  if (item.role !== "assistant") return "";
  if (item.heard_ms === null || item.heard_ms === undefined) return "Interrupted.";
  if (item.heard_ms <= 0) return "Interrupted: nothing of it was heard.";
  return `Interrupted after ${(item.heard_ms / 1000).toFixed(1)} s: the rest was not heard.`;
}
