/** The speaker: chunks from the kernel → playback worklet, and what of them was heard. */

import workletText from "worklet:playback";

import { API_RATE_HZ } from "./pcm.js";
import { loadWorklet } from "./worklets.js";

const PREBUFFER_MS = { direct: 40, comm: 150 };

/**
 * @typedef {object} Heard
 * @property {number} epoch
 * @property {number} samples rendered since the epoch began, at 24 kHz
 * @property {number} latencyMs from rendering to the loudspeaker
 * @property {number} bufferedMs
 */

/**
 * @typedef {object} Audible
 * @property {number} epoch
 * @property {number} samples rendered before it since the epoch began, at 24 kHz
 * @property {number} latencyMs from rendering to the loudspeaker
 * @property {number} atMs when it leaves the loudspeaker, on this page's clock
 */

/**
 * @typedef {object} Place of a message in what the kernel plays
 * @property {number} epoch
 * @property {number} seq counts the epoch's chunks and ends from 0
 * @property {number} first the lowest number that the kernel can send once more
 * @property {number} start samples of the epoch before it
 */

/**
 * @typedef {object} PlayerEvents
 * @property {(audible: Audible) => void} audible the first loud sample of an item
 * @property {(heard: Heard) => void} played every 100 ms while sounding, and at the end
 * @property {(heard: Heard) => void} flushed
 * @property {(next: {epoch: number, seq: number}) => void} missing this and what follows it
 * @property {() => void} changed `sounding` or `needsClick` did
 * @property {(error: Error) => void} failed this page cannot play
 */

export class Player {
  #events;
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {GainNode | null} */
  #output = null;
  /** @type {AnalyserNode | null} */
  #analyser = null;
  /** @type {AudioWorkletNode | null} */
  #node = null;
  /** @type {{message: any, transfer: Transferable[]}[]} until the worklet is there */
  #waiting = [];
  /** @type {"comm" | "direct"} */
  #path = "comm";
  #failed = false;
  #sounding = false;
  #flushedAt = 0;

  /** Plain numbers for tests and the curious. */
  stats = {
    receivedChunks: 0,
    gaps: 0,
    duplicates: 0,
    underruns: 0,
    skippedSamples: 0,
    overflowedSamples: 0,
    playedSamples: 0,
    flushes: 0,
    lastFlushMs: 0,
  };
  /** What comes next, and whether it was asked for once more. */
  #expected = { epoch: 0, seq: 0, asked: false };
  #counted = { epoch: -1, samples: 0 };
  /** @type {Heard | null} what was told last */
  #last = null;

  /** @param {PlayerEvents} events */
  constructor(events) {
    this.#events = events;
  }

  /** The audio context; null before the first sound or click. */
  get context() {
    return this.#context;
  }

  /** The node that goes to the loudspeaker; null before the first sound or click. */
  get output() {
    return this.#output;
  }

  get sounding() {
    return this.#sounding;
  }

  /** Whether sound waits for the user's click. */
  get needsClick() {
    const pending = this.#sounding || this.#waiting.length > 0;
    return pending && this.#context?.state === "suspended";
  }

  /** Make the context, or wake it. Call in the handler of a click or key. */
  unlock() {
    const context = this.#ensure();
    if (context?.state === "suspended") void context.resume().catch(() => {});
    return context;
  }

