/** What a card that asks for a call shows: pure. */

/**
 * @typedef {object} Approval a call that waits for the user
 * @property {string} nonce what the answer must name
 * @property {string} name
 * @property {string} server the MCP server that runs it; "" for a function of the notebook
 * @property {string} arguments JSON, as the model wrote it
 */

/** What would not be seen, or would change the order of what is seen. */
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/**
 * The arguments as pairs of name and value; one nameless pair when they are no JSON object.
 * @param {string} text
 * @returns {[string, string][]}
 */
export function argumentRows(text) {
  const value = parsed(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return [["", visible(text)]];
  }
  return Object.entries(value).map(([name, part]) => [
    visible(name),
    visible(typeof part === "string" ? part : JSON.stringify(part)),
  ]);
}

/** @param {Approval} approval */
export function question({ server }) {
  if (!server) return "The model wants to run a function of this notebook.";
  return `The model wants to use a tool of the server ${visible(server)}.`;
}

/** Text in which nothing hides. @param {string} text */
export function visible(text) {
  return String(text).replace(
    UNSEEN,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** @param {string} text @returns {unknown} */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
