/** What the panel says when something does not work: why, and what to do next. */

const INSTEAD = "Type below, or choose an audio file.";

/**
 * Why this page cannot record at all: "" when it can.
 * @param {{isSecureContext: boolean, navigator: {mediaDevices?: MediaDevices}}} page
 * @returns {"" | "insecure" | "no-device-api" | "no-worklet"}
 */
export function obstacleOf(page) {
  if (!page.isSecureContext) return "insecure";
  if (!page.navigator.mediaDevices?.getUserMedia) return "no-device-api";
  if (!("AudioWorkletNode" in page)) return "no-worklet";
  return "";
}

/** @type {Record<string, string>} */
const OBSTACLES = {
  insecure: "This page cannot use the microphone because it is not https or localhost. " + INSTEAD,
  "no-device-api": "This application does not give notebooks a microphone. " + INSTEAD,
  "no-worklet": "This browser is too old for live audio. " + INSTEAD,
};

/** @param {string} obstacle see `obstacleOf` @returns {string} a sentence or "" */
export function obstacleSentence(obstacle) {
  return OBSTACLES[obstacle] ?? "";
}

/** @type {Record<string, string>} */
const REFUSALS = {
  NotAllowedError:
    "The microphone was refused: allow it for this page beside the address bar and press the " +
    "button again, or type below.",
  NotFoundError: "No microphone was found: connect one and press the button again, or type below.",
  NotReadableError:
    "The microphone is used by another program: close it there and press the button again, or " +
    "type below.",
  OverconstrainedError: "That microphone is gone: choose another one, or type below.",
  SecurityError: "This page's host forbids the microphone. " + INSTEAD,
  WorkletError: "This page's host forbids the audio code to load (blob: scripts). " + INSTEAD,
};

/** @param {unknown} error what opening the microphone threw @returns {string} */
export function refusalSentence(error) {
  const { name, message } = /** @type {Error} */ (error ?? {});
  const reason = String(message || name || "unknown reason").slice(0, 200);
  return REFUSALS[name] ?? `The microphone did not open (${reason}). ${INSTEAD}`;
}

/** @param {number} ms @returns {string} */
export function droppedSentence(ms) {
  if (ms <= 0) return "";
  return `${(ms / 1000).toFixed(1)} s of microphone audio was dropped because the kernel did not take it in time.`;
}

export const PAUSED = "The browser has paused all sound of this page: click here to go on.";
export const MIC_WAITS =
  "While a cell runs, the microphone waits: this kernel takes messages only between cells.";
export const DEVICE_ENDED = "The microphone went away: press the button to choose another one.";
export const DEVICE_REPLACED = "The microphone went away; another one is in use now.";
/** @type {Record<string, string>} Why the kernel stopped the microphone, where the user asks. */
export const TAKEN = {
  "taken-over": "Another page of this notebook has the microphone now.",
  "other-session": "Another session has the microphone now: press the button to have it back.",
};
export const NOBODY_ANSWERS = "Nothing live is behind this panel: run the cell to talk.";
export const KERNEL_GONE =
  "The kernel is gone, and the microphone is closed: run the cell again to go on.";
export const KERNEL_LOST =
  "The connection to the kernel is lost, and the microphone is closed: it comes back by itself, " +
  "or reload the page.";
export const KERNEL_SILENT =
  "The kernel has not answered for 10 s: only the newest 2 s of what you say are kept.";
