/** What the microphone button shows, from the engine's state: pure. */

import { hintOf } from "./manners.js";

/** @typedef {import("./panel_state.js").State} State */

/**
 * @typedef {object} Stage
 * @property {"off" | "opening" | "listening" | "hearing" | "answering" | "muted" | "inert"} mode
 * @property {string} label what is going on, in a word or two
 * @property {string} hint what the user can do
 * @property {string} action the button's name
 * @property {boolean} disabled
 */

/** @param {State} state @returns {Stage} */
export function stageOf(state) {
  return inert(state) ?? closedMicrophone(state) ?? openMicrophone(state);
}

/**
 * @param {Stage["mode"]} mode
 * @param {string} label
 * @param {string} hint
 * @param {string} action
 * @returns {Stage}
 */
function stage(mode, label, hint, action, disabled = false) {
  return { mode, label, hint, action, disabled };
}

/** @param {State} state */
function inert(state) {
  const off = "Microphone not available";
  if (state.life === "gone") return stage("inert", "Kernel gone", "Run the cell again.", off, true);
  if (state.life === "lost")
    return stage("inert", "Not connected", "Waiting for the kernel…", off, true);
  if (state.status === "closed") {
    return stage("inert", "Talk ended", "%rt_connect starts another.", off, true);
  }
  if (state.status === "lost") {
    return stage("inert", "Connection lost", "%rt_connect starts another.", off, true);
  }
  if (!state.canRecord) return stage("inert", "No microphone", "Type instead.", off, true);
  return null;
}

/** @param {State} state */
function closedMicrophone(state) {
  if (state.mic === "opening") {
    return stage("opening", "Opening…", "Allow the microphone.", "Opening the microphone");
  }
  if (state.mic !== "off") return null;
  const action = state.pushToTalk ? "Hold to talk" : "Turn the microphone on";
  if (state.sounding) return stage("answering", "Answering", "", action);
  if (state.elsewhere) return stage("off", "In use elsewhere", "Press to talk here.", action);
  if (state.status === "connecting" || !state.answered)
    return stage("off", "Connecting…", "", action);
  if (state.status === "reconnecting") return stage("off", "Reconnecting…", "", action);
  if (state.armed) return stage("off", "Your turn", "Press to talk.", action);
  if (state.pushToTalk) return stage("off", "Hold to talk", "Or tap, talk, tap again.", action);
  return stage("off", "Press to talk", "", action);
}

/** @param {State} state */
function openMicrophone(state) {
  if (state.pushToTalk) {
    if (state.talking) return stage("hearing", "Talking", "Let go to send.", "Send what you said");
    if (answering(state))
      return stage("answering", "Answering", "Hold to interrupt.", "Hold to talk");
    return stage("listening", "Hold to talk", "Or tap, talk, tap again.", "Hold to talk");
  }
  const action = "Turn the microphone off";
  if (answering(state)) return stage("answering", "Answering", hintOf(state.manner), action);
  if (state.muted) return stage("muted", "Muted", "Nobody hears you.", action);
  if (state.status === "reconnecting") {
    return stage("listening", "Reconnecting…", "Wait a moment.", action);
  }
  if (state.speaking === "user") return stage("hearing", "Hearing you", "", action);
  return stage("listening", "Listening", "Say something.", action);
}

/** @param {State} state */
function answering(state) {
  return state.sounding || state.speaking === "assistant";
}
