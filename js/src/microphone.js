/**
 * The microphone from the button to the kernel: opening, muting, holding to talk, and what
 * becomes of the audio while the kernel does not keep up.
 */

import { Backlog } from "./backlog.js";
import { Capture, listMicrophones } from "./capture.js";
import { DEVICE_ENDED, DEVICE_REPLACED, refusalSentence } from "./sentences.js";

/** While nothing is sent: 0.5 s, so that a kernel that is lost is known within 3 s. */
const BLOCKS_PER_PING = 25;

/** @typedef {"off" | "opening" | "open"} MicState */
/** @typedef {import("./comm.js").PageKind} PageKind */

/**
 * @typedef {object} MicrophoneEvents
 * @property {(kind: PageKind, fields: Record<string, unknown>, audio?: ArrayBuffer) => void} send
 * @property {(sentence: string) => void} problem
 * @property {(waitingMs: number) => void} tick every 20 ms while it is open, with the time
 *   that the kernel has left audio unanswered
 * @property {() => void} changed
 */

export class Microphone {
  #events;
  #hardware;
  #backlog;
  /** @type {"comm" | "direct"} */
  #path = "comm";
  /** @type {Capture | null} */
  #capture = null;
  /** @type {MicState} */
  #state = "off";
  #muted = false;
  #onHold = false;
  #held = false;
  #talking = false;
  #ending = false;
  /** Counts openings, so that one that was given up does not come back. */
  #opening = 0;
  #sent = 0;
  #sentSamples = 0;
  #acked = 0;
  #idleBlocks = 0;
  /** When the oldest ping left that is not answered; 0: all are. */
  #pingedAt = 0;
  #ended = false;
  /** What was given up before the kernel was out of reach; told until the next time. */
  #lostMs = 0;

  /** Audio leaves only while the key is held. */
  pushToTalk = false;
  /** @type {import("./capture.js").Device[]} */
  devices = [];
  /** What the user chose; "" for the default. */
  chosenDevice = "";

