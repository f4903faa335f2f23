/**
 * The kernel's clock as this page knows it, from pings that the kernel answered.
 *
 * The kernel read its clock somewhere between a ping's leaving and its answer's coming. So
 * the middle of that stretch is right to half of the round trip, and the quickest round trip
 * says the most. Old ones are forgotten: two clocks drift apart.
 */

/** By now the host has given the comm a thread of its own in the kernel, if it ever does. */
const SETTLED_AFTER_MS = 1000;
const PING_EVERY_MS = 5000;
/** How many answers are remembered; a ping goes out every few seconds. */
const MAX_SAMPLES = 32;

/**
 * Ask for the kernel's clock again and again. The first answer also tells the kernel whether
 * a running cell will hold this page's messages up.
 * @param {() => void} ping
 * @returns {() => void} to stop
 */
export function pingRegularly(ping) {
  const first = setTimeout(ping, SETTLED_AFTER_MS);
  const others = setInterval(ping, PING_EVERY_MS);
  return () => {
    clearTimeout(first);
    clearInterval(others);
  };
}

/** @typedef {{atMs: number, errorMs: number}} KernelTime */

export class KernelClock {
  /** @type {{offsetMs: number, roundTripMs: number}[]} */
  #samples = [];
  /** What happened before the first answer. @type {(() => void)[]} */
  #undated = [];

  /**
   * A ping was answered.
   * @param {number} sentAtMs when it left, on this page's clock
   * @param {number} kernelMs the kernel's clock in the answer
   * @param {number} nowMs when the answer came, on this page's clock
   */
  answered(sentAtMs, kernelMs, nowMs) {
    const roundTripMs = nowMs - sentAtMs;
    if (!(roundTripMs >= 0) || !Number.isFinite(kernelMs)) return;
    this.#samples.push({ offsetMs: kernelMs - (sentAtMs + roundTripMs / 2), roundTripMs });
    if (this.#samples.length > MAX_SAMPLES) this.#samples.shift();
    for (const tell of this.#undated.splice(0)) tell();
  }

  /**
   * Tell when something happened on the kernel's clock, as soon as that is known.
   * @param {number} pageMs
   * @param {(time: KernelTime) => void} told
   */
  date(pageMs, told) {
    const time = this.at(pageMs);
    if (time) told(time);
    else this.#undated.push(() => this.date(pageMs, told));
  }

  /**
   * A moment of this page on the kernel's clock, and how far off that may be.
   * @param {number} pageMs
   * @returns {KernelTime | null} null before the first answer
   */
  at(pageMs) {
    const [first, ...others] = this.#samples;
    if (!first) return null;
    const best = others.reduce((a, b) => (b.roundTripMs < a.roundTripMs ? b : a), first);
    return { atMs: pageMs + best.offsetMs, errorMs: best.roundTripMs / 2 };
  }
}
