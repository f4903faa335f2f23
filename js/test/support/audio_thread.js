// The scope that a worklet runs in: one processor at a time, rendered by hand.

export class StubPort {
  posted = [];

  /** A copy, as the real port makes one. */
  postMessage(message) {
    this.posted.push(structuredClone(message));
  }

  receive(data) {
    this.onmessage({ data });
  }
}

const loaded = new Map();

/** Load a worklet as in a context of `rateHz`; the class that it registers. */
export async function loadProcessor(name, rateHz) {
  const file = `../../src/${name}.worklet.js?rate=${rateHz}`;
  globalThis.AudioWorkletProcessor = class {
    port = new StubPort();
  };
  globalThis.registerProcessor = (_, processor) => loaded.set(file, processor);
  globalThis.sampleRate = rateHz;
  globalThis.currentTime = 0;
  await import(file);
  return loaded.get(file);
}
