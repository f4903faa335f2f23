// Records what passes through a node: all samples, and when each render quantum was rendered.
// Loaded by tap.py; `node` is an AudioNode, `silentBelow` a peak. Times are the wall clock's, as time.time() has them.
async (node, silentBelow) => {
  const context = node.context;
  const source = `registerProcessor("rt-tap", class extends AudioWorkletProcessor {
    constructor() { super(); this.clear(); }
    clear() { this.times = []; this.sound = new Float32Array(128 * 16); }
    process([input]) {
      const at = this.times.length * 128;
      if (input[0]) this.sound.set(input[0], at);
      this.times.push(Date.now());
      if (this.times.length === 16) {
        this.port.postMessage([currentFrame - 15 * 128, this.times, this.sound], [this.sound.buffer]);
        this.clear();
      }
      return true;
    }
  });`;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  context.__rtTap ??= context.audioWorklet.addModule(url);
  await context.__rtTap;
  const tap = new AudioWorkletNode(context, "rt-tap", { channelCount: 1, channelCountMode: "explicit" });
  const heard = { sampleRate: context.sampleRate, firstFrame: null, times: [], sound: [], loudAt: 0 };
  tap.port.onmessage = ({ data: [frame, times, sound] }) => {
    heard.firstFrame ??= frame;
    heard.times.push(...times);
    heard.sound.push(sound);
    if (sound.some((v) => Math.abs(v) > silentBelow)) heard.loudAt = times.at(-1);
  };
  node.connect(tap).connect(context.destination); // its own output is silence
  window.__rtTaps = [...(window.__rtTaps ?? []), heard];
  return window.__rtTaps.length - 1;
}
