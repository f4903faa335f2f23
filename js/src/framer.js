/** Cuts a stream of samples into blocks of one size. */

import { toInt16 } from "./pcm.js";

export class Framer {
  #block;
  #filled = 0;

  /** @param {number} size samples in a block */
  constructor(size) {
    this.#block = new Int16Array(size);
  }

  /**
   * Take samples, and hand on each block that they fill. The block is reused: who wants
   * to keep it copies it.
   * @param {Float32Array} samples
   * @param {number} count how many of them
   * @param {(block: Int16Array) => void} emit
   */
  push(samples, count, emit) {
    for (let i = 0; i < count; i++) {
      this.#block[this.#filled++] = toInt16(/** @type {number} */ (samples[i]));
      if (this.#filled === this.#block.length) {
        this.#filled = 0;
        emit(this.#block);
      }
    }
  }
}
