/** Loading the audio worklets: their text is part of this bundle, so no file is fetched. */

/** @type {WeakMap<BaseAudioContext, Map<string, Promise<void>>>} */
const loading = new WeakMap();

/**
 * Load a worklet's text into a context, once.
 * @param {BaseAudioContext} context
 * @param {string} text
 * @returns {Promise<void>} rejected with a "WorkletError" where the page forbids it
 */
export function loadWorklet(context, text) {
  const known = loading.get(context) ?? new Map();
  loading.set(context, known);
  if (!known.has(text)) known.set(text, addModule(context, text));
  return known.get(text);
}

/** @param {BaseAudioContext} context @param {string} text */
async function addModule(context, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    await context.audioWorklet.addModule(url);
  } catch (error) {
    throw Object.assign(new Error(String(error)), { name: "WorkletError" });
  } finally {
    URL.revokeObjectURL(url);
  }
}
