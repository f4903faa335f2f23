/** The speaker in the audio thread: the ring at 24 kHz, resampled to the context's rate. */

import { API_RATE_HZ, msOf } from "./pcm.js";
import { Resampler } from "./resample.js";
import { PlaybackRing } from "./ring.js";

const MAX_QUANTUM = 4096;
const REPORT_MS = 100;

class Playback extends AudioWorkletProcessor {
  #ring = new PlaybackRing();
  #resampler = new Resampler(API_RATE_HZ, sampleRate);
  #raw = new Float32Array(MAX_QUANTUM);
  #delayMs = msOf(this.#resampler.delay);
  #sinceReport = 0;
  #sounding = false;
  #open = true;
  /** Reused for every report; the port copies it. */
  #report = {
    kind: "played",
    epoch: 0,
    samples: 0,
    bufferedMs: 0,
    delayMs: 0,
    sounding: false,
    underruns: 0,
    skipped: 0,
    overflowed: 0,
  };

  constructor() {
    super();
    this.port.onmessage = ({ data }) => this.#receive(data);
  }

  /** @param {any} message see playback.js */
  #receive(message) {
    const ring = this.#ring;
    if (message.kind === "chunk") ring.push(message.epoch, message.pcm, message.start);
    else if (message.kind === "end") ring.end(message.epoch);
    else if (message.kind === "prebuffer") ring.prebufferMs = message.ms;
    else if (message.kind === "flush") this.#flush(message.epoch);
    else if (message.kind === "close") this.#open = false;
  }

  /** @param {number} epoch */
  #flush(epoch) {
    const samples = this.#ring.flush(epoch);
    this.port.postMessage({ kind: "flushed", epoch, samples, delayMs: this.#delayMs });
    this.#sounding = false;
    this.#report.samples = samples;
  }

  /** @param {Float32Array[][]} _inputs @param {Float32Array[][]} outputs */
  process(_inputs, outputs) {
    const output = outputs[0]?.[0];
    if (!output) return this.#open;
    const count = this.#resampler.inputsFor(output.length);
    const before = this.#ring.played;
    this.#ring.render(this.#raw, count);
    this.#reportAudible(before);
    this.#resampler.push(this.#raw, count, output);
    this.#sinceReport += output.length;
    this.#reportWhenDue();
    return this.#open;
  }

  /** An item could be heard for the first time. @param {number} before samples before this quantum */
  #reportAudible(before) {
    const samples = this.#ring.takeAudible();
    if (samples < 0) return;
    const contextTime = currentTime + msOf(samples - before) / 1000;
    const { epoch } = this.#ring;
    this.port.postMessage({ kind: "audible", epoch, samples, contextTime, delayMs: this.#delayMs });
  }

  /** Every 100 ms while sound moves on, and once when it has ended. */
  #reportWhenDue() {
    const sounding = this.#ring.sounding;
    const ended = this.#sounding && !sounding;
    const moved = this.#ring.played !== this.#report.samples;
    this.#sounding = sounding;
    if (!ended && !(moved && msOf(this.#sinceReport, sampleRate) >= REPORT_MS)) return;
    this.#sinceReport = 0;
    const report = this.#report;
    report.epoch = this.#ring.epoch;
    report.samples = this.#ring.played;
    report.bufferedMs = this.#ring.bufferedMs;
    report.delayMs = this.#delayMs;
    report.sounding = sounding;
    report.underruns = this.#ring.underruns;
    report.skipped = this.#ring.skipped;
    report.overflowed = this.#ring.overflowed;
    this.port.postMessage(report);
  }
}

registerProcessor("rt-playback", Playback);
