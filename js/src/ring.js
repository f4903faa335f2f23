/**
 * What the speaker still has to say: the buffer in the playback worklet.
 *
 * Audio belongs to an *epoch*, the time between two interruptions, and inside it to items.
 * Samples are counted per epoch as they are rendered, so that an interruption knows to the
 * sample what was heard.
 *
 * Playing starts when the prebuffer is full or the item is complete. When the ring runs
 * empty inside an item, the silence that follows is a *debt*: later silent stretches of the
 * speech are shortened until it is paid, so that a stall delays the reply once and not for
 * the rest of the talk. Nothing is allocated while rendering.
 */

import { API_RATE_HZ, msOf, samplesIn, toFloat } from "./pcm.js";

const CAPACITY = 60 * API_RATE_HZ;
/** What is quieter than -50 dBFS is silence. */
const QUIET = Math.round(32767 * 10 ** (-50 / 20));
/** Silence is skipped in blocks of this many samples, and only after some was played. */
const SKIP = 128;
const PAUSE = samplesIn(20);
const MAX_SKIPS_PER_RENDER = 16;
/** Per sample, when sound stops short: -50 dB in 2.3 ms, a click otherwise. */
const FADE = 0.9;

export class PlaybackRing {
  #samples;
  /** Samples written and read since the epoch began. */
  #written = 0;
  #read = 0;
  /** How many were written when the newest item was complete. */
  #complete = 0;
  #epoch = 0;
  #flushedEpoch = -1;
  #previous = { epoch: -1, played: 0 };
  #prebuffer;
  #playing = false;
  #starved = false;
  #debt = 0;
  #quietFor = 0;
  #last = 0;
  /** Where items begin whose first loud sample was not played yet. @type {number[]} */
  #begins = [0];
  /** The newest of those samples, until somebody asks. */
  #audible = -1;

  /** How often the ring ran empty inside an item. */
  underruns = 0;
  /** Samples of silence that were skipped to catch up; they count as played. */
  skipped = 0;
  /** Samples that did not fit. */
  overflowed = 0;

  /** @param {{prebufferMs?: number, capacity?: number}} [options] */
  constructor({ prebufferMs = 150, capacity = CAPACITY } = {}) {
    this.#samples = new Int16Array(capacity);
    this.#prebuffer = samplesIn(prebufferMs);
  }

  /** @param {number} ms */
  set prebufferMs(ms) {
    this.#prebuffer = samplesIn(ms);
  }

  get epoch() {
    return this.#epoch;
  }

  /** Samples of this epoch that were rendered. */
  get played() {
    return this.#read;
  }

  get buffered() {
    return this.#written - this.#read;
  }

  /** The sample of this epoch at which an item could first be heard; -1 when told already. */
  takeAudible() {
    const audible = this.#audible;
    this.#audible = -1;
    return audible;
  }

  get bufferedMs() {
    return msOf(this.buffered);
  }

