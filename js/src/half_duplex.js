/**
 * Half-duplex: the microphone hears nothing while the reply sounds, nor for a moment after
 * it, so that loudspeakers do not answer themselves.
 */

/** What a room and the way to the loudspeaker still hold when the last sample has left. */
export const TAIL_MS = 500;

export class HalfDuplex {
  #hold;
  #on = false;
  #sounding = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #tail;

  /** @param {(held: boolean) => void} hold called when the microphone is to hear or not */
  constructor(hold) {
    this.#hold = hold;
  }

  /** @param {boolean} on */
  set on(on) {
    if (on === this.#on) return;
    this.#on = on;
    this.#end();
    if (on && this.#sounding) this.#hold(true);
  }

  /** @param {boolean} sounding whether the reply sounds */
  set sounding(sounding) {
    if (sounding === this.#sounding) return;
    this.#sounding = sounding;
    if (!this.#on) return;
    clearTimeout(this.#tail);
    if (sounding) this.#hold(true);
    else this.#tail = setTimeout(() => this.#hold(false), TAIL_MS);
  }

  close() {
    clearTimeout(this.#tail);
  }

  #end() {
    clearTimeout(this.#tail);
    this.#hold(false);
  }
}
