/** What a view shows: one plain object, made from the engine's parts. */

import { mannerOf } from "./manners.js";
import * as sentences from "./sentences.js";

/** States of a session that nobody listens to any more. */
export const ENDED = ["closed", "lost"];
const SILENT_AFTER_MS = 10_000;

/** @typedef {ReturnType<typeof panelState>} State */

/**
 * @typedef {object} Parts
 * @property {(trait: string) => any} trait
 * @property {string} client
 * @property {import("./link.js").Link} link
 * @property {import("./liveness.js").Life} life
 * @property {import("./microphone.js").Microphone} microphone
 * @property {import("./playback.js").Player} player
 * @property {import("./transcript.js").Transcript} transcript
 * @property {boolean} waitedLong a panel that was restored from a file has no kernel
 * @property {string} obstacle
 * @property {import("./approval.js").Approval[]} approvals
 * @property {boolean} armed the kernel asks the user to talk
 * @property {"user" | "assistant" | "nobody"} speaking
 * @property {import("./messages.js").Messages} messages
 */

/** @param {Parts} parts */
export function panelState(parts) {
  const { trait, link, microphone, player, transcript } = parts;
  const owner = String(trait("owner") ?? "");
  return {
    status: String(trait("status") ?? ""),
    life: parts.life,
    ended: ENDED.includes(String(trait("status"))) || parts.life === "gone",
    answered: link.answered,
    absent: parts.waitedLong && !link.answered,
    backend: String(trait("backend") ?? ""),
    model: String(trait("model") ?? ""),
    voice: String(trait("voice") ?? ""),
    soundGoesTo: String(trait("sound_goes_to") ?? ""),
    path: link.path,
    keepsAudio: trait("keep_audio") === true,
    cost: String(trait("cost") ?? ""),
    costAbout: String(trait("cost_about") ?? ""),
    pushToTalk: microphone.pushToTalk,
    manner: mannerOf({
      barge_in: trait("barge_in") !== false,
      half_duplex: trait("half_duplex") === true,
    }),
    elsewhere: owner !== "" && owner !== parts.client,
    mic: microphone.state,
    muted: microphone.muted,
    talking: microphone.talking,
    devices: microphone.devices,
    chosenDevice: microphone.chosenDevice,
    canRecord: parts.obstacle === "",
    armed: parts.armed,
    approvals: parts.approvals,
    speaking: parts.life === "gone" ? "nobody" : parts.speaking,
    sounding: player.sounding,
    needsClick: player.needsClick,
    lines: transcript.lines,
    hiddenLines: transcript.hidden,
    messages: parts.messages.unread(warnings(parts)),
  };
}

/** What the page itself has to say, the most important first. @param {Parts} parts */
function warnings({ life, obstacle, messages, trait, link, microphone, player }) {
  const dropped = Math.max(microphone.droppedMs, Number(trait("dropped_ms") ?? 0));
  const paused = microphone.state === "open" && player.context?.state === "suspended";
  const waits = !obstacle && trait("mic_waits") && link.path === "comm";
  return [
    life === "gone" ? sentences.KERNEL_GONE : "",
    life === "lost" ? sentences.KERNEL_LOST : "",
    sentences.obstacleSentence(obstacle),
    messages.problem,
    paused ? sentences.PAUSED : "",
    waits ? sentences.MIC_WAITS : "",
    microphone.waitingMs > SILENT_AFTER_MS ? sentences.KERNEL_SILENT : "",
    sentences.droppedSentence(dropped),
  ].filter(Boolean);
}