  /**
   * @param {MicrophoneEvents} events
   * @param {{open: typeof Capture.open, list: typeof listMicrophones}} [hardware]
   */
  constructor(events, hardware = { open: Capture.open, list: listMicrophones }) {
    this.#events = events;
    this.#hardware = hardware;
    this.#backlog = new Backlog("comm");
    navigator.mediaDevices?.addEventListener?.("devicechange", this.#listDevices);
  }

  get state() {
    return this.#state;
  }

  get muted() {
    return this.#muted;
  }

  /** Push-to-talk: whether the user is talking. */
  get talking() {
    return this.#talking;
  }

  get droppedMs() {
    return this.#backlog.droppedMs;
  }

  /** How long the kernel has left audio or a ping unanswered; a closed one waits for nothing. */
  get waitingMs() {
    if (this.#state !== "open") return 0;
    const pingMs = this.#pingedAt && performance.now() - this.#pingedAt;
    return Math.max(pingMs, this.#backlog.waitingMs);
  }

  get stats() {
    return {
      sent: this.#sent,
      sentSamples: this.#sentSamples,
      acked: this.#acked,
      backlogMs: this.#backlog.unackedMs + this.#backlog.heldMs,
      droppedMs: this.droppedMs,
    };
  }

  /**
   * Open it. Call in the handler of a click or key.
   * @param {AudioContext} context
   */
  async open(context) {
    if (this.#state !== "off") return;
    const opening = ++this.#opening;
    this.#setState("opening");
    try {
      const capture = await this.#hardware.open(context, this.chosenDevice, this.#onBlock);
      if (opening !== this.#opening) return capture.close();
      this.#begin(capture, context);
    } catch (error) {
      if (opening === this.#opening) this.#refuse(error);
    }
  }

  /** Stop the device; what it heard still leaves. @param {string} [reason] for the kernel */
  close(reason = "") {
    this.#opening += 1;
    this.#ended = false;
    const open = this.#state === "open";
    this.#release();
    if (open) this.#report("closed", reason);
  }

  /** Stop the device: the kernel is out of reach, and what was said meanwhile is old. */
  lose() {
    this.#backlog.drop();
    this.close("connection lost");
    this.#lostMs = this.#backlog.droppedMs;
  }

  /** Leave the page. */
  dispose() {
    this.close("page left");
    navigator.mediaDevices?.removeEventListener?.("devicechange", this.#listDevices);
  }

  /** @param {boolean} muted */
  mute(muted) {
    this.#muted = muted;
    if (!this.#capture) return this.#events.changed();
    this.#capture.muted = this.#deaf;
    this.#report(muted ? "muted" : "open");
    this.#events.changed();
  }

  /** Hear nothing for a while, whatever the user chose. @param {boolean} held */
  hold(held) {
    this.#onHold = held;
    if (this.#capture) this.#capture.muted = this.#deaf;
  }

  get #deaf() {
    return this.#muted || this.#onHold;
  }

  /** The key to talk goes down or up. @param {boolean} down */
  talk(down) {
    this.#held = down;
    if (down && this.#state === "open") this.#startTalking();
    else if (!down && this.#talking) this.#stopTalking();
    this.#events.changed();
  }

  /** @param {string} deviceId @param {AudioContext} context */
  async choose(deviceId, context) {
    this.chosenDevice = deviceId;
    if (this.#state === "off") return this.#events.changed();
    this.close("another device");
    await this.open(context);
  }

  /** The kernel has everything up to a number. @param {number} seq */
  ack(seq) {
    this.#acked = Math.max(this.#acked, seq + 1);
    this.#backlog.ack(seq);
    this.pump();
  }

  /**
   * A "ping" that left at a moment was answered, so what left before it has arrived.
   * @param {number} sentAtMs
   */
  pong(sentAtMs) {
    if (sentAtMs >= this.#pingedAt) this.#pingedAt = 0;
    this.#backlog.ackUntil(sentAtMs);
    this.pump();
  }

  /** @param {"comm" | "direct"} path */
  set path(path) {
    this.#path = path;
    this.#backlog.setPath(path);
    this.pump();
  }

  /** Send what may be sent. */
  pump() {
    for (let chunk = this.#backlog.next(); chunk; chunk = this.#backlog.next()) {
      if (chunk.seq === this.#sent) {
        this.#sent += 1;
        this.#sentSamples += chunk.pcm.length;
      }
      this.#events.send(
        "mic-chunk",
        { seq: chunk.seq, dropped_ms: chunk.droppedMs },
        chunk.pcm.buffer,
      );
    }
    if (this.#ending && this.#backlog.heldMs === 0) this.#endTurn();
  }

  /** The newest samples, for a meter. @param {Float32Array<ArrayBuffer>} samples */
  read(samples) {
    if (this.#capture && !this.#deaf) this.#capture.read(samples);
    else samples.fill(0);
  }

  /** @param {Capture} capture @param {AudioContext} context */
  #begin(capture, context) {
    this.#capture = capture;
    this.#backlog = new Backlog(this.#path, this.#sent);
    this.#backlog.droppedMs = this.#lostMs;
    this.#lostMs = this.#pingedAt = 0;
    capture.muted = this.#deaf;
    capture.onEnded = () => this.#onEnded(capture, context);
    this.#setState("open");
    this.#report(this.#muted ? "muted" : "open");
    if (this.#held) this.#startTalking();
    void this.#listDevices();
  }

  /** @param {unknown} error */
  #refuse(error) {
    this.#release();
    this.#ended = false;
    this.#report("denied", /** @type {Error} */ (error)?.name ?? "");
    this.#events.problem(refusalSentence(error));
  }

  /**
   * The device went away: try once with whatever the browser has now.
   * @param {Capture} capture
   * @param {AudioContext} context
   */
  async #onEnded(capture, context) {
    if (capture !== this.#capture) return;
    const again = !this.#ended;
    this.#release();
    this.#report("ended", "the device went away");
    this.chosenDevice = "";
    if (!again) return this.#events.problem(DEVICE_ENDED);
    this.#ended = true;
    await this.open(context);
    if (this.state === "open") this.#events.problem(DEVICE_REPLACED);
  }

  #release() {
    this.#capture?.close();
    this.#capture = null;
    this.#talking = this.#ending = this.#held = false;
    this.#backlog.finish();
    this.pump();
    this.#setState("off");
  }

  #startTalking() {
    if (this.#ending) this.#endTurn();
    this.#talking = true;
    this.#events.send("talk", { down: true });
  }

  /** What is held still belongs to the turn: it leaves first. */
  #stopTalking() {
    this.#talking = false;
    this.#ending = true;
    this.#backlog.finish();
    this.pump();
  }

  #endTurn() {
    this.#ending = false;
    this.#events.send("talk", { down: false });
  }

  /** @param {Int16Array} block */
  #onBlock = (block) => {
    if (this.pushToTalk && !this.#talking) {
      this.#keepAlive();
    } else {
      const before = tenths(this.droppedMs);
      this.#backlog.push(block);
      if (tenths(this.droppedMs) !== before) this.#events.changed();
    }
    this.pump();
    this.#events.tick(this.waitingMs);
  };

  /** Ask whether the kernel is there: nobody hears an open microphone otherwise. */
  #keepAlive() {
    this.#idleBlocks = (this.#idleBlocks + 1) % BLOCKS_PER_PING;
    if (this.#idleBlocks > 0) return;
    const now = performance.now();
    this.#pingedAt ||= now;
    this.#events.send("ping", { t_ms: now });
  }

  #listDevices = async () => {
    if (this.#state !== "open" && this.devices.length === 0) return;
    this.devices = await this.#hardware.list().catch(() => []);
    this.#events.changed();
  };

  /** @param {string} state @param {string} [reason] */
  #report(state, reason = "") {
    const sampleRateHz = this.#capture?.sampleRateHz ?? 0;
    this.#events.send("mic-state", { state, reason, sample_rate_hz: sampleRateHz });
  }

  /** @param {MicState} state */
  #setState(state) {
    this.#state = state;
    this.#events.changed();
  }
}

/** @param {number} ms what a reader sees of it */
function tenths(ms) {
  return Math.floor(ms / 100);
}