  /** @param {"comm" | "direct"} path decides the prebuffer; what went by the other may be lost */
  set path(path) {
    this.#path = path;
    this.#post({ kind: "prebuffer", ms: PREBUFFER_MS[path] });
    if (this.#last?.epoch === this.#expected.epoch) this.#events.played(this.#last);
  }

  /** @param {Place} place @param {Int16Array<ArrayBuffer>} pcm */
  chunk(place, pcm) {
    this.stats.receivedChunks += 1;
    if (this.#failed || !this.#isNext(place)) return;
    const { epoch, start } = place;
    this.unlock();
    this.#setSounding(true);
    this.#post({ kind: "chunk", epoch, pcm, start }, [pcm.buffer]);
  }

  /** The item's audio is complete. @param {Place} place */
  end(place) {
    if (this.#isNext(place)) this.#post({ kind: "end", epoch: place.epoch });
  }

  /**
   * Everything before this has left the kernel: what is not here is lost.
   * @param {{epoch: number, seq: number}} next
   */
  reached({ epoch, seq }) {
    const expected = this.#expected;
    if (epoch > expected.epoch || (epoch === expected.epoch && seq > expected.seq)) this.#ask();
  }

  /** Silence now; "flushed" tells what was heard. @param {number} epoch */
  flush(epoch) {
    this.stats.flushes += 1;
    this.#flushedAt = performance.now();
    if (epoch >= this.#expected.epoch) this.#expect(epoch + 1, 0);
    if (this.#node) return this.#post({ kind: "flush", epoch });
    this.#waiting = this.#waiting.filter(({ message }) => message.epoch !== epoch);
    this.#onFlushed({ epoch, samples: 0, delayMs: 0 });
  }

  /** The newest samples, for a meter. @param {Float32Array<ArrayBuffer>} samples */
  read(samples) {
    if (this.#analyser) this.#analyser.getFloatTimeDomainData(samples);
    else samples.fill(0);
  }

  /** Silence, for good. */
  close() {
    this.#post({ kind: "close" });
    this.#waiting = [];
    this.#failed = true;
    this.#setSounding(false);
    if (this.#context && this.#context.state !== "closed") void this.#context.close();
  }

  #ensure() {
    if (this.#context || this.#failed) return this.#context;
    try {
      this.#build(contextAtApiRate());
    } catch (error) {
      this.#fail(error);
    }
    return this.#context;
  }

  /** @param {AudioContext} context */
  #build(context) {
    this.#context = context;
    this.#output = new GainNode(context);
    this.#analyser = new AnalyserNode(context, { fftSize: 1024 });
    this.#output.connect(context.destination);
    this.#output.connect(this.#analyser);
    context.onstatechange = () => this.#events.changed();
    loadWorklet(context, workletText).then(
      () => this.#start(context, /** @type {GainNode} */ (this.#output)),
      (error) => this.#fail(error),
    );
  }

  /** @param {AudioContext} context @param {GainNode} output */
  #start(context, output) {
    if (context.state === "closed") return;
    const node = new AudioWorkletNode(context, "rt-playback", {
      numberOfInputs: 0,
      outputChannelCount: [1],
    });
    node.port.onmessage = ({ data }) => {
      if (data.kind === "flushed") this.#onFlushed(data);
      else if (data.kind === "audible") this.#onAudible(data);
      else this.#onPlayed(data);
    };
    node.connect(output);
    this.#node = node;
    this.#post({ kind: "prebuffer", ms: PREBUFFER_MS[this.#path] });
    for (const { message, transfer } of this.#waiting.splice(0)) this.#post(message, transfer);
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#failed = true;
    this.#waiting = [];
    this.#setSounding(false);
    this.#events.failed(/** @type {Error} */ (error));
  }

  /** @param {any} message @param {Transferable[]} [transfer] */
  #post(message, transfer = []) {
    if (this.#node) this.#node.port.postMessage(message, transfer);
    else if (!this.#failed && message.epoch !== undefined)
      this.#waiting.push({ message, transfer });
  }

  /**
   * Whether a message is the next one. Others are passed over: the count of what was heard
   * is right only when nothing is left out.
   * @param {Place} place
   */
  #isNext(place) {
    const { epoch, seq } = place;
    if (epoch < this.#expected.epoch) return false;
    if (epoch > this.#expected.epoch) this.#expect(epoch, 0);
    this.#giveUp(place);
    const missing = seq - this.#expected.seq;
    if (missing < 0) this.stats.duplicates += 1;
    if (missing === 0) this.#expect(epoch, seq + 1);
    if (missing > 0 && !this.#expected.asked) {
      this.#expected.asked = true;
      this.#ask();
    }
    return missing === 0;
  }

  /** @param {number} epoch @param {number} seq */
  #expect(epoch, seq) {
    this.#expected = { epoch, seq, asked: false };
  }

  /** What the kernel does not have any more was for another page. @param {Place} place */
  #giveUp({ epoch, first }) {
    const given = first - this.#expected.seq;
    if (given <= 0) return;
    this.stats.gaps += given;
    this.#expect(epoch, first);
  }

  #ask() {
    const { epoch, seq } = this.#expected;
    if (!this.#failed) this.#events.missing({ epoch, seq });
  }

  /** @param {any} report of the worklet */
  #onPlayed(report) {
    this.stats.underruns = report.underruns;
    this.stats.skippedSamples = report.skipped;
    this.stats.overflowedSamples = report.overflowed;
    this.#count(report);
    this.#setSounding(report.sounding);
    this.#last = this.#heard(report);
    this.#events.played(this.#last);
  }

  /** @param {{epoch: number, samples: number, delayMs: number}} report */
  #onFlushed(report) {
    this.stats.lastFlushMs = performance.now() - this.#flushedAt;
    this.#count(report);
    this.#setSounding(false);
    this.#events.flushed(this.#heard(report));
  }

  /** @param {{epoch: number, samples: number, contextTime: number, delayMs: number}} report */
  #onAudible({ epoch, samples, contextTime, delayMs }) {
    const { latencyMs } = this.#heard({ epoch, samples, delayMs });
    const atMs = this.#pageTimeOf(contextTime, latencyMs - delayMs) + delayMs;
    this.#events.audible({ epoch, samples, latencyMs, atMs });
  }

  /**
   * When the loudspeaker has what was rendered at a time of the context.
   * @param {number} contextTime in seconds
   * @param {number} latencyMs of the device, for browsers that do not say what sounds now
   */
  #pageTimeOf(contextTime, latencyMs) {
    const now = this.#context?.getOutputTimestamp?.();
    if (now?.contextTime && now.performanceTime) {
      return now.performanceTime + (contextTime - now.contextTime) * 1000;
    }
    const elapsedMs = ((this.#context?.currentTime ?? contextTime) - contextTime) * 1000;
    return performance.now() - elapsedMs + latencyMs;
  }

  /** Samples of all epochs. @param {{epoch: number, samples: number}} report */
  #count({ epoch, samples }) {
    const before = this.#counted.epoch === epoch ? this.#counted.samples : 0;
    this.stats.playedSamples += Math.max(0, samples - before);
    this.#counted = { epoch, samples };
  }

  /** @param {{epoch: number, samples: number, delayMs: number, bufferedMs?: number}} report */
  #heard({ epoch, samples, delayMs, bufferedMs = 0 }) {
    const { outputLatency = 0, baseLatency = 0 } = this.#context ?? {};
    const latencyMs = (outputLatency || baseLatency) * 1000 + delayMs;
    return { epoch, samples, latencyMs, bufferedMs };
  }

  /** @param {boolean} sounding */
  #setSounding(sounding) {
    if (sounding === this.#sounding) return;
    this.#sounding = sounding;
    this.#events.changed();
  }
}

/** Some browsers refuse a rate, some ignore it: the worklets use the context's own. */
function contextAtApiRate() {
  try {
    return new AudioContext({ sampleRate: API_RATE_HZ, latencyHint: "interactive" });
  } catch {
    return new AudioContext({ latencyHint: "interactive" });
  }
}
