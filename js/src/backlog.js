/**
 * Microphone audio between capture and kernel: how much goes into a message, and what is
 * given up when the kernel does not keep up.
 *
 * The kernel acknowledges what it got. While little is unacknowledged, chunks are small
 * (20 ms direct, 40 ms over the comm); when the kernel falls behind they become 100 ms,
 * which costs it less. A message handed to the browser cannot be taken back, so what may be
 * unacknowledged is bounded: by twice the round trip, 0.4 s at least and 1.6 s at most. What
 * is recorded meanwhile is held; of all that is under way and held, the newest 2 s are kept.
 */

import { msOf } from "./pcm.js";

export const BLOCK_MS = 20;
const CHUNK_MS = { direct: 20, comm: 40 };
const BIG_CHUNK_MS = 100;
const BEHIND_MS = 250;
const CAUGHT_UP_MS = 100;
const MIN_WINDOW_MS = 400;
const MAX_WINDOW_MS = 1600;
const KEPT_MS = 2000;

/** @typedef {{seq: number, droppedMs: number, pcm: Int16Array<ArrayBuffer>}} Chunk */
/** @typedef {Chunk & {sentAt: number}} SentChunk */

export class Backlog {
  /** @type {Int16Array[]} */
  #held = [];
  /** @type {SentChunk[]} sent, not acknowledged */
  #unacked = [];
  /** @type {SentChunk[]} sent on a path that is gone */
  #again = [];
  #path;
  #now;
  #seq;
  #roundTripMs = 0;
  #behind = false;
  #finishing = false;

  /** Milliseconds that were given up since the microphone opened. */
  droppedMs = 0;

  /**
   * @param {"comm" | "direct"} path
   * @param {number} [seq] of the next chunk
   * @param {() => number} [now] a clock in milliseconds
   */
  constructor(path, seq = 0, now = () => performance.now()) {
    this.#path = path;
    this.#seq = seq;
    this.#now = now;
  }

  get heldMs() {
    return this.#held.length * BLOCK_MS;
  }

  get unackedMs() {
    return msOf(this.#unacked.reduce((samples, chunk) => samples + chunk.pcm.length, 0));
  }

  /** How long the oldest unacknowledged chunk has been under way. */
  get waitingMs() {
    return this.#unacked[0] ? this.#now() - this.#unacked[0].sentAt : 0;
  }

  /** Take 20 ms from the microphone. @param {Int16Array} block reused by the caller */
  push(block) {
    this.#finishing = false;
    this.#held.push(block.slice());
    while (this.#held.length > 0 && this.unackedMs + this.heldMs > KEPT_MS) {
      this.#held.shift();
      this.droppedMs += BLOCK_MS;
    }
  }

  /** What is held would come too late: it is given up. */
  drop() {
    this.droppedMs += this.heldMs;
    this.#held = [];
  }

  /** The turn is over: what is held may leave as a chunk smaller than usual. */
  finish() {
    this.#finishing = true;
  }

  /** The chunk to send now, or null. @returns {Chunk | null} */
  next() {
    const again = this.#again.shift();
    if (again) return again;
    const blocks = this.#blocksToSend();
    const ms = blocks * BLOCK_MS;
    if (blocks === 0 || this.#held.length < blocks) return null;
    if (this.unackedMs + ms > this.#windowMs) return null;
    const chunk = {
      seq: this.#seq++,
      droppedMs: this.droppedMs,
      pcm: join(this.#held.splice(0, blocks)),
      sentAt: this.#now(),
    };
    this.#unacked.push(chunk);
    this.#behind = this.unackedMs > (this.#behind ? CAUGHT_UP_MS : BEHIND_MS);
    return chunk;
  }

  /** The kernel has everything up to a sequence number. @param {number} seq */
  ack(seq) {
    if (seq >= this.#seq) return;
    this.#acked(this.#unacked.filter((chunk) => chunk.seq <= seq).length);
  }

  /** The kernel has everything that was sent before a moment. @param {number} ms of the clock */
  ackUntil(ms) {
    this.#acked(this.#unacked.filter((chunk) => chunk.sentAt <= ms).length);
  }

  /** @param {number} acked how many of the oldest chunks */
  #acked(acked) {
    const newest = this.#unacked.splice(0, acked).at(-1);
    if (!newest) return;
    this.#roundTripMs += (this.#now() - newest.sentAt - this.#roundTripMs) / 8;
    if (this.unackedMs <= CAUGHT_UP_MS) this.#behind = false;
  }

  /**
   * Go on over another path. What was not acknowledged may be lost or overtaken, so it is
   * sent once more; the kernel ignores numbers that it has.
   * @param {"comm" | "direct"} path
   */
  setPath(path) {
    if (path === this.#path) return;
    this.#path = path;
    this.#again = [...this.#unacked];
  }

  get #windowMs() {
    return Math.max(MIN_WINDOW_MS, Math.min(MAX_WINDOW_MS, 2 * this.#roundTripMs));
  }

  #blocksToSend() {
    const usual = (this.#behind ? BIG_CHUNK_MS : CHUNK_MS[this.#path]) / BLOCK_MS;
    return this.#finishing ? Math.min(usual, this.#held.length) : usual;
  }
}

/** @param {Int16Array[]} blocks @returns {Int16Array<ArrayBuffer>} */
function join(blocks) {
  const whole = new Int16Array(blocks.reduce((samples, block) => samples + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    whole.set(block, at);
    at += block.length;
  }
  return whole;
}
