/** The microphone in the audio thread: the context's rate to 24 kHz, cut into 20 ms. */

import { BLOCK_MS } from "./backlog.js";
import { Framer } from "./framer.js";
import { API_RATE_HZ, samplesIn } from "./pcm.js";
import { Resampler } from "./resample.js";

/** The largest render quantum that is expected; 128 is usual. */
const MAX_QUANTUM = 4096;

class Capture extends AudioWorkletProcessor {
  #resampler = new Resampler(sampleRate, API_RATE_HZ);
  #framer = new Framer(samplesIn(BLOCK_MS));
  #resampled = new Float32Array(MAX_QUANTUM);
  #open = true;
  /** A block is copied by the port: nothing is allocated here. @param {Int16Array} block */
  #send = (block) => this.port.postMessage(block);

  constructor() {
    super();
    this.port.onmessage = () => {
      this.#open = false;
    };
  }

  /** @param {Float32Array[][]} inputs */
  process(inputs) {
    const samples = inputs[0]?.[0];
    if (samples) {
      const count = this.#resampler.push(samples, samples.length, this.#resampled);
      this.#framer.push(this.#resampled, count, this.#send);
    }
    return this.#open;
  }
}

registerProcessor("rt-capture", Capture);
