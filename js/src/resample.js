/**
 * A streaming resampler between any two rates.
 *
 * A windowed-sinc low-pass (Kaiser, beta 8: about 80 dB down) is evaluated at the exact
 * rational position of each output sample, so the result does not depend on how the input
 * is cut into pieces and never drifts. Passband to 0.92 of the smaller rate's half.
 *
 * Nothing is allocated after construction: it runs in an audio worklet.
 */

const ZERO_CROSSINGS = 32;
const KAISER_BETA = 8;
const PASSBAND = 0.92;
/** Positions between two input samples that have coefficients; others are interpolated. */
const MAX_PHASES = 512;
/** The largest piece that `push` takes at once, in samples. */
const MAX_PIECE = 4096;

/** @param {number} a @param {number} b @returns {number} */
function greatestCommonDivisor(a, b) {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** The modified Bessel function of the first kind and order zero. @param {number} x */
function bessel0(x) {
  let sum = 1;
  for (let k = 1, term = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/** @param {number} x @param {number} cutoff of the input rate @param {number} half samples */
function windowedSinc(x, cutoff, half) {
  if (Math.abs(x) >= half) return 0;
  const sinc = x === 0 ? 1 : Math.sin(Math.PI * cutoff * x) / (Math.PI * cutoff * x);
  const shape = bessel0(KAISER_BETA * Math.sqrt(1 - (x / half) ** 2)) / bessel0(KAISER_BETA);
  return cutoff * sinc * shape;
}

/**
 * Each row has the taps of one phase, scaled so that a constant stays the same constant.
 * @param {number} phases
 * @param {number} half
 * @param {number} cutoff
 */
function filterBank(phases, half, cutoff) {
  const taps = 2 * half;
  const bank = new Float32Array((phases + 1) * taps);
  for (let phase = 0; phase <= phases; phase++) {
    const row = bank.subarray(phase * taps, (phase + 1) * taps);
    for (let tap = 0; tap < taps; tap++) {
      row[tap] = windowedSinc(tap - half + 1 - phase / phases, cutoff, half);
    }
    const sum = row.reduce((total, value) => total + value, 0);
    for (let tap = 0; tap < taps; tap++) row[tap] = /** @type {number} */ (row[tap]) / sum;
  }
  return bank;
}

export class Resampler {
  #up;
  #down;
  #half;
  #phases;
  #bank;
  #history;
  /** Samples in the history. */
  #held;
  /** Where the next output lies: at sample `#at` of the history, plus `#part / #up`. */
  #at = 0;
  #part = 0;

  /** @param {number} fromHz @param {number} toHz */
  constructor(fromHz, toHz) {
    const divisor = greatestCommonDivisor(Math.round(fromHz), Math.round(toHz));
    this.#up = Math.round(toHz) / divisor;
    this.#down = Math.round(fromHz) / divisor;
    const cutoff = PASSBAND * Math.min(1, this.#up / this.#down);
    this.#half = this.same ? 0 : Math.ceil(ZERO_CROSSINGS / cutoff);
    this.#phases = Math.min(this.#up, MAX_PHASES);
    this.#bank = this.same ? new Float32Array() : filterBank(this.#phases, this.#half, cutoff);
    this.#history = new Float32Array(2 * this.#half + MAX_PIECE);
    this.#held = 0;
    this.reset();
  }

  /** Whether both rates are the same, so that samples pass unchanged. */
  get same() {
    return this.#up === this.#down;
  }

  /** How far the output is behind the input, in input samples. */
  get delay() {
    return this.#half;
  }

  /** Forget all that was pushed. */
  reset() {
    this.#history.fill(0);
    // The first output lies at the first input: before it there is silence.
    this.#held = Math.max(0, this.#half - 1);
    this.#at = this.#held;
    this.#part = 0;
  }

  /**
   * How many input samples `push` needs to put out a number of samples.
   * @param {number} outputs
   */
  inputsFor(outputs) {
    if (this.same) return outputs;
    const last = this.#at + Math.floor((this.#part + (outputs - 1) * this.#down) / this.#up);
    return Math.max(0, last + this.#half + 1 - this.#held);
  }

  /**
   * Take input samples and write every output sample that they complete.
   * @param {Float32Array} input
   * @param {number} count how many of them; at most 4096
   * @param {Float32Array} output
   * @returns {number} samples written
   */
  push(input, count, output) {
    if (this.same) {
      for (let i = 0; i < count; i++) output[i] = /** @type {number} */ (input[i]);
      return count;
    }
    if (count > MAX_PIECE) throw new RangeError(`got ${count} samples, expected <= ${MAX_PIECE}`);
    for (let i = 0; i < count; i++)
      this.#history[this.#held + i] = /** @type {number} */ (input[i]);
    this.#held += count;
    let written = 0;
    while (this.#at + this.#half < this.#held && written < output.length) {
      output[written++] = this.#valueHere();
      this.#part += this.#down;
      this.#at += Math.floor(this.#part / this.#up);
      this.#part %= this.#up;
    }
    this.#forget();
    return written;
  }

  #valueHere() {
    const taps = 2 * this.#half;
    const position = (this.#part / this.#up) * this.#phases;
    const phase = Math.floor(position);
    const between = position - phase;
    const row = phase * taps;
    const start = this.#at - this.#half + 1;
    let low = 0;
    let high = 0;
    for (let tap = 0; tap < taps; tap++) {
      const sample = /** @type {number} */ (this.#history[start + tap]);
      low += sample * /** @type {number} */ (this.#bank[row + tap]);
      if (between) high += sample * /** @type {number} */ (this.#bank[row + taps + tap]);
    }
    return between ? low + (high - low) * between : low;
  }

  #forget() {
    const unused = Math.min(this.#at - this.#half + 1, this.#held);
    if (unused <= 0) return;
    this.#history.copyWithin(0, unused, this.#held);
    this.#held -= unused;
    this.#at -= unused;
  }
}