  /** Milliseconds of silence that the listener was made to wait and that are not made good. */
  get debtMs() {
    return msOf(this.#debt);
  }

  /** Whether sound is under way: it plays, or waits for more of the same item. */
  get sounding() {
    return this.#playing || this.#starved || this.buffered > 0;
  }

  /**
   * Take audio of an epoch. What comes after the epoch's flush is ignored; a new epoch
   * drops what was left of the one before. Who comes amid an epoch counts on from there.
   * @param {number} epoch
   * @param {Int16Array} pcm
   * @param {number} [start] samples of the epoch before it
   */
  push(epoch, pcm, start = 0) {
    if (!this.#enter(epoch)) return;
    if (this.#written === 0) this.#written = this.#read = this.#complete = start;
    const free = this.#samples.length - this.buffered;
    const taken = Math.min(free, pcm.length);
    this.overflowed += pcm.length - taken;
    const at = this.#written % this.#samples.length;
    const first = Math.min(taken, this.#samples.length - at);
    this.#samples.set(pcm.subarray(0, first), at);
    this.#samples.set(pcm.subarray(first, taken), 0);
    this.#written += taken;
  }

  /** An item's audio is complete. @param {number} epoch */
  end(epoch) {
    if (!this.#enter(epoch)) return;
    this.#complete = this.#written;
    this.#begins.push(this.#written);
    if (this.buffered === 0) this.#settle();
  }

  /**
   * Silence, and forget the epoch's rest.
   * @param {number} epoch
   * @returns {number} samples of this epoch that were rendered
   */
  flush(epoch) {
    if (epoch < this.#epoch) return epoch === this.#previous.epoch ? this.#previous.played : 0;
    this.#enter(epoch);
    this.#flushedEpoch = epoch;
    this.#written = this.#complete = this.#read;
    this.#settle();
    return this.played;
  }

  /**
   * Write the next samples to hear, in [-1, 1].
   * @param {Float32Array} output
   * @param {number} count
   */
  render(output, count) {
    const ready = this.buffered >= this.#prebuffer || this.#written === this.#complete;
    if (!this.#playing && this.buffered > 0 && ready) this.#playing = true;
    if (!this.#playing) return this.#silence(output, 0, count);
    this.#catchUp();
    const taken = Math.min(count, this.buffered);
    for (let i = 0; i < taken; i++) output[i] = this.#next();
    if (taken < count) this.#runEmpty(output, taken, count);
  }

  /** @param {number} epoch @returns {boolean} whether the epoch is still wanted */
  #enter(epoch) {
    if (epoch < this.#epoch || epoch <= this.#flushedEpoch) return false;
    if (epoch > this.#epoch) {
      this.#previous = { epoch: this.#epoch, played: this.#read };
      this.#epoch = epoch;
      this.#written = this.#read = this.#complete = 0;
      this.#begins = [0];
      this.#settle();
    }
    return true;
  }

  #settle() {
    this.#playing = false;
    this.#starved = false;
    this.#debt = 0;
  }

  #next() {
    const sample = /** @type {number} */ (this.#samples[this.#read++ % this.#samples.length]);
    const quiet = Math.abs(sample) < QUIET;
    if (!quiet) this.#noteLoud(this.#read - 1);
    this.#quietFor = quiet ? this.#quietFor + 1 : 0;
    this.#last = toFloat(sample);
    return this.#last;
  }

  /** @param {number} place of a loud sample */
  #noteLoud(place) {
    while (/** @type {number} */ (this.#begins[0] ?? Infinity) <= place) {
      this.#begins.shift();
      this.#audible = place;
    }
  }

  /** @param {Float32Array} output @param {number} from @param {number} count */
  #runEmpty(output, from, count) {
    this.#playing = false;
    if (this.#written === this.#complete) {
      this.#settle();
    } else {
      this.underruns += 1;
      this.#starved = true;
    }
    this.#silence(output, from, count);
  }

  /** @param {Float32Array} output @param {number} from @param {number} count */
  #silence(output, from, count) {
    if (this.#starved) this.#debt += count - from;
    for (let i = from; i < count; i++) {
      this.#last *= FADE;
      if (Math.abs(this.#last) < 1e-4) this.#last = 0;
      output[i] = this.#last;
    }
  }

  #catchUp() {
    this.#starved = false;
    for (let skips = 0; skips < MAX_SKIPS_PER_RENDER; skips++) {
      if (this.#debt <= 0 || this.#quietFor < PAUSE) return;
      if (this.buffered - SKIP < this.#prebuffer || !this.#quietAhead()) return;
      this.#read += SKIP;
      this.skipped += SKIP;
      this.#debt = Math.max(0, this.#debt - SKIP);
    }
  }

  #quietAhead() {
    for (let i = 0; i < SKIP; i++) {
      const sample = this.#samples[(this.#read + i) % this.#samples.length];
      if (Math.abs(/** @type {number} */ (sample)) >= QUIET) return false;
    }
    return true;
  }
}
