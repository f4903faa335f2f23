// src/clock.js
var SETTLED_AFTER_MS = 1e3;
var PING_EVERY_MS = 5e3;
var MAX_SAMPLES = 32;
function pingRegularly(ping) {
  const first = setTimeout(ping, SETTLED_AFTER_MS);
  const others = setInterval(ping, PING_EVERY_MS);
  return () => {
    clearTimeout(first);
    clearInterval(others);
  };
}
var KernelClock = class {
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
    const best = others.reduce((a, b) => b.roundTripMs < a.roundTripMs ? b : a, first);
    return { atMs: pageMs + best.offsetMs, errorMs: best.roundTripMs / 2 };
  }
};

// worklet:capture
var capture_default = `// src/pcm.js
var API_RATE_HZ = 24e3;
var FULL_SCALE = 32767;
function samplesIn(ms, rateHz = API_RATE_HZ) {
  return Math.round(ms * rateHz / 1e3);
}
function toInt16(value) {
  return Math.round(Math.max(-1, Math.min(1, value)) * FULL_SCALE);
}

// src/backlog.js
var BLOCK_MS = 20;

// src/framer.js
var Framer = class {
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
      this.#block[this.#filled++] = toInt16(
        /** @type {number} */
        samples[i]
      );
      if (this.#filled === this.#block.length) {
        this.#filled = 0;
        emit(this.#block);
      }
    }
  }
};

// src/resample.js
var ZERO_CROSSINGS = 32;
var KAISER_BETA = 8;
var PASSBAND = 0.92;
var MAX_PHASES = 512;
var MAX_PIECE = 4096;
function greatestCommonDivisor(a, b) {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
function bessel0(x) {
  let sum = 1;
  for (let k = 1, term = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
function windowedSinc(x, cutoff, half) {
  if (Math.abs(x) >= half) return 0;
  const sinc = x === 0 ? 1 : Math.sin(Math.PI * cutoff * x) / (Math.PI * cutoff * x);
  const shape = bessel0(KAISER_BETA * Math.sqrt(1 - (x / half) ** 2)) / bessel0(KAISER_BETA);
  return cutoff * sinc * shape;
}
function filterBank(phases, half, cutoff) {
  const taps = 2 * half;
  const bank = new Float32Array((phases + 1) * taps);
  for (let phase = 0; phase <= phases; phase++) {
    const row = bank.subarray(phase * taps, (phase + 1) * taps);
    for (let tap = 0; tap < taps; tap++) {
      row[tap] = windowedSinc(tap - half + 1 - phase / phases, cutoff, half);
    }
    const sum = row.reduce((total, value) => total + value, 0);
    for (let tap = 0; tap < taps; tap++) row[tap] = /** @type {number} */
    row[tap] / sum;
  }
  return bank;
}
var Resampler = class {
  #up;
  #down;
  #half;
  #phases;
  #bank;
  #history;
  /** Samples in the history. */
  #held;
  /** Where the next output lies: at sample \`#at\` of the history, plus \`#part / #up\`. */
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
    this.#held = Math.max(0, this.#half - 1);
    this.#at = this.#held;
    this.#part = 0;
  }
  /**
   * How many input samples \`push\` needs to put out a number of samples.
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
      for (let i = 0; i < count; i++) output[i] = /** @type {number} */
      input[i];
      return count;
    }
    if (count > MAX_PIECE) throw new RangeError(\`got \${count} samples, expected <= \${MAX_PIECE}\`);
    for (let i = 0; i < count; i++)
      this.#history[this.#held + i] = /** @type {number} */
      input[i];
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
    const position = this.#part / this.#up * this.#phases;
    const phase = Math.floor(position);
    const between = position - phase;
    const row = phase * taps;
    const start = this.#at - this.#half + 1;
    let low = 0;
    let high = 0;
    for (let tap = 0; tap < taps; tap++) {
      const sample = (
        /** @type {number} */
        this.#history[start + tap]
      );
      low += sample * /** @type {number} */
      this.#bank[row + tap];
      if (between) high += sample * /** @type {number} */
      this.#bank[row + taps + tap];
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
};

// src/capture.worklet.js
var MAX_QUANTUM = 4096;
var Capture = class extends AudioWorkletProcessor {
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
};
registerProcessor("rt-capture", Capture);
`;

// src/pcm.js
var API_RATE_HZ = 24e3;
var FULL_SCALE = 32767;
var SILENCE_DBFS = -100;
function msOf(samples, rateHz = API_RATE_HZ) {
  return samples * 1e3 / rateHz;
}
function toInt16(value) {
  return Math.round(Math.max(-1, Math.min(1, value)) * FULL_SCALE);
}
function encode(floats) {
  const pcm = new Int16Array(floats.length);
  for (let i = 0; i < floats.length; i++) pcm[i] = toInt16(
    /** @type {number} */
    floats[i]
  );
  return pcm;
}
function samplesOf(payload) {
  const whole = payload.byteLength - payload.byteLength % 2;
  const [buffer, start] = ArrayBuffer.isView(payload) ? [payload.buffer, payload.byteOffset] : [payload, 0];
  return new Int16Array(
    /** @type {ArrayBuffer} */
    buffer.slice(start, start + whole)
  );
}
function dbfs(floats) {
  let power = 0;
  for (let i = 0; i < floats.length; i++) power += /** @type {number} */
  floats[i] ** 2;
  return Math.max(SILENCE_DBFS, 10 * Math.log10(power / Math.max(1, floats.length)));
}
function meterOf(level) {
  return Math.max(0, Math.min(1, (level + 60) / 50));
}

// src/worklets.js
var loading = /* @__PURE__ */ new WeakMap();
function loadWorklet(context, text) {
  const known = loading.get(context) ?? /* @__PURE__ */ new Map();
  loading.set(context, known);
  if (!known.has(text)) known.set(text, addModule(context, text));
  return known.get(text);
}
async function addModule(context, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    await context.audioWorklet.addModule(url);
  } catch (error) {
    throw Object.assign(new Error(String(error)), { name: "WorkletError" });
  } finally {
    URL.revokeObjectURL(url);
  }
}

// src/capture.js
async function listMicrophones() {
  const devices = await navigator.mediaDevices?.enumerateDevices?.() ?? [];
  return devices.filter((device) => device.kind === "audioinput" && device.deviceId).map(({ deviceId, label }, index) => ({
    deviceId,
    label: label || `Microphone ${index + 1}`
  }));
}
function constraints(deviceId) {
  return {
    audio: {
      ...deviceId ? { deviceId: { exact: deviceId } } : {},
      channelCount: 1,
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true
    }
  };
}
var Capture = class _Capture {
  #stream;
  #context;
  #own;
  #source;
  #node;
  #analyser;
  /**
   * @param {MediaStream} stream
   * @param {AudioContext} context
   * @param {boolean} own whether the context goes away with this capture
   * @param {MediaStreamAudioSourceNode} source
   * @param {(block: Int16Array) => void} onBlock
   */
  constructor(stream, context, own, source, onBlock) {
    this.#stream = stream;
    this.#context = context;
    this.#own = own;
    this.#source = source;
    this.#node = new AudioWorkletNode(context, "rt-capture", {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: "explicit"
    });
    this.#node.port.onmessage = ({ data }) => onBlock(data);
    this.#analyser = new AnalyserNode(context, { fftSize: 1024 });
    source.connect(this.#node);
    source.connect(this.#analyser);
  }
  /**
   * Ask for a microphone and open it. The caller's context is used when the browser can
   * join the two; some cannot at unequal rates, then a context of the device's rate is.
   * @param {AudioContext} context
   * @param {string} deviceId "" for the default
   * @param {(block: Int16Array) => void} onBlock
   * @returns {Promise<Capture>}
   */
  static async open(context, deviceId, onBlock) {
    const stream = await navigator.mediaDevices.getUserMedia(constraints(deviceId));
    try {
      const [used, source] = joined(context, stream);
      void used.resume().catch(() => {
      });
      await loadWorklet(used, capture_default);
      return new _Capture(stream, used, used !== context, source, onBlock);
    } catch (error) {
      for (const track of stream.getTracks()) track.stop();
      throw error;
    }
  }
  get deviceId() {
    return this.#track?.getSettings().deviceId ?? "";
  }
  get sampleRateHz() {
    return this.#context.sampleRate;
  }
  /** @param {boolean} muted sends silence */
  set muted(muted) {
    if (this.#track) this.#track.enabled = !muted;
  }
  /** Call when the device goes away. @param {() => void} handler */
  set onEnded(handler) {
    this.#track?.addEventListener("ended", handler, { once: true });
  }
  /** The newest samples, for a meter. @param {Float32Array<ArrayBuffer>} samples */
  read(samples) {
    this.#analyser.getFloatTimeDomainData(samples);
  }
  /** Stop the device. It cannot be opened again. */
  close() {
    for (const track of this.#stream.getTracks()) track.stop();
    this.#node.port.onmessage = null;
    this.#node.port.postMessage("close");
    this.#source.disconnect();
    if (this.#own) void this.#context.close();
  }
  get #track() {
    return this.#stream.getAudioTracks()[0];
  }
};
function joined(context, stream) {
  try {
    return [context, context.createMediaStreamSource(stream)];
  } catch {
    const own = new AudioContext();
    return [own, own.createMediaStreamSource(stream)];
  }
}
async function decodeFile(bytes) {
  const decoded = await new OfflineAudioContext(1, 1, API_RATE_HZ).decodeAudioData(bytes);
  const mono = new Float32Array(decoded.length);
  for (let channel = 0; channel < decoded.numberOfChannels; channel++) {
    const samples = decoded.getChannelData(channel);
    for (let i = 0; i < mono.length; i++) {
      mono[i] = /** @type {number} */
      mono[i] + /** @type {number} */
      samples[i] / decoded.numberOfChannels;
    }
  }
  return mono;
}

// src/files.js
var MAX_FILE_BYTES = 100 * 1024 * 1024;
var MAX_MINUTES = 30;
var PIECE_SAMPLES = 256 * 1024;
async function sendFile(file, send) {
  const { name } = file;
  if (file.size > MAX_FILE_BYTES) return `${name} is larger than 100 MB: cut it into parts.`;
  let samples;
  try {
    samples = await decodeFile(await file.arrayBuffer());
  } catch {
    return `${name} is no audio that this browser can read: try WAV, MP3, FLAC or Ogg.`;
  }
  if (samples.length === 0) return `${name} has no sound in it.`;
  if (samples.length > MAX_MINUTES * 60 * API_RATE_HZ) {
    return `${name} is longer than ${MAX_MINUTES} minutes: cut it into parts.`;
  }
  const pcm = encode(samples);
  for (let at = 0; at < pcm.length; at += PIECE_SAMPLES) {
    const piece = pcm.slice(at, at + PIECE_SAMPLES);
    send({ name, last: at + PIECE_SAMPLES >= pcm.length }, piece.buffer);
  }
  return "";
}

// src/half_duplex.js
var TAIL_MS = 500;
var HalfDuplex = class {
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
};

// src/comm.js
var PAGE_KINDS = (
  /** @type {const} */
  {
    hello: ["number", "origin", "hostname", "secure", "can_record", "public_key", "views"],
    bye: [],
    claim: [],
    release: [],
    "mic-chunk": ["seq", "dropped_ms", "+pcm"],
    "mic-state": ["state", "reason", "sample_rate_hz"],
    talk: ["down"],
    played: ["epoch", "samples", "latency_ms", "buffered_ms"],
    audible: ["epoch", "samples", "latency_ms", "at_ms", "error_ms"],
    flushed: ["epoch", "samples", "latency_ms"],
    resend: ["epoch", "seq"],
    say: ["text"],
    "audio-file": ["name", "last", "+pcm"],
    cancel: [],
    approve: ["nonce", "allow"],
    "keep-audio": ["on"],
    switches: ["barge_in", "half_duplex"],
    ping: ["t_ms"]
  }
);
var KERNEL_KINDS = (
  /** @type {const} */
  {
    snapshot: ["client", "items", "order", "notices"],
    items: ["items", "order"],
    notice: ["level", "text"],
    speaking: ["who"],
    "play-chunk": ["client", "epoch", "item_id", "seq", "first", "start", "+pcm"],
    "play-end": ["client", "epoch", "item_id", "seq", "first", "start"],
    "flush-playback": ["client", "epoch"],
    "mic-ack": ["client", "seq"],
    approvals: ["approvals"],
    "arm-mic": ["client"],
    "stop-mic": ["client", "reason"],
    "direct-offer": ["client", "host", "port", "public_key", "nonce"],
    pong: ["client", "t_ms", "kernel_ms", "next"]
  }
);
var LENGTH_BYTES = 4;
function pageMessage(kind, client, fields = {}) {
  const missing = PAGE_KINDS[kind].filter((name) => name !== "+pcm" && !(name in fields));
  if (missing.length > 0) throw new TypeError(`${kind}: lacks ${missing.join(", ")}`);
  return { ...fields, kind, client };
}
function kernelMessage(content, client) {
  if (typeof content !== "object" || content === null) return null;
  const message = (
    /** @type {KernelMessage} */
    content
  );
  if (!Object.hasOwn(KERNEL_KINDS, message.kind)) return null;
  return message.client === void 0 || message.client === client ? message : null;
}
function pack(message, audio = new ArrayBuffer(0)) {
  const head = new TextEncoder().encode(JSON.stringify(message));
  const frame = new Uint8Array(LENGTH_BYTES + head.length + audio.byteLength);
  new DataView(frame.buffer).setUint32(0, head.length, true);
  frame.set(head, LENGTH_BYTES);
  frame.set(new Uint8Array(audio), LENGTH_BYTES + head.length);
  return frame.buffer;
}
function unpack(frame) {
  if (frame.byteLength < LENGTH_BYTES) return null;
  const end = LENGTH_BYTES + new DataView(frame).getUint32(0, true);
  if (end > frame.byteLength) return null;
  try {
    const head = new TextDecoder("utf-8", { fatal: true }).decode(
      new Uint8Array(frame, LENGTH_BYTES, end - LENGTH_BYTES)
    );
    return { content: JSON.parse(head), audio: frame.slice(end) };
  } catch {
    return null;
  }
}

// src/direct.js
var OPEN_WITHIN_MS = 3e3;
var CURVE = { name: "ECDH", namedCurve: "P-256" };
function onLoopback(hostname = location.hostname) {
  return ["localhost", "127.0.0.1", "::1", "[::1]"].includes(hostname);
}
function toBase64(bytes) {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}
function fromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
function toHex(bytes) {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
var Handshake = class _Handshake {
  #keys;
  #publicKey;
  /** @param {CryptoKeyPair} keys @param {string} publicKey base64 of the 65-byte point */
  constructor(keys, publicKey) {
    this.#keys = keys;
    this.#publicKey = publicKey;
  }
  /** @returns {Promise<Handshake>} with a key pair of its own */
  static async create() {
    const keys = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
    const point = await crypto.subtle.exportKey("raw", keys.publicKey);
    return new _Handshake(keys, toBase64(point));
  }
  get publicKey() {
    return this.#publicKey;
  }
  /**
   * @param {Offer} offer
   * @param {string} client
   * @returns {Promise<{nonce: string, proof: string, expected: string}>} what the page
   *   sends, and the proof that the kernel must answer with
   */
  async prove(offer, client) {
    const nonce = toBase64(crypto.getRandomValues(new Uint8Array(32)));
    const key = await this.#sharedKey(offer.public_key);
    return {
      nonce,
      proof: await sign(key, `page|${client}|${offer.nonce}|${nonce}`),
      expected: await sign(key, `kernel|${client}|${nonce}|${offer.nonce}`)
    };
  }
  /** @param {string} theirs */
  async #sharedKey(theirs) {
    const point = await crypto.subtle.importKey("raw", fromBase64(theirs), CURVE, false, []);
    const bits = await crypto.subtle.deriveBits(
      { name: "ECDH", public: point },
      this.#keys.privateKey,
      256
    );
    return crypto.subtle.importKey("raw", bits, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  }
};
async function sign(key, text) {
  return toHex(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text)));
}
async function openDirect(offer, handshake, client) {
  const { nonce, proof, expected } = await handshake.prove(offer, client);
  const socket = new WebSocket(`ws://${offer.host}:${Number(offer.port)}/`);
  socket.binaryType = "arraybuffer";
  try {
    await within(OPEN_WITHIN_MS, (resolve, reject) => {
      socket.onclose = () => reject(new Error("the kernel closed the direct path"));
      socket.onopen = () => socket.send(JSON.stringify({ client, nonce, proof }));
      socket.onmessage = ({ data }) => isProof(data, expected) ? resolve() : reject(new Error("the kernel's proof is wrong"));
    });
  } catch (error) {
    socket.close();
    throw error;
  } finally {
    socket.onclose = socket.onopen = socket.onmessage = null;
  }
  return socket;
}
function isProof(data, expected) {
  try {
    return typeof data === "string" && JSON.parse(data).proof === expected;
  } catch {
    return false;
  }
}
function within(ms, start) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("the direct path did not open")), ms);
    const settle = () => clearTimeout(timer);
    start(
      () => (settle(), resolve()),
      (error) => (settle(), reject(error))
    );
  });
}

// src/link.js
var MAX_ATTEMPTS = 3;
var RETRY_AFTER_MS = 2e3;
var Link = class {
  #model;
  #events;
  #client;
  #describe;
  /** @type {Handshake | null} of a direct path that is not tried yet */
  #handshake = null;
  /** @type {WebSocket | null} */
  #socket = null;
  #attempts = 0;
  #hellos = 0;
  /** Whether a key was sent and its offer is still to come. */
  #asked = false;
  #answered = false;
  #closed = false;
  #retry = 0;
  /** @type {{kind: PageKind, fields: Record<string, unknown>, audio?: ArrayBuffer}[]} */
  #waiting = [];
  /**
   * @param {import("@anywidget/types").AnyModel} model
   * @param {string} client
   * @param {() => Record<string, unknown>} describe the rest of "hello"
   * @param {LinkEvents} events
   */
  constructor(model, client, describe2, events) {
    this.#model = model;
    this.#client = client;
    this.#describe = describe2;
    this.#events = events;
    model.on("msg:custom", this.#onCustom);
  }
  /** @returns {"comm" | "direct"} */
  get path() {
    return this.#socket ? "direct" : "comm";
  }
  /** Whether the kernel has answered "hello". */
  get answered() {
    return this.#answered;
  }
  /** Say who this page is, and offer the direct path while there is none. */
  async hello() {
    const publicKey = this.#wantsDirect ? await this.#newKey() : "";
    const fields = { ...this.#describe(), number: this.#hellos++, public_key: publicKey };
    this.#put(pageMessage("hello", this.#client, fields));
  }
  /**
   * @param {PageKind} kind
   * @param {Record<string, unknown>} [fields]
   * @param {ArrayBuffer} [audio]
   */
  send(kind, fields = {}, audio) {
    if (this.#answered) this.#put(pageMessage(kind, this.#client, fields), audio);
    else this.#waiting.push({ kind, fields, audio });
  }
  get #wantsDirect() {
    const possible = isSecureContext && onLoopback() && this.#attempts < MAX_ATTEMPTS;
    return possible && !this.#socket && !this.#asked;
  }
  async #newKey() {
    this.#asked = true;
    this.#handshake = await Handshake.create().catch(() => null);
    return this.#handshake?.publicKey ?? "";
  }
  /** Leave: nothing is sent or received any more. */
  close() {
    this.send("bye");
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#model.off("msg:custom", this.#onCustom);
    this.#socket?.close();
  }
  /** @param {object} message @param {ArrayBuffer} [audio] */
  #put(message, audio) {
    if (this.#closed) return;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(pack(message, audio));
    else this.#model.send(message, void 0, audio ? [audio] : []);
  }
  /** @param {unknown} content @param {DataView[]} buffers */
  #onCustom = (content, buffers) => this.#receive(content, buffers?.[0]);
  /** @param {unknown} content @param {DataView | ArrayBuffer | undefined} audio */
  #receive(content, audio) {
    const message = kernelMessage(content, this.#client);
    if (!message) return;
    if (message.kind === "direct-offer") return void this.#upgrade(message);
    this.#events.message(message, audio);
    if (message.kind === "snapshot") this.#release();
  }
  #release() {
    this.#answered = true;
    for (const { kind, fields, audio } of this.#waiting.splice(0)) this.send(kind, fields, audio);
  }
  /** @param {any} offer */
  async #upgrade(offer) {
    const handshake = this.#handshake;
    this.#handshake = null;
    if (!handshake || this.#closed) return;
    this.#attempts += 1;
    try {
      this.#use(await openDirect(offer, handshake, this.#client));
    } catch (error) {
      console.info(`rt_notebook: staying on the comm: ${error}`);
    }
  }
  /** @param {WebSocket} socket */
  #use(socket) {
    if (this.#closed) return socket.close();
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const frame = data instanceof ArrayBuffer ? unpack(data) : null;
      if (frame) this.#receive(frame.content, frame.audio);
    };
    socket.onclose = () => this.#fallBack();
    this.#events.path("direct");
  }
  #fallBack() {
    if (this.#closed) return;
    this.#socket = null;
    this.#asked = false;
    this.#events.path("comm");
    if (this.#attempts >= MAX_ATTEMPTS) return;
    this.#retry = setTimeout(() => this.hello(), RETRY_AFTER_MS);
  }
};

// src/liveness.js
var DOUBT_AFTER_MS = 500;
var SILENCE_MS = 700;
var GONE = ["dead", "restarting", "autorestarting", "terminating"];
var Liveness = class {
  #model;
  #ping;
  #changed;
  /** @type {Kernel | null} */
  #kernel;
  #cellRuns = true;
  #timer = 0;
  #doubting = false;
  /** @type {Life} */
  #life = "live";
  /**
   * @param {import("@anywidget/types").AnyModel} model
   * @param {() => void} ping asks the kernel for an answer
   * @param {(life: Life) => void} changed
   */
  constructor(model, ping, changed) {
    this.#model = model;
    this.#ping = ping;
    this.#changed = changed;
    this.#kernel = kernelOf(model);
    if (this.#kernel) this.#cellRuns = this.#kernel.status === "busy";
    this.#kernel?.iopubMessage?.connect(this.#noteCell);
    this.#kernel?.statusChanged.connect(this.#look);
    this.#kernel?.connectionStatusChanged.connect(this.#look);
    model.on("comm_live_update", this.doubt);
  }
  get life() {
    return this.#life;
  }
  /** Something closed: see whether the kernel still answers. */
  doubt = () => {
    if (this.#life === "gone") return;
    this.#ping();
    this.#listen();
  };
  /** Audio has been waiting for an answer. @param {number} ms */
  waited(ms) {
    const waits = this.#cellRuns && this.#model.get("mic_waits") === true;
    if (ms > DOUBT_AFTER_MS && !waits) this.#listen();
  }
  /** The kernel has said something. */
  heard() {
    this.#stopListening();
    this.#settle("live");
  }
  close() {
    this.#stopListening();
    this.#kernel?.iopubMessage?.disconnect(this.#noteCell);
    this.#kernel?.statusChanged.disconnect(this.#look);
    this.#kernel?.connectionStatusChanged.disconnect(this.#look);
    this.#model.off("comm_live_update", this.doubt);
  }
  /** @type {Slot} */
  #noteCell = (_kernel, { header, parent_header: parent, content }) => {
    if (header?.msg_type !== "status" || parent?.msg_type !== "execute_request") return;
    this.#cellRuns = content.execution_state === "busy";
  };
  #look = () => {
    if (!this.#kernel || this.#life === "gone") return;
    if (GONE.includes(this.#kernel.status)) return this.#settle("gone");
    if (this.#kernel.connectionStatus === "connected") return this.heard();
    this.#listen();
  };
  /** The kernel is lost unless it says something now. */
  #listen() {
    if (this.#doubting) return;
    this.#doubting = true;
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(() => this.#settle("lost"), SILENCE_MS);
    }, SILENCE_MS);
  }
  #stopListening() {
    this.#doubting = false;
    clearTimeout(this.#timer);
  }
  /** @param {Life} life */
  #settle(life) {
    if (life === this.#life || this.#life === "gone") return;
    this.#life = life;
    this.#changed(life);
  }
};
function kernelOf(model) {
  const kernel = model.widget_manager?.kernel;
  return kernel?.statusChanged && kernel.connectionStatusChanged ? kernel : null;
}

// src/messages.js
var MAX_NOTICES = 3;
var Messages = class {
  #problem = "";
  /** @type {Notice[]} of the kernel, the newest last */
  #notices = [];
  /** @type {Set<string>} what the user does not want to read again */
  #dismissed = /* @__PURE__ */ new Set();
  /** What this page could not do; "" when there is nothing. */
  get problem() {
    return this.#problem;
  }
  set problem(sentence) {
    this.#problem = sentence;
    this.#dismissed.delete(sentence);
  }
  /** What the kernel has told so far. @param {Notice[]} notices */
  replace(notices) {
    this.#notices = notices.slice(-MAX_NOTICES);
  }
  /** The kernel tells something; told again, it is the newest. @param {Notice} notice */
  add({ level, text }) {
    this.#dismissed.delete(text);
    const others = this.#notices.filter((notice) => notice.text !== text);
    this.replace([...others, { level: String(level), text: String(text) }]);
  }
  /** The user has read these. @param {Notice[]} messages */
  dismiss(messages) {
    for (const { text } of messages) this.#dismissed.add(text);
  }
  /**
   * What is to be read now, the most important first.
   * @param {string[]} warnings what holds at this moment
   * @returns {Notice[]}
   */
  unread(warnings2) {
    const own = warnings2.map((text) => ({ level: "warning", text }));
    return [...own, ...this.#notices].filter(({ text }) => !this.#dismissed.has(text));
  }
};

// src/backlog.js
var BLOCK_MS = 20;
var CHUNK_MS = { direct: 20, comm: 40 };
var BIG_CHUNK_MS = 100;
var BEHIND_MS = 250;
var CAUGHT_UP_MS = 100;
var MIN_WINDOW_MS = 400;
var MAX_WINDOW_MS = 1600;
var KEPT_MS = 2e3;
var Backlog = class {
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
      sentAt: this.#now()
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
};
function join(blocks) {
  const whole = new Int16Array(blocks.reduce((samples, block) => samples + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    whole.set(block, at);
    at += block.length;
  }
  return whole;
}

// src/sentences.js
var INSTEAD = "Type below, or choose an audio file.";
function obstacleOf(page) {
  if (!page.isSecureContext) return "insecure";
  if (!page.navigator.mediaDevices?.getUserMedia) return "no-device-api";
  if (!("AudioWorkletNode" in page)) return "no-worklet";
  return "";
}
var OBSTACLES = {
  insecure: "This page cannot use the microphone because it is not https or localhost. " + INSTEAD,
  "no-device-api": "This application does not give notebooks a microphone. " + INSTEAD,
  "no-worklet": "This browser is too old for live audio. " + INSTEAD
};
function obstacleSentence(obstacle) {
  return OBSTACLES[obstacle] ?? "";
}
var REFUSALS = {
  NotAllowedError: "The microphone was refused: allow it for this page beside the address bar and press the button again, or type below.",
  NotFoundError: "No microphone was found: connect one and press the button again, or type below.",
  NotReadableError: "The microphone is used by another program: close it there and press the button again, or type below.",
  OverconstrainedError: "That microphone is gone: choose another one, or type below.",
  SecurityError: "This page's host forbids the microphone. " + INSTEAD,
  WorkletError: "This page's host forbids the audio code to load (blob: scripts). " + INSTEAD
};
function refusalSentence(error) {
  const { name, message } = (
    /** @type {Error} */
    error ?? {}
  );
  const reason = String(message || name || "unknown reason").slice(0, 200);
  return REFUSALS[name] ?? `The microphone did not open (${reason}). ${INSTEAD}`;
}
function droppedSentence(ms) {
  if (ms <= 0) return "";
  return `${(ms / 1e3).toFixed(1)} s of microphone audio was dropped because the kernel did not take it in time.`;
}
var PAUSED = "The browser has paused all sound of this page: click here to go on.";
var MIC_WAITS = "While a cell runs, the microphone waits: this kernel takes messages only between cells.";
var DEVICE_ENDED = "The microphone went away: press the button to choose another one.";
var DEVICE_REPLACED = "The microphone went away; another one is in use now.";
var TAKEN = {
  "taken-over": "Another page of this notebook has the microphone now.",
  "other-session": "Another session has the microphone now: press the button to have it back."
};
var NOBODY_ANSWERS = "Nothing live is behind this panel: run the cell to talk.";
var KERNEL_GONE = "The kernel is gone, and the microphone is closed: run the cell again to go on.";
var KERNEL_LOST = "The connection to the kernel is lost, and the microphone is closed: it comes back by itself, or reload the page.";
var KERNEL_SILENT = "The kernel has not answered for 10 s: only the newest 2 s of what you say are kept.";

// src/microphone.js
var BLOCKS_PER_PING = 25;
var Microphone = class {
  #events;
  #hardware;
  #backlog;
  /** @type {"comm" | "direct"} */
  #path = "comm";
  /** @type {Capture | null} */
  #capture = null;
  /** @type {MicState} */
  #state = "off";
  #muted = false;
  #onHold = false;
  #held = false;
  #talking = false;
  #ending = false;
  /** Counts openings, so that one that was given up does not come back. */
  #opening = 0;
  #sent = 0;
  #sentSamples = 0;
  #acked = 0;
  #idleBlocks = 0;
  /** When the oldest ping left that is not answered; 0: all are. */
  #pingedAt = 0;
  #ended = false;
  /** What was given up before the kernel was out of reach; told until the next time. */
  #lostMs = 0;
  /** Audio leaves only while the key is held. */
  pushToTalk = false;
  /** @type {import("./capture.js").Device[]} */
  devices = [];
  /** What the user chose; "" for the default. */
  chosenDevice = "";
  /**
   * @param {MicrophoneEvents} events
   * @param {{open: typeof Capture.open, list: typeof listMicrophones}} [hardware]
   */
  constructor(events, hardware = { open: Capture.open, list: listMicrophones }) {
    this.#events = events;
    this.#hardware = hardware;
    this.#backlog = new Backlog("comm");
    navigator.mediaDevices?.addEventListener?.("devicechange", this.#listDevices);
  }
  get state() {
    return this.#state;
  }
  get muted() {
    return this.#muted;
  }
  /** Push-to-talk: whether the user is talking. */
  get talking() {
    return this.#talking;
  }
  get droppedMs() {
    return this.#backlog.droppedMs;
  }
  /** How long the kernel has left audio or a ping unanswered; a closed one waits for nothing. */
  get waitingMs() {
    if (this.#state !== "open") return 0;
    const pingMs = this.#pingedAt && performance.now() - this.#pingedAt;
    return Math.max(pingMs, this.#backlog.waitingMs);
  }
  get stats() {
    return {
      sent: this.#sent,
      sentSamples: this.#sentSamples,
      acked: this.#acked,
      backlogMs: this.#backlog.unackedMs + this.#backlog.heldMs,
      droppedMs: this.droppedMs
    };
  }
  /**
   * Open it. Call in the handler of a click or key.
   * @param {AudioContext} context
   */
  async open(context) {
    if (this.#state !== "off") return;
    const opening = ++this.#opening;
    this.#setState("opening");
    try {
      const capture = await this.#hardware.open(context, this.chosenDevice, this.#onBlock);
      if (opening !== this.#opening) return capture.close();
      this.#begin(capture, context);
    } catch (error) {
      if (opening === this.#opening) this.#refuse(error);
    }
  }
  /** Stop the device; what it heard still leaves. @param {string} [reason] for the kernel */
  close(reason = "") {
    this.#opening += 1;
    this.#ended = false;
    const open = this.#state === "open";
    this.#release();
    if (open) this.#report("closed", reason);
  }
  /** Stop the device: the kernel is out of reach, and what was said meanwhile is old. */
  lose() {
    this.#backlog.drop();
    this.close("connection lost");
    this.#lostMs = this.#backlog.droppedMs;
  }
  /** Leave the page. */
  dispose() {
    this.close("page left");
    navigator.mediaDevices?.removeEventListener?.("devicechange", this.#listDevices);
  }
  /** @param {boolean} muted */
  mute(muted) {
    this.#muted = muted;
    if (!this.#capture) return this.#events.changed();
    this.#capture.muted = this.#deaf;
    this.#report(muted ? "muted" : "open");
    this.#events.changed();
  }
  /** Hear nothing for a while, whatever the user chose. @param {boolean} held */
  hold(held) {
    this.#onHold = held;
    if (this.#capture) this.#capture.muted = this.#deaf;
  }
  get #deaf() {
    return this.#muted || this.#onHold;
  }
  /** The key to talk goes down or up. @param {boolean} down */
  talk(down) {
    this.#held = down;
    if (down && this.#state === "open") this.#startTalking();
    else if (!down && this.#talking) this.#stopTalking();
    this.#events.changed();
  }
  /** @param {string} deviceId @param {AudioContext} context */
  async choose(deviceId, context) {
    this.chosenDevice = deviceId;
    if (this.#state === "off") return this.#events.changed();
    this.close("another device");
    await this.open(context);
  }
  /** The kernel has everything up to a number. @param {number} seq */
  ack(seq) {
    this.#acked = Math.max(this.#acked, seq + 1);
    this.#backlog.ack(seq);
    this.pump();
  }
  /**
   * A "ping" that left at a moment was answered, so what left before it has arrived.
   * @param {number} sentAtMs
   */
  pong(sentAtMs) {
    if (sentAtMs >= this.#pingedAt) this.#pingedAt = 0;
    this.#backlog.ackUntil(sentAtMs);
    this.pump();
  }
  /** @param {"comm" | "direct"} path */
  set path(path) {
    this.#path = path;
    this.#backlog.setPath(path);
    this.pump();
  }
  /** Send what may be sent. */
  pump() {
    for (let chunk = this.#backlog.next(); chunk; chunk = this.#backlog.next()) {
      if (chunk.seq === this.#sent) {
        this.#sent += 1;
        this.#sentSamples += chunk.pcm.length;
      }
      this.#events.send(
        "mic-chunk",
        { seq: chunk.seq, dropped_ms: chunk.droppedMs },
        chunk.pcm.buffer
      );
    }
    if (this.#ending && this.#backlog.heldMs === 0) this.#endTurn();
  }
  /** The newest samples, for a meter. @param {Float32Array<ArrayBuffer>} samples */
  read(samples) {
    if (this.#capture && !this.#deaf) this.#capture.read(samples);
    else samples.fill(0);
  }
  /** @param {Capture} capture @param {AudioContext} context */
  #begin(capture, context) {
    this.#capture = capture;
    this.#backlog = new Backlog(this.#path, this.#sent);
    this.#backlog.droppedMs = this.#lostMs;
    this.#lostMs = this.#pingedAt = 0;
    capture.muted = this.#deaf;
    capture.onEnded = () => this.#onEnded(capture, context);
    this.#setState("open");
    this.#report(this.#muted ? "muted" : "open");
    if (this.#held) this.#startTalking();
    void this.#listDevices();
  }
  /** @param {unknown} error */
  #refuse(error) {
    this.#release();
    this.#ended = false;
    this.#report(
      "denied",
      /** @type {Error} */
      error?.name ?? ""
    );
    this.#events.problem(refusalSentence(error));
  }
  /**
   * The device went away: try once with whatever the browser has now.
   * @param {Capture} capture
   * @param {AudioContext} context
   */
  async #onEnded(capture, context) {
    if (capture !== this.#capture) return;
    const again = !this.#ended;
    this.#release();
    this.#report("ended", "the device went away");
    this.chosenDevice = "";
    if (!again) return this.#events.problem(DEVICE_ENDED);
    this.#ended = true;
    await this.open(context);
    if (this.state === "open") this.#events.problem(DEVICE_REPLACED);
  }
  #release() {
    this.#capture?.close();
    this.#capture = null;
    this.#talking = this.#ending = this.#held = false;
    this.#backlog.finish();
    this.pump();
    this.#setState("off");
  }
  #startTalking() {
    if (this.#ending) this.#endTurn();
    this.#talking = true;
    this.#events.send("talk", { down: true });
  }
  /** What is held still belongs to the turn: it leaves first. */
  #stopTalking() {
    this.#talking = false;
    this.#ending = true;
    this.#backlog.finish();
    this.pump();
  }
  #endTurn() {
    this.#ending = false;
    this.#events.send("talk", { down: false });
  }
  /** @param {Int16Array} block */
  #onBlock = (block) => {
    if (this.pushToTalk && !this.#talking) {
      this.#keepAlive();
    } else {
      const before = tenths(this.droppedMs);
      this.#backlog.push(block);
      if (tenths(this.droppedMs) !== before) this.#events.changed();
    }
    this.pump();
    this.#events.tick(this.waitingMs);
  };
  /** Ask whether the kernel is there: nobody hears an open microphone otherwise. */
  #keepAlive() {
    this.#idleBlocks = (this.#idleBlocks + 1) % BLOCKS_PER_PING;
    if (this.#idleBlocks > 0) return;
    const now = performance.now();
    this.#pingedAt ||= now;
    this.#events.send("ping", { t_ms: now });
  }
  #listDevices = async () => {
    if (this.#state !== "open" && this.devices.length === 0) return;
    this.devices = await this.#hardware.list().catch(() => []);
    this.#events.changed();
  };
  /** @param {string} state @param {string} [reason] */
  #report(state, reason = "") {
    const sampleRateHz = this.#capture?.sampleRateHz ?? 0;
    this.#events.send("mic-state", { state, reason, sample_rate_hz: sampleRateHz });
  }
  /** @param {MicState} state */
  #setState(state) {
    this.#state = state;
    this.#events.changed();
  }
};
function tenths(ms) {
  return Math.floor(ms / 100);
}

// src/elements.js
var SVG = "http://www.w3.org/2000/svg";
var ICONS = {
  mic: [
    "M12 3.5a3 3 0 0 0-3 3V11a3 3 0 0 0 6 0V6.5a3 3 0 0 0-3-3Z",
    "M6 11a6 6 0 0 0 12 0",
    "M12 17v3.5"
  ],
  "mic-off": [
    "M15 9.5v-3a3 3 0 0 0-5.7-1.3",
    "M9 9v2a3 3 0 0 0 4.6 2.5",
    "M18 11a6 6 0 0 1-.6 2.6",
    "M6 11a6 6 0 0 0 8.8 5.3",
    "M12 17v3.5",
    "M4 4l16 16"
  ],
  wave: ["M4 10v4", "M8 7v10", "M12 4v16", "M16 8v8", "M20 10.5v3"],
  stop: ["M7 7h10v10H7Z"],
  off: ["M12 4v8", "M7.5 6.8a7 7 0 1 0 9 0"],
  send: ["M12 19V5", "M6 11l6-6 6 6"],
  file: [
    "M13 3.5H7A1.5 1.5 0 0 0 5.5 5v14A1.5 1.5 0 0 0 7 20.5h10a1.5 1.5 0 0 0 1.5-1.5V9Z",
    "M13 3.5V9h5.5",
    "M9 14v2",
    "M12 12.5v5",
    "M15 14v2"
  ],
  down: ["M12 5v14", "M6 13l6 6 6-6"],
  speaker: [
    "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5Z",
    "M15.5 9a4.2 4.2 0 0 1 0 6",
    "M18 6.5a7.8 7.8 0 0 1 0 11"
  ],
  keep: ["M7 4h10v16l-5-4-5 4Z"],
  close: ["M6 6l12 12", "M18 6L6 18"],
  check: ["M5 12.5l4.5 4.5L19 7.5"],
  tool: ["M14.7 6.3a4 4 0 0 1 5-1l-2.9 2.9 1 2 2 1 2.2-2.9a4 4 0 0 1-5.6 4.4L8 21a2.1 2.1 0 0 1-3-3Z"]
};
function el(tag, className, ...parts) {
  const element = document.createElement(tag);
  element.className = className;
  for (const part of parts) {
    if (typeof part === "string" || part instanceof Node) element.append(part);
    else for (const [name, value] of Object.entries(part)) element.setAttribute(name, value);
  }
  return element;
}
function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `rt-icon rt-icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  for (const line of ICONS[name] ?? []) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", line);
    svg.append(path);
  }
  return svg;
}
function iconButton(className, iconName, name, onClick) {
  const button = el("button", className, { type: "button" }, icon(iconName));
  setName(button, name);
  button.addEventListener("click", onClick);
  return button;
}
function setName(element, name) {
  setAttribute(element, "aria-label", name);
  setAttribute(element, "title", name);
}
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

// src/manners.js
var MANNERS = {
  interrupt: {
    name: "Speak to interrupt",
    hint: "Speak to interrupt.",
    switches: { barge_in: true, half_duplex: false }
  },
  finish: {
    name: "Let it finish",
    hint: "It will finish.",
    switches: { barge_in: false, half_duplex: false }
  },
  wait: {
    name: "Loudspeakers: mute me",
    hint: "You are muted meanwhile.",
    switches: { barge_in: true, half_duplex: true }
  }
};
function mannerOf({ barge_in: bargeIn, half_duplex: halfDuplex }) {
  if (halfDuplex) return "wait";
  return bargeIn ? "interrupt" : "finish";
}
function hintOf(manner) {
  return MANNERS[manner].hint;
}
var MannerChoice = class {
  /** @param {(switches: Switches) => void} choose */
  constructor(choose) {
    const options = Object.entries(MANNERS).map(
      ([manner, { name: name2 }]) => el("option", "", { value: manner }, name2)
    );
    const name = "While the reply sounds";
    this.root = el("select", "rt-choice rt-manner", { "aria-label": name, title: name }, ...options);
    this.root.addEventListener("change", () => {
      choose(MANNERS[
        /** @type {Manner} */
        this.root.value
      ].switches);
    });
  }
  /** @param {import("./panel_state.js").State} state @param {boolean} disabled */
  show({ manner, pushToTalk }, disabled) {
    this.root.hidden = pushToTalk;
    this.root.disabled = disabled;
    if (this.root.value !== manner) this.root.value = manner;
    setAttribute(this.root, "data-manner", manner);
  }
};

// src/panel_state.js
var ENDED = ["closed", "lost"];
var SILENT_AFTER_MS = 1e4;
function panelState(parts) {
  const { trait, link, microphone, player, transcript } = parts;
  const owner = String(trait("owner") ?? "");
  return {
    status: String(trait("status") ?? ""),
    life: parts.life,
    ended: ENDED.includes(String(trait("status"))) || parts.life === "gone",
    answered: link.answered,
    absent: parts.waitedLong && !link.answered,
    backend: String(trait("backend") ?? ""),
    model: String(trait("model") ?? ""),
    voice: String(trait("voice") ?? ""),
    soundGoesTo: String(trait("sound_goes_to") ?? ""),
    path: link.path,
    keepsAudio: trait("keep_audio") === true,
    cost: String(trait("cost") ?? ""),
    costAbout: String(trait("cost_about") ?? ""),
    pushToTalk: microphone.pushToTalk,
    manner: mannerOf({
      barge_in: trait("barge_in") !== false,
      half_duplex: trait("half_duplex") === true
    }),
    elsewhere: owner !== "" && owner !== parts.client,
    mic: microphone.state,
    muted: microphone.muted,
    talking: microphone.talking,
    devices: microphone.devices,
    chosenDevice: microphone.chosenDevice,
    canRecord: parts.obstacle === "",
    armed: parts.armed,
    approvals: parts.approvals,
    speaking: parts.life === "gone" ? "nobody" : parts.speaking,
    sounding: player.sounding,
    needsClick: player.needsClick,
    lines: transcript.lines,
    hiddenLines: transcript.hidden,
    messages: parts.messages.unread(warnings(parts))
  };
}
function warnings({ life, obstacle, messages, trait, link, microphone, player }) {
  const dropped = Math.max(microphone.droppedMs, Number(trait("dropped_ms") ?? 0));
  const paused = microphone.state === "open" && player.context?.state === "suspended";
  const waits = !obstacle && trait("mic_waits") && link.path === "comm";
  return [
    life === "gone" ? KERNEL_GONE : "",
    life === "lost" ? KERNEL_LOST : "",
    obstacleSentence(obstacle),
    messages.problem,
    paused ? PAUSED : "",
    waits ? MIC_WAITS : "",
    microphone.waitingMs > SILENT_AFTER_MS ? KERNEL_SILENT : "",
    droppedSentence(dropped)
  ].filter(Boolean);
}

// worklet:playback
var playback_default = `// src/pcm.js
var API_RATE_HZ = 24e3;
var FULL_SCALE = 32767;
function samplesIn(ms, rateHz = API_RATE_HZ) {
  return Math.round(ms * rateHz / 1e3);
}
function msOf(samples, rateHz = API_RATE_HZ) {
  return samples * 1e3 / rateHz;
}
function toFloat(value) {
  return value / FULL_SCALE;
}

// src/resample.js
var ZERO_CROSSINGS = 32;
var KAISER_BETA = 8;
var PASSBAND = 0.92;
var MAX_PHASES = 512;
var MAX_PIECE = 4096;
function greatestCommonDivisor(a, b) {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
function bessel0(x) {
  let sum = 1;
  for (let k = 1, term = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
function windowedSinc(x, cutoff, half) {
  if (Math.abs(x) >= half) return 0;
  const sinc = x === 0 ? 1 : Math.sin(Math.PI * cutoff * x) / (Math.PI * cutoff * x);
  const shape = bessel0(KAISER_BETA * Math.sqrt(1 - (x / half) ** 2)) / bessel0(KAISER_BETA);
  return cutoff * sinc * shape;
}
function filterBank(phases, half, cutoff) {
  const taps = 2 * half;
  const bank = new Float32Array((phases + 1) * taps);
  for (let phase = 0; phase <= phases; phase++) {
    const row = bank.subarray(phase * taps, (phase + 1) * taps);
    for (let tap = 0; tap < taps; tap++) {
      row[tap] = windowedSinc(tap - half + 1 - phase / phases, cutoff, half);
    }
    const sum = row.reduce((total, value) => total + value, 0);
    for (let tap = 0; tap < taps; tap++) row[tap] = /** @type {number} */
    row[tap] / sum;
  }
  return bank;
}
var Resampler = class {
  #up;
  #down;
  #half;
  #phases;
  #bank;
  #history;
  /** Samples in the history. */
  #held;
  /** Where the next output lies: at sample \`#at\` of the history, plus \`#part / #up\`. */
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
    this.#held = Math.max(0, this.#half - 1);
    this.#at = this.#held;
    this.#part = 0;
  }
  /**
   * How many input samples \`push\` needs to put out a number of samples.
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
      for (let i = 0; i < count; i++) output[i] = /** @type {number} */
      input[i];
      return count;
    }
    if (count > MAX_PIECE) throw new RangeError(\`got \${count} samples, expected <= \${MAX_PIECE}\`);
    for (let i = 0; i < count; i++)
      this.#history[this.#held + i] = /** @type {number} */
      input[i];
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
    const position = this.#part / this.#up * this.#phases;
    const phase = Math.floor(position);
    const between = position - phase;
    const row = phase * taps;
    const start = this.#at - this.#half + 1;
    let low = 0;
    let high = 0;
    for (let tap = 0; tap < taps; tap++) {
      const sample = (
        /** @type {number} */
        this.#history[start + tap]
      );
      low += sample * /** @type {number} */
      this.#bank[row + tap];
      if (between) high += sample * /** @type {number} */
      this.#bank[row + taps + tap];
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
};

// src/ring.js
var CAPACITY = 60 * API_RATE_HZ;
var QUIET = Math.round(32767 * 10 ** (-50 / 20));
var SKIP = 128;
var PAUSE = samplesIn(20);
var MAX_SKIPS_PER_RENDER = 16;
var FADE = 0.9;
var PlaybackRing = class {
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
    const sample = (
      /** @type {number} */
      this.#samples[this.#read++ % this.#samples.length]
    );
    const quiet = Math.abs(sample) < QUIET;
    if (!quiet) this.#noteLoud(this.#read - 1);
    this.#quietFor = quiet ? this.#quietFor + 1 : 0;
    this.#last = toFloat(sample);
    return this.#last;
  }
  /** @param {number} place of a loud sample */
  #noteLoud(place) {
    while (
      /** @type {number} */
      (this.#begins[0] ?? Infinity) <= place
    ) {
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
      if (Math.abs(
        /** @type {number} */
        sample
      ) >= QUIET) return false;
    }
    return true;
  }
};

// src/playback.worklet.js
var MAX_QUANTUM = 4096;
var REPORT_MS = 100;
var Playback = class extends AudioWorkletProcessor {
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
    overflowed: 0
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
    const contextTime = currentTime + msOf(samples - before) / 1e3;
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
};
registerProcessor("rt-playback", Playback);
`;

// src/playback.js
var PREBUFFER_MS = { direct: 40, comm: 150 };
var Player = class {
  #events;
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {GainNode | null} */
  #output = null;
  /** @type {AnalyserNode | null} */
  #analyser = null;
  /** @type {AudioWorkletNode | null} */
  #node = null;
  /** @type {{message: any, transfer: Transferable[]}[]} until the worklet is there */
  #waiting = [];
  /** @type {"comm" | "direct"} */
  #path = "comm";
  #failed = false;
  #sounding = false;
  #flushedAt = 0;
  /** Plain numbers for tests and the curious. */
  stats = {
    receivedChunks: 0,
    gaps: 0,
    duplicates: 0,
    underruns: 0,
    skippedSamples: 0,
    overflowedSamples: 0,
    playedSamples: 0,
    flushes: 0,
    lastFlushMs: 0
  };
  /** What comes next, and whether it was asked for once more. */
  #expected = { epoch: 0, seq: 0, asked: false };
  #counted = { epoch: -1, samples: 0 };
  /** @type {Heard | null} what was told last */
  #last = null;
  /** @param {PlayerEvents} events */
  constructor(events) {
    this.#events = events;
  }
  /** The audio context; null before the first sound or click. */
  get context() {
    return this.#context;
  }
  /** The node that goes to the loudspeaker; null before the first sound or click. */
  get output() {
    return this.#output;
  }
  get sounding() {
    return this.#sounding;
  }
  /** Whether sound waits for the user's click. */
  get needsClick() {
    const pending = this.#sounding || this.#waiting.length > 0;
    return pending && this.#context?.state === "suspended";
  }
  /** Make the context, or wake it. Call in the handler of a click or key. */
  unlock() {
    const context = this.#ensure();
    if (context?.state === "suspended") void context.resume().catch(() => {
    });
    return context;
  }
  /** @param {"comm" | "direct"} path decides the prebuffer; what went by the other may be lost */
  set path(path) {
    this.#path = path;
    this.#post({ kind: "prebuffer", ms: PREBUFFER_MS[path] });
    if (this.#last?.epoch === this.#expected.epoch) this.#events.played(this.#last);
  }
  /** @param {Place} place @param {Int16Array<ArrayBuffer>} pcm */
  chunk(place, pcm) {
    this.stats.receivedChunks += 1;
    if (this.#failed || !this.#isNext(place)) return;
    const { epoch, start } = place;
    this.unlock();
    this.#setSounding(true);
    this.#post({ kind: "chunk", epoch, pcm, start }, [pcm.buffer]);
  }
  /** The item's audio is complete. @param {Place} place */
  end(place) {
    if (this.#isNext(place)) this.#post({ kind: "end", epoch: place.epoch });
  }
  /**
   * Everything before this has left the kernel: what is not here is lost.
   * @param {{epoch: number, seq: number}} next
   */
  reached({ epoch, seq }) {
    const expected = this.#expected;
    if (epoch > expected.epoch || epoch === expected.epoch && seq > expected.seq) this.#ask();
  }
  /** Silence now; "flushed" tells what was heard. @param {number} epoch */
  flush(epoch) {
    this.stats.flushes += 1;
    this.#flushedAt = performance.now();
    if (epoch >= this.#expected.epoch) this.#expect(epoch + 1, 0);
    if (this.#node) return this.#post({ kind: "flush", epoch });
    this.#waiting = this.#waiting.filter(({ message }) => message.epoch !== epoch);
    this.#onFlushed({ epoch, samples: 0, delayMs: 0 });
  }
  /** The newest samples, for a meter. @param {Float32Array<ArrayBuffer>} samples */
  read(samples) {
    if (this.#analyser) this.#analyser.getFloatTimeDomainData(samples);
    else samples.fill(0);
  }
  /** Silence, for good. */
  close() {
    this.#post({ kind: "close" });
    this.#waiting = [];
    this.#failed = true;
    this.#setSounding(false);
    if (this.#context && this.#context.state !== "closed") void this.#context.close();
  }
  #ensure() {
    if (this.#context || this.#failed) return this.#context;
    try {
      this.#build(contextAtApiRate());
    } catch (error) {
      this.#fail(error);
    }
    return this.#context;
  }
  /** @param {AudioContext} context */
  #build(context) {
    this.#context = context;
    this.#output = new GainNode(context);
    this.#analyser = new AnalyserNode(context, { fftSize: 1024 });
    this.#output.connect(context.destination);
    this.#output.connect(this.#analyser);
    context.onstatechange = () => this.#events.changed();
    loadWorklet(context, playback_default).then(
      () => this.#start(
        context,
        /** @type {GainNode} */
        this.#output
      ),
      (error) => this.#fail(error)
    );
  }
  /** @param {AudioContext} context @param {GainNode} output */
  #start(context, output) {
    if (context.state === "closed") return;
    const node = new AudioWorkletNode(context, "rt-playback", {
      numberOfInputs: 0,
      outputChannelCount: [1]
    });
    node.port.onmessage = ({ data }) => {
      if (data.kind === "flushed") this.#onFlushed(data);
      else if (data.kind === "audible") this.#onAudible(data);
      else this.#onPlayed(data);
    };
    node.connect(output);
    this.#node = node;
    this.#post({ kind: "prebuffer", ms: PREBUFFER_MS[this.#path] });
    for (const { message, transfer } of this.#waiting.splice(0)) this.#post(message, transfer);
  }
  /** @param {unknown} error */
  #fail(error) {
    this.#failed = true;
    this.#waiting = [];
    this.#setSounding(false);
    this.#events.failed(
      /** @type {Error} */
      error
    );
  }
  /** @param {any} message @param {Transferable[]} [transfer] */
  #post(message, transfer = []) {
    if (this.#node) this.#node.port.postMessage(message, transfer);
    else if (!this.#failed && message.epoch !== void 0)
      this.#waiting.push({ message, transfer });
  }
  /**
   * Whether a message is the next one. Others are passed over: the count of what was heard
   * is right only when nothing is left out.
   * @param {Place} place
   */
  #isNext(place) {
    const { epoch, seq } = place;
    if (epoch < this.#expected.epoch) return false;
    if (epoch > this.#expected.epoch) this.#expect(epoch, 0);
    this.#giveUp(place);
    const missing = seq - this.#expected.seq;
    if (missing < 0) this.stats.duplicates += 1;
    if (missing === 0) this.#expect(epoch, seq + 1);
    if (missing > 0 && !this.#expected.asked) {
      this.#expected.asked = true;
      this.#ask();
    }
    return missing === 0;
  }
  /** @param {number} epoch @param {number} seq */
  #expect(epoch, seq) {
    this.#expected = { epoch, seq, asked: false };
  }
  /** What the kernel does not have any more was for another page. @param {Place} place */
  #giveUp({ epoch, first }) {
    const given = first - this.#expected.seq;
    if (given <= 0) return;
    this.stats.gaps += given;
    this.#expect(epoch, first);
  }
  #ask() {
    const { epoch, seq } = this.#expected;
    if (!this.#failed) this.#events.missing({ epoch, seq });
  }
  /** @param {any} report of the worklet */
  #onPlayed(report) {
    this.stats.underruns = report.underruns;
    this.stats.skippedSamples = report.skipped;
    this.stats.overflowedSamples = report.overflowed;
    this.#count(report);
    this.#setSounding(report.sounding);
    this.#last = this.#heard(report);
    this.#events.played(this.#last);
  }
  /** @param {{epoch: number, samples: number, delayMs: number}} report */
  #onFlushed(report) {
    this.stats.lastFlushMs = performance.now() - this.#flushedAt;
    this.#count(report);
    this.#setSounding(false);
    this.#events.flushed(this.#heard(report));
  }
  /** @param {{epoch: number, samples: number, contextTime: number, delayMs: number}} report */
  #onAudible({ epoch, samples, contextTime, delayMs }) {
    const { latencyMs } = this.#heard({ epoch, samples, delayMs });
    const atMs = this.#pageTimeOf(contextTime, latencyMs - delayMs) + delayMs;
    this.#events.audible({ epoch, samples, latencyMs, atMs });
  }
  /**
   * When the loudspeaker has what was rendered at a time of the context.
   * @param {number} contextTime in seconds
   * @param {number} latencyMs of the device, for browsers that do not say what sounds now
   */
  #pageTimeOf(contextTime, latencyMs) {
    const now = this.#context?.getOutputTimestamp?.();
    if (now?.contextTime && now.performanceTime) {
      return now.performanceTime + (contextTime - now.contextTime) * 1e3;
    }
    const elapsedMs = ((this.#context?.currentTime ?? contextTime) - contextTime) * 1e3;
    return performance.now() - elapsedMs + latencyMs;
  }
  /** Samples of all epochs. @param {{epoch: number, samples: number}} report */
  #count({ epoch, samples }) {
    const before = this.#counted.epoch === epoch ? this.#counted.samples : 0;
    this.stats.playedSamples += Math.max(0, samples - before);
    this.#counted = { epoch, samples };
  }
  /** @param {{epoch: number, samples: number, delayMs: number, bufferedMs?: number}} report */
  #heard({ epoch, samples, delayMs, bufferedMs = 0 }) {
    const { outputLatency = 0, baseLatency = 0 } = this.#context ?? {};
    const latencyMs = (outputLatency || baseLatency) * 1e3 + delayMs;
    return { epoch, samples, latencyMs, bufferedMs };
  }
  /** @param {boolean} sounding */
  #setSounding(sounding) {
    if (sounding === this.#sounding) return;
    this.#sounding = sounding;
    this.#events.changed();
  }
};
function contextAtApiRate() {
  try {
    return new AudioContext({ sampleRate: API_RATE_HZ, latencyHint: "interactive" });
  } catch {
    return new AudioContext({ latencyHint: "interactive" });
  }
}

// src/transcript.js
var MAX_SHOWN = 400;
var KINDS = {
  function_call: "Tool call",
  function_call_output: "Tool result",
  mcp_list_tools: "Tools of a server",
  mcp_call: "Tool call at a server",
  mcp_approval_request: "A server's tool asks",
  mcp_approval_response: "Your answer"
};
var SPEAKERS = { user: "You", assistant: "Assistant", system: "Instructions", tool: "Tool" };
var Transcript = class {
  /** @type {Map<string, Item>} */
  #items = /* @__PURE__ */ new Map();
  /** @type {string[]} */
  #order = [];
  /** Begin anew. @param {Item[]} items @param {string[]} order */
  replace(items, order) {
    this.#items = /* @__PURE__ */ new Map();
    this.#order = [];
    this.update(items, order);
  }
  /**
   * Take changed items.
   * @param {Item[]} items
   * @param {string[] | null} order all ids, or null when the order did not change
   */
  update(items, order) {
    for (const item of items) {
      if (!this.#items.has(item.id)) this.#order.push(item.id);
      this.#items.set(item.id, item);
    }
    if (order) this.#reorder(order);
  }
  /** What is not in the order any more was deleted. @param {string[]} order */
  #reorder(order) {
    this.#order = order.filter((id) => this.#items.has(id));
    const kept = new Set(order);
    for (const id of this.#items.keys()) if (!kept.has(id)) this.#items.delete(id);
  }
  /** How many items at the beginning are not in `lines`. */
  get hidden() {
    return Math.max(0, this.#order.length - MAX_SHOWN);
  }
  /** @returns {Line[]} */
  get lines() {
    return this.#order.slice(-MAX_SHOWN).map((id) => describe(
      /** @type {Item} */
      this.#items.get(id)
    ));
  }
};
function describe(item) {
  const busy = item.state === "in_progress" || item.state === "listening";
  return {
    id: item.id,
    side: item.kind === "message" && item.role === "user" ? "user" : sideOf(item),
    speaker: speakerOf(item),
    text: item.text ?? "",
    placeholder: item.text ? "" : placeholderOf(item),
    note: noteOf(item),
    busy,
    failed: item.state === "failed"
  };
}
function sideOf(item) {
  return item.kind === "message" && item.role === "assistant" ? "assistant" : "aside";
}
function speakerOf(item) {
  return KINDS[item.kind] ?? SPEAKERS[item.role] ?? item.role;
}
function placeholderOf(item) {
  if (item.state === "listening") return "Listening…";
  if (item.state === "in_progress") return item.role === "user" ? "Transcribing…" : "Thinking…";
  if (item.state === "failed") return item.role === "user" ? "Not understood" : "No reply";
  if (item.state === "interrupted") return "Interrupted before the first word";
  if (item.role !== "user") return "(no words)";
  return wordless(item) ? "Spoken, not transcribed" : "(nothing was understood)";
}
function wordless(item) {
  return item.role === "user" && item.transcribed === false && item.state === "completed";
}
function noteOf(item) {
  if (item.state === "failed") return item.role === "assistant" ? "The reply failed." : "";
  if (wordless(item) && !item.text) return "Turn it on with %rt_config --transcription true";
  if (item.state !== "interrupted" && !item.truncated) return "";
  if (item.role !== "assistant") return "";
  if (item.heard_ms === null || item.heard_ms === void 0) return "Interrupted.";
  if (item.heard_ms <= 0) return "Interrupted: nothing of it was heard.";
  return `Interrupted after ${(item.heard_ms / 1e3).toFixed(1)} s: the rest was not heard.`;
}

// src/engine.js
var RESUME_WITHIN_MS = 1e4;
var UNSEEN_MS = 1e3;
var ANSWER_WITHIN_MS = 3e3;
function newClientId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
var Engine = class {
  client = newClientId();
  #model;
  #link;
  #liveness;
  #microphone;
  #transcript = new Transcript();
  #obstacle = obstacleOf(globalThis);
  /** @type {Set<() => void>} */
  #watchers = /* @__PURE__ */ new Set();
  #scheduled = false;
  #unseenTimer = 0;
  #waitedLong = false;
  #answerTimer = 0;
  #stopPings;
  #clock = new KernelClock();
  #resumeUntil = 0;
  #messages = new Messages();
  /** @type {"user" | "assistant" | "nobody"} */
  #speaking = "nobody";
  #armed = false;
  /** @type {import("./approval.js").Approval[]} */
  #approvals = [];
  #halfDuplex = new HalfDuplex((held) => this.#microphone.hold(held));
  #samples = new Float32Array(1024);
  /** @param {import("@anywidget/types").AnyModel} model */
  constructor(model) {
    this.#model = model;
    this.player = this.#makePlayer();
    this.#microphone = this.#makeMicrophone();
    this.#link = new Link(model, this.client, () => this.#describe(), {
      message: (message, audio) => this.#receive(message, audio),
      path: (path) => this.#onPath(path)
    });
    const ping = () => this.#link.send("ping", { t_ms: performance.now() });
    this.#liveness = new Liveness(model, ping, () => this.#onLife());
    model.on("change", this.#onTraits);
    model.on("change:owner", this.#onOwner);
    addEventListener("pagehide", this.#onPageHide);
    this.#onTraits();
    void this.#link.hello();
    this.#stopPings = pingRegularly(ping);
    this.#answerTimer = setTimeout(() => {
      this.#waitedLong = true;
      this.#changed();
    }, ANSWER_WITHIN_MS);
  }
  /** Leave: stop the microphone and the sound, and forget the page. */
  close() {
    removeEventListener("pagehide", this.#onPageHide);
    clearTimeout(this.#unseenTimer);
    this.#stopPings();
    clearTimeout(this.#answerTimer);
    this.#model.off("change", this.#onTraits);
    this.#model.off("change:owner", this.#onOwner);
    this.#liveness.close();
    this.#halfDuplex.close();
    this.#microphone.dispose();
    this.player.close();
    this.#link.close();
    this.#watchers.clear();
  }
  /**
   * A view comes up.
   * @param {() => void} watcher called after each change of `state`
   * @returns {() => void} to call when it goes
   */
  watch(watcher) {
    this.#watchers.add(watcher);
    this.#onViews();
    return () => {
      this.#watchers.delete(watcher);
      this.#onViews();
    };
  }
  /** Plain numbers for tests and the curious. */
  get stats() {
    return { ...this.#microphone.stats, ...this.player.stats };
  }
  get state() {
    return panelState({
      trait: (name) => this.#model.get(name),
      client: this.client,
      link: this.#link,
      life: this.#liveness.life,
      waitedLong: this.#waitedLong,
      microphone: this.#microphone,
      player: this.player,
      transcript: this.#transcript,
      obstacle: this.#obstacle,
      armed: this.#armed,
      approvals: this.#approvals,
      speaking: this.#speaking,
      messages: this.#messages
    });
  }
  /** Whether there is sound to measure. */
  get live() {
    return this.#microphone.state === "open" || this.player.sounding;
  }
  /** How loud both sides are now, 0…1. */
  get levels() {
    this.#microphone.read(this.#samples);
    const user = meterOf(dbfs(this.#samples));
    this.player.read(this.#samples);
    return { user, assistant: meterOf(dbfs(this.#samples)) };
  }
  /** The user did something in this page: sound may play from now on, and what waited for that. */
  wake() {
    if (this.player.needsClick) this.#link.send("claim");
    this.#unlock();
  }
  toggleMicrophone() {
    if (this.#microphone.state === "off") void this.#openMicrophone();
    else this.#microphone.close();
  }
  toggleMute() {
    this.#microphone.mute(!this.#microphone.muted);
  }
  /** Push-to-talk. @param {boolean} down */
  talk(down) {
    this.#microphone.talk(down);
    if (down && this.#microphone.state === "off") void this.#openMicrophone();
  }
  /** @param {string} deviceId */
  chooseDevice(deviceId) {
    const context = this.player.unlock();
    if (context) void this.#microphone.choose(deviceId, context);
  }
  /** Stop the reply. */
  cancel() {
    this.#link.send("cancel");
  }
  /** Let a call run, or not. @param {string} nonce @param {boolean} allow */
  approve(nonce, allow) {
    this.#link.send("approve", { nonce, allow });
  }
  /** What speech does while the reply sounds. @param {import("./manners.js").Switches} switches */
  choose(switches) {
    this.#link.send("switches", { ...switches });
  }
  /** Whether the saved notebook has what was said as sound. */
  toggleKeepAudio() {
    this.#link.send("keep-audio", { on: !this.state.keepsAudio });
  }
  /** @param {string} text */
  say(text) {
    this.claim();
    this.#link.send("say", { text });
  }
  /** @param {File} file an audio file that the browser can decode */
  async sendFile(file) {
    this.claim();
    const send = this.#link.send.bind(this.#link, "audio-file");
    this.#setProblem(await sendFile(file, send));
  }
  /** The user acts here: microphone and sound belong to this page. */
  claim() {
    this.#armed = false;
    this.#unlock();
    this.#link.send("claim");
  }
  #unlock() {
    if (isSecureContext) this.player.unlock();
  }
  /** The user has read what there was to read. */
  dismiss() {
    this.#messages.dismiss(this.state.messages);
    this.#changed();
  }
  async #openMicrophone() {
    if (this.#obstacle) return;
    this.#messages.problem = "";
    this.claim();
    const { context } = this.player;
    if (context) await this.#microphone.open(context);
  }
  #makePlayer() {
    return new Player({
      played: (heard) => this.#link.send("played", { ...counted(heard), buffered_ms: heard.bufferedMs }),
      flushed: (heard) => this.#link.send("flushed", counted(heard)),
      missing: (next) => this.#link.send("resend", next),
      audible: (audible) => this.#onAudible(audible),
      changed: () => {
        this.#halfDuplex.sounding = this.player.sounding;
        this.#changed();
      },
      failed: (error) => {
        if (!this.#obstacle) this.#setProblem(refusalSentence(error));
      }
    });
  }
  #makeMicrophone() {
    return new Microphone({
      send: (kind, fields, audio) => this.#link.send(kind, fields, audio),
      problem: (sentence) => this.#setProblem(sentence),
      tick: (waitingMs) => this.#liveness.waited(waitingMs),
      changed: this.#changed
    });
  }
  #describe() {
    return {
      origin: location.origin,
      hostname: location.hostname,
      secure: isSecureContext,
      can_record: this.#obstacle,
      views: this.#watchers.size
    };
  }
  /** @param {KernelMessage} message @param {DataView | ArrayBuffer | undefined} audio */
  #receive(message, audio) {
    this.#liveness.heard();
    const { kind, epoch, seq, first, start } = message;
    const place = { epoch, seq, first, start };
    if (kind === "play-chunk") {
      this.player.chunk(place, samplesOf(audio ?? new ArrayBuffer(0)));
    } else if (kind === "play-end") this.player.end(place);
    else if (kind === "flush-playback") this.player.flush(epoch);
    else if (kind === "mic-ack") this.#microphone.ack(seq);
    else if (kind === "pong") this.#onPong(message);
    else this.#show(message);
  }
  /** @param {KernelMessage} message */
  #onPong({ t_ms: sentAtMs, kernel_ms: kernelMs, next }) {
    if (next) this.player.reached(next);
    this.#clock.answered(sentAtMs, kernelMs, performance.now());
    this.#microphone.pong(sentAtMs);
  }
  /** @param {import("./playback.js").Audible} audible */
  #onAudible({ atMs, ...counts }) {
    this.#clock.date(atMs, (time) => {
      this.#link.send("audible", { ...counted(counts), at_ms: time.atMs, error_ms: time.errorMs });
    });
  }
  /** @param {KernelMessage} message */
  #show(message) {
    const { kind } = message;
    if (kind === "snapshot") {
      this.#transcript.replace(message.items, message.order);
      this.#messages.replace(message.notices);
    } else if (kind === "items") this.#transcript.update(message.items, message.order);
    else if (kind === "notice") this.#messages.add({ level: message.level, text: message.text });
    else if (kind === "speaking") this.#speaking = message.who;
    else if (kind === "approvals") this.#approvals = message.approvals;
    else if (kind === "arm-mic") this.#armed = true;
    else if (kind === "stop-mic") this.#stopMicrophone(message.reason);
    this.#changed();
  }
  /** @param {"comm" | "direct"} path */
  #onPath(path) {
    this.#microphone.path = path;
    this.player.path = path;
    if (path === "comm") this.#liveness.doubt();
    this.#changed();
  }
  #onLife() {
    const { life } = this.#liveness;
    if (life !== "live" && this.#microphone.state !== "off") {
      this.#resumeUntil = performance.now() + RESUME_WITHIN_MS;
      this.#microphone.lose();
    } else if (life === "live" && performance.now() < this.#resumeUntil) {
      this.#resumeUntil = 0;
      void this.#openMicrophone();
    }
    if (life === "gone") this.player.close();
    this.#changed();
  }
  #onTraits = () => {
    this.#microphone.pushToTalk = this.#model.get("turn_detection") === "none";
    this.#halfDuplex.on = this.#model.get("half_duplex") === true && !this.#microphone.pushToTalk;
    if (ENDED.includes(this.#model.get("status"))) this.#microphone.close("talk ended");
    this.#changed();
  };
  #onOwner = () => {
    const owner = this.#model.get("owner");
    if (owner && owner !== this.client) this.#stopMicrophone("taken-over");
  };
  /** The kernel wants no more sound of this page. @param {string} reason */
  #stopMicrophone(reason) {
    this.#armed = false;
    if (this.#microphone.state === "off") return;
    this.#microphone.close(reason);
    const told = TAKEN[reason];
    if (told) this.#setProblem(told);
  }
  #onViews() {
    clearTimeout(this.#unseenTimer);
    if (this.#watchers.size === 0) {
      this.#unseenTimer = setTimeout(() => this.#microphone.close("not shown"), UNSEEN_MS);
    }
    void this.#link.hello();
  }
  #onPageHide = () => {
    this.#microphone.close("page left");
    this.#link.send("bye");
  };
  /** @param {string} sentence */
  #setProblem(sentence) {
    this.#messages.problem = sentence;
    this.#changed();
  }
  /** Tell the views, once for all changes of this moment. */
  #changed = () => {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      for (const watcher of this.#watchers) watcher();
    });
  };
};
function counted({ epoch, samples, latencyMs }) {
  return { epoch, samples, latency_ms: latencyMs };
}

// src/approval.js
var UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
function argumentRows(text) {
  const value = parsed(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return [["", visible(text)]];
  }
  return Object.entries(value).map(([name, part]) => [
    visible(name),
    visible(typeof part === "string" ? part : JSON.stringify(part))
  ]);
}
function question({ server }) {
  if (!server) return "The model wants to run a function of this notebook.";
  return `The model wants to use a tool of the server ${visible(server)}.`;
}
function visible(text) {
  return String(text).replace(
    UNSEEN,
    (sign2) => `\\u${sign2.charCodeAt(0).toString(16).padStart(4, "0")}`
  );
}
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// src/approval_view.js
var SETTLED_AFTER_MS2 = 400;
var ApprovalView = class {
  /** @type {Map<string, HTMLElement>} by nonce */
  #cards = /* @__PURE__ */ new Map();
  #answer;
  /** @param {(nonce: string, allow: boolean) => void} answer */
  constructor(answer) {
    this.#answer = answer;
    this.root = el("div", "rt-asks", {
      role: "group",
      "aria-label": "Calls that wait for you",
      "aria-live": "polite"
    });
  }
  /** @param {Approval[]} approvals @param {boolean} disabled nobody takes an answer */
  show(approvals, disabled) {
    const open = new Set(approvals.map(({ nonce }) => nonce));
    for (const [nonce, card] of this.#cards) {
      if (open.has(nonce)) continue;
      card.remove();
      this.#cards.delete(nonce);
    }
    for (const approval of approvals) this.#add(approval);
    this.root.hidden = disabled || open.size === 0;
  }
  /** @param {Approval} approval */
  #add(approval) {
    if (this.#cards.has(approval.nonce)) return;
    const card = this.#card(approval);
    this.#cards.set(approval.nonce, card);
    this.root.append(card);
  }
  /** @param {Approval} approval */
  #card(approval) {
    const allow = this.#button("rt-allow", "check", "Allow once", approval.nonce, true);
    const deny = this.#button("rt-deny", "close", "Deny", approval.nonce, false);
    const name = visible(approval.name);
    const card = el(
      "article",
      "rt-ask",
      { "aria-label": `Allow ${name}?` },
      el("span", "rt-ask-sign", icon("tool")),
      el("div", "rt-ask-name", { dir: "ltr" }, name),
      el("div", "rt-ask-question", question(approval)),
      argumentList(approval),
      el(
        "div",
        "rt-ask-answer",
        el("span", "rt-ask-note", "Without an answer it is denied after two minutes."),
        deny,
        allow
      )
    );
    setTimeout(() => {
      allow.disabled = deny.disabled = false;
    }, SETTLED_AFTER_MS2);
    return card;
  }
  /**
   * @param {string} className
   * @param {string} iconName
   * @param {string} text
   * @param {string} nonce
   * @param {boolean} allow
   */
  #button(className, iconName, text, nonce, allow) {
    const button = el("button", className, { type: "button", disabled: "" }, icon(iconName), text);
    button.addEventListener("click", (event) => {
      if (!event.isTrusted) return;
      button.disabled = true;
      this.#answer(nonce, allow);
    });
    return button;
  }
};
function argumentList(approval) {
  const rows = argumentRows(approval.arguments).flatMap(([name, value]) => [
    el("dt", "", name),
    el("dd", "", { dir: "auto" }, value)
  ]);
  return el("dl", "rt-ask-arguments", { tabindex: "0", "aria-label": "Arguments" }, ...rows);
}

// src/composer.js
var MAX_HEIGHT_PX = 120;
var Composer = class {
  #actions;
  #text = el("textarea", "rt-text", {
    rows: "1",
    placeholder: "Type instead of talking",
    "aria-label": "Message",
    spellcheck: "true"
  });
  #send = el(
    "button",
    "rt-send",
    { type: "submit", "aria-label": "Send", title: "Send" },
    icon("send")
  );
  #file = el("input", "rt-file-input", {
    type: "file",
    accept: "audio/*",
    tabindex: "-1",
    "aria-hidden": "true"
  });
  #choose = iconButton("rt-tool rt-file", "file", "Choose an audio file", () => this.#file.click());
  /** @param {ComposerActions} actions */
  constructor(actions) {
    this.#actions = actions;
    this.root = el("form", "rt-composer", this.#choose, this.#file, this.#text, this.#send);
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    this.#text.addEventListener("input", () => this.#fit());
    this.#file.addEventListener("change", () => this.#sendFile());
    this.#fit();
  }
  /** @param {boolean} disabled */
  show(disabled) {
    this.#text.disabled = disabled;
    this.#choose.disabled = disabled;
    this.#fit();
  }
  #submit() {
    const text = this.#text.value.trim();
    if (!text || this.#text.disabled) return;
    this.#actions.say(text);
    this.#text.value = "";
    this.#fit();
  }
  #sendFile() {
    const file = this.#file.files?.[0];
    if (file) this.#actions.sendFile(file);
    this.#file.value = "";
  }
  /** As high as its text, and the button only when there is some. */
  #fit() {
    this.#send.disabled = this.#text.disabled || this.#text.value.trim() === "";
    this.#text.style.height = "auto";
    const height = Math.min(MAX_HEIGHT_PX, this.#text.scrollHeight);
    if (height > 0) this.#text.style.height = `${height}px`;
  }
};

// src/log_view.js
var NEAR_END_PX = 32;
var LogView = class {
  /** @type {Map<string, HTMLElement>} */
  #rows = /* @__PURE__ */ new Map();
  #log = el("div", "rt-log", {
    role: "log",
    "aria-live": "polite",
    "aria-label": "Transcript",
    tabindex: "0"
  });
  #hidden = el("div", "rt-earlier");
  #empty = el("div", "rt-empty");
  #latest = el("button", "rt-pill rt-latest", { type: "button" }, icon("down"), "Latest");
  #follows = true;
  #resizes = new ResizeObserver(() => this.#follow());
  constructor() {
    this.root = el("div", "rt-log-frame", this.#log, this.#latest);
    this.#log.append(this.#hidden, this.#empty);
    this.#log.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    this.#latest.addEventListener("click", () => this.#toEnd());
    this.#latest.hidden = true;
    this.#resizes.observe(this.#log);
  }
  close() {
    this.#resizes.disconnect();
  }
  /**
   * @param {Line[]} lines
   * @param {number} hidden how many earlier ones are not among them
   * @param {string} empty shown when there are none
   */
  show(lines, hidden, empty) {
    setText(this.#hidden, hidden ? `${hidden} earlier items are not shown here.` : "");
    setText(this.#empty, lines.length ? "" : empty);
    this.#removeAllBut(new Set(lines.map((line) => line.id)));
    let before = this.#empty;
    for (const line of lines) {
      const row = this.#rowOf(line.id);
      fill(row, line);
      if (before.nextElementSibling !== row) before.after(row);
      before = row;
    }
    this.#follow();
  }
  #follow() {
    if (this.#follows) this.#log.scrollTop = this.#log.scrollHeight;
  }
  /** @param {string} id */
  #rowOf(id) {
    let row = this.#rows.get(id);
    if (!row) {
      row = newRow(id);
      this.#rows.set(id, row);
    }
    return row;
  }
  /** @param {Set<string>} kept */
  #removeAllBut(kept) {
    for (const [id, row] of this.#rows) {
      if (kept.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
  }
  #onScroll() {
    const { scrollTop, clientHeight, scrollHeight } = this.#log;
    this.#follows = scrollTop + clientHeight >= scrollHeight - NEAR_END_PX;
    this.#latest.hidden = this.#follows;
  }
  #toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#log.focus({ preventScroll: true });
  }
};
function newRow(id) {
  const row = el("div", "rt-item", { "data-id": id });
  row.append(el("div", "rt-speaker"), el("div", "rt-words", { dir: "auto" }), el("div", "rt-note"));
  return row;
}
function fill(row, line) {
  const [speaker, words, note] = (
    /** @type {Element[]} */
    [...row.children]
  );
  if (!speaker || !words || !note) return;
  setAttribute(row, "data-side", line.side);
  setAttribute(row, "aria-busy", String(line.busy));
  row.classList.toggle("rt-quiet", line.text === "");
  row.classList.toggle("rt-failed", line.failed);
  setText(speaker, line.speaker);
  setText(words, line.text || line.placeholder);
  setText(note, line.note);
}

// src/stage.js
function stageOf(state) {
  return inert(state) ?? closedMicrophone(state) ?? openMicrophone(state);
}
function stage(mode, label, hint, action, disabled = false) {
  return { mode, label, hint, action, disabled };
}
function inert(state) {
  const off = "Microphone not available";
  if (state.life === "gone") return stage("inert", "Kernel gone", "Run the cell again.", off, true);
  if (state.life === "lost")
    return stage("inert", "Not connected", "Waiting for the kernel…", off, true);
  if (state.status === "closed") {
    return stage("inert", "Talk ended", "%rt_connect starts another.", off, true);
  }
  if (state.status === "lost") {
    return stage("inert", "Connection lost", "%rt_connect starts another.", off, true);
  }
  if (!state.canRecord) return stage("inert", "No microphone", "Type instead.", off, true);
  return null;
}
function closedMicrophone(state) {
  if (state.mic === "opening") {
    return stage("opening", "Opening…", "Allow the microphone.", "Opening the microphone");
  }
  if (state.mic !== "off") return null;
  const action = state.pushToTalk ? "Hold to talk" : "Turn the microphone on";
  if (state.sounding) return stage("answering", "Answering", "", action);
  if (state.elsewhere) return stage("off", "In use elsewhere", "Press to talk here.", action);
  if (state.status === "connecting" || !state.answered)
    return stage("off", "Connecting…", "", action);
  if (state.status === "reconnecting") return stage("off", "Reconnecting…", "", action);
  if (state.armed) return stage("off", "Your turn", "Press to talk.", action);
  if (state.pushToTalk) return stage("off", "Hold to talk", "Or tap, talk, tap again.", action);
  return stage("off", "Press to talk", "", action);
}
function openMicrophone(state) {
  if (state.pushToTalk) {
    if (state.talking) return stage("hearing", "Talking", "Let go to send.", "Send what you said");
    if (answering(state))
      return stage("answering", "Answering", "Hold to interrupt.", "Hold to talk");
    return stage("listening", "Hold to talk", "Or tap, talk, tap again.", "Hold to talk");
  }
  const action = "Turn the microphone off";
  if (answering(state)) return stage("answering", "Answering", hintOf(state.manner), action);
  if (state.muted) return stage("muted", "Muted", "Nobody hears you.", action);
  if (state.status === "reconnecting") {
    return stage("listening", "Reconnecting…", "Wait a moment.", action);
  }
  if (state.speaking === "user") return stage("hearing", "Hearing you", "", action);
  return stage("listening", "Listening", "Say something.", action);
}
function answering(state) {
  return state.sounding || state.speaking === "assistant";
}

// src/talk_button.js
var TAP_MS = 300;
var KEYS = [" ", "Enter"];
var TalkButton = class {
  #actions;
  #icons = { mic: icon("mic"), muted: icon("mic-off"), wave: icon("wave") };
  #button = el("button", "rt-mic", { type: "button" }, ...Object.values(this.#icons));
  #pressedAt = 0;
  #pressed = false;
  #latched = false;
  /** @param {TalkActions} actions */
  constructor(actions) {
    this.#actions = actions;
    this.root = el("div", "rt-mic-frame", el("span", "rt-ring"), this.#button);
    const button = this.#button;
    button.addEventListener("click", () => {
      if (!actions.isPushToTalk()) actions.toggle();
    });
    button.addEventListener("pointerdown", (event) => {
      button.setPointerCapture(event.pointerId);
      this.#press();
    });
    button.addEventListener("pointerup", () => this.#letGo());
    button.addEventListener("pointercancel", () => this.#letGo());
    button.addEventListener("keydown", (event) => {
      if (KEYS.includes(event.key) && !event.repeat) this.#press();
    });
    button.addEventListener("keyup", (event) => {
      if (KEYS.includes(event.key)) this.#letGo();
    });
    button.addEventListener("blur", () => this.#letGo());
  }
  /**
   * @param {import("./stage.js").Stage} stage
   * @param {import("./panel_state.js").State} state
   */
  show(stage2, { mic, pushToTalk, talking }) {
    setName(this.#button, stage2.action);
    setAttribute(this.#button, "aria-pressed", String(pushToTalk ? talking : mic === "open"));
    this.#button.disabled = stage2.disabled;
    if (pushToTalk && !talking && mic === "off") this.#latched = false;
  }
  #press() {
    if (!this.#actions.isPushToTalk() || this.#pressed) return;
    this.#pressed = true;
    this.#pressedAt = performance.now();
    if (!this.#latched) this.#actions.talk(true);
  }
  #letGo() {
    if (!this.#pressed) return;
    this.#pressed = false;
    const tapped = performance.now() - this.#pressedAt < TAP_MS;
    this.#latched = tapped && !this.#latched;
    if (!this.#latched) this.#actions.talk(false);
  }
};

// src/view.js
var STATUS = {
  connecting: "Connecting",
  open: "Connected",
  reconnecting: "Reconnecting",
  closed: "Closed",
  lost: "Connection lost"
};
var KEEPS = "The notebook keeps the sound; press to keep the words alone";
var EMPTY = "Press the microphone and say something, or type below.";
var View = class {
  #engine;
  #unwatch;
  #frame = 0;
  #dot = el("span", "rt-dot", { role: "img" });
  #backend = el("span", "rt-backend");
  #model = el("span", "rt-model");
  #path = el("span", "rt-path");
  #cost = el("span", "rt-cost");
  #where = el("div", "rt-where");
  #talk;
  #label = el("div", "rt-label", { role: "status" });
  #hint = el("div", "rt-hint");
  #meters = { user: el("span", "rt-bar"), assistant: el("span", "rt-bar") };
  #mute;
  #stop;
  #off;
  #manner;
  #devices = el("select", "rt-choice rt-device", { "aria-label": "Microphone", title: "Microphone" });
  #deviceKey = "";
  #log = new LogView();
  #asks;
  #hear = el(
    "button",
    "rt-pill rt-hear",
    { type: "button" },
    icon("speaker"),
    "Click to hear the reply"
  );
  #composer;
  /** The copy of the talk that is saved beside the panel: seen while the panel is not. */
  #hideCopy = el("style", "");
  #copyRule;
  #keep;
  #messages = el("div", "rt-messages", { role: "status", "aria-live": "polite" });
  #messageKey = "[]";
  #dismiss;
  /** @param {Engine} engine @param {string} id of the panel */
  constructor(engine, id) {
    this.#engine = engine;
    this.#copyRule = copyRule(id);
    this.#talk = new TalkButton({
      isPushToTalk: () => engine.state.pushToTalk,
      toggle: () => engine.toggleMicrophone(),
      talk: (down) => engine.talk(down)
    });
    this.#mute = iconButton("rt-tool rt-mute", "mic-off", "Mute", () => engine.toggleMute());
    this.#stop = iconButton("rt-tool rt-stop", "stop", "Stop the reply", () => engine.cancel());
    this.#off = iconButton(
      "rt-tool rt-mic-off",
      "off",
      "Turn the microphone off",
      () => engine.toggleMicrophone()
    );
    this.#manner = new MannerChoice((switches) => engine.choose(switches));
    this.#asks = new ApprovalView((nonce, allow) => engine.approve(nonce, allow));
    this.#composer = new Composer({
      say: (text) => engine.say(text),
      sendFile: (file) => void engine.sendFile(file)
    });
    this.#dismiss = iconButton("rt-tool rt-dismiss", "close", "Dismiss", () => engine.dismiss());
    this.#dismiss.hidden = true;
    this.#keep = iconButton(
      "rt-tool rt-keep",
      "keep",
      "Keep the sound",
      () => engine.toggleKeepAudio()
    );
    this.#devices.addEventListener("change", () => engine.chooseDevice(this.#devices.value));
    this.#hear.addEventListener("click", () => engine.claim());
    this.root = this.#build();
    this.root.rtEngine = engine;
    this.#unwatch = engine.watch(() => this.#show());
    this.#show();
  }
  close() {
    this.#unwatch();
    this.#log.close();
    cancelAnimationFrame(this.#frame);
    this.root.remove();
  }
  #build() {
    const head = el(
      "header",
      "rt-head",
      el("div", "rt-names", this.#dot, this.#backend, this.#model, this.#cost, this.#path),
      this.#where
    );
    const stage2 = el(
      "div",
      "rt-stage",
      this.#talk.root,
      el("div", "rt-state", this.#label, this.#hint),
      el(
        "div",
        "rt-meters",
        meter("You", this.#meters.user),
        meter("Reply", this.#meters.assistant)
      ),
      el("div", "rt-tools", this.#mute, this.#off, this.#stop, this.#keep),
      this.#manner.root,
      this.#devices
    );
    this.#log.root.append(this.#hear);
    const foot = el("div", "rt-foot", this.#messages, this.#dismiss);
    const talk = el(
      "div",
      "rt-talk",
      this.#log.root,
      this.#asks.root,
      foot,
      this.#composer.root
    );
    const root = el(
      "section",
      "rt-panel",
      { "aria-label": "Voice conversation", "data-lm-suppress-shortcuts": "true" },
      head,
      el("div", "rt-body", stage2, talk),
      this.#hideCopy
    );
    this.#keepEvents(root);
    return root;
  }
  /**
   * A click or key here is a wish to hear; keys are the panel's, not the notebook's.
   * @param {HTMLElement} root
   */
  #keepEvents(root) {
    const wake = () => this.#engine.wake();
    root.addEventListener("pointerdown", wake);
    for (const type of ["keydown", "keyup", "keypress"]) {
      root.addEventListener(type, (event) => event.stopPropagation());
    }
    root.addEventListener("keydown", wake);
  }
  #show() {
    const { state } = this.#engine;
    const stage2 = stageOf(state);
    setAttribute(this.root, "data-absent", String(state.absent));
    setText(this.#hideCopy, state.absent ? "" : this.#copyRule);
    this.#showHead(state);
    this.#showStage(state, stage2);
    this.#log.show(state.lines, state.hiddenLines, state.ended ? "Nothing was said." : EMPTY);
    this.#hear.hidden = !state.needsClick;
    this.#asks.show(state.approvals, state.ended);
    this.#composer.show(state.ended);
    this.#showMessages(state);
    if (this.#engine.live) this.#animate();
  }
  /** @param {State} state */
  #showHead(state) {
    const status = state.life !== "live" ? "lost" : state.answered ? state.status : "connecting";
    const name = STATUS[
      /** @type {keyof typeof STATUS} */
      status
    ] ?? status;
    setAttribute(this.#dot, "data-status", status);
    setName(this.#dot, name);
    setText(this.#backend, state.backend || name);
    setText(this.#model, [state.model, state.voice].filter(Boolean).join(" · "));
    setText(this.#path, state.path === "direct" ? "direct" : "comm");
    setAttribute(this.#path, "data-path", state.path);
    setAttribute(
      this.#path,
      "title",
      state.path === "direct" ? "Sound goes directly between this page and the kernel" : "Sound goes through the notebook's own connection"
    );
    setText(this.#cost, state.cost);
    setName(this.#cost, state.costAbout);
    this.#cost.hidden = state.cost === "";
    const where = state.absent ? NOBODY_ANSWERS : state.soundGoesTo;
    setText(this.#where, where);
    setAttribute(this.#where, "title", where);
  }
  /** @param {State} state @param {import("./stage.js").Stage} stage */
  #showStage(state, stage2) {
    setAttribute(this.root, "data-mode", stage2.mode);
    this.#talk.show(stage2, state);
    setText(this.#label, stage2.label);
    setText(this.#hint, stage2.hint);
    this.#mute.disabled = state.mic !== "open";
    this.#mute.hidden = state.pushToTalk;
    setAttribute(this.#mute, "aria-pressed", String(state.muted));
    setName(this.#mute, state.muted ? "Unmute" : "Mute");
    this.#off.hidden = !state.pushToTalk;
    this.#off.disabled = state.mic !== "open";
    this.#keep.disabled = state.life === "gone";
    setAttribute(this.#keep, "aria-pressed", String(state.keepsAudio));
    setName(this.#keep, state.keepsAudio ? KEEPS : "Keep the sound in the notebook");
    this.#stop.disabled = !(state.sounding || state.speaking === "assistant");
    this.#manner.show(state, state.ended);
    this.#showDevices(state, stage2.disabled);
  }
  /** @param {State} state @param {boolean} disabled */
  #showDevices({ devices, chosenDevice }, disabled) {
    this.#devices.disabled = disabled || devices.length === 0;
    const key = JSON.stringify([devices, chosenDevice]);
    if (key === this.#deviceKey) return;
    this.#deviceKey = key;
    const options = [{ deviceId: "", label: "Default microphone" }, ...devices.filter(isNamed)];
    this.#devices.replaceChildren(
      ...options.map(({ deviceId, label }) => el("option", "", { value: deviceId }, label))
    );
    this.#devices.value = chosenDevice;
  }
  /** @param {State} state */
  #showMessages({ messages }) {
    const key = JSON.stringify(messages);
    if (key === this.#messageKey) return;
    this.#messageKey = key;
    this.#messages.replaceChildren(
      ...messages.map(({ level, text }) => el("div", "rt-message", { "data-level": level }, text))
    );
    this.#dismiss.hidden = messages.length === 0;
  }
  /** Meters move while there is something to measure. */
  #animate() {
    if (this.#frame) return;
    const step = () => {
      const { user, assistant } = this.#engine.levels;
      this.root.style.setProperty("--rt-user", user.toFixed(2));
      this.root.style.setProperty("--rt-assistant", assistant.toFixed(2));
      this.#frame = this.#engine.live ? requestAnimationFrame(step) : 0;
      if (!this.#frame) this.#restMeters();
    };
    this.#frame = requestAnimationFrame(step);
  }
  #restMeters() {
    this.root.style.setProperty("--rt-user", "0");
    this.root.style.setProperty("--rt-assistant", "0");
  }
};
function copyRule(id) {
  const panel = `[data-panel="${CSS.escape(id)}"]`;
  const output = ".jp-OutputArea-child";
  const picture = `${output}:has(.rt-static${panel})+${output}:has(.jp-RenderedImage)`;
  return `.rt-static${panel},.rt-static-more${panel},${picture}{display:none}`;
}
function isNamed({ deviceId }) {
  return deviceId !== "default";
}
function meter(name, bar) {
  return el("div", "rt-meter", el("span", "rt-meter-name", name), el("span", "rt-track", bar));
}

// src/widget.js
var engines = /* @__PURE__ */ new Map();
var widget_default = {
  /** @param {import("@anywidget/types").InitializeProps} props */
  initialize({ model }) {
    const id = String(model.get("panel_id"));
    const engine = new Engine(model);
    engines.set(id, engine);
    return () => {
      engine.close();
      if (engines.get(id) === engine) engines.delete(id);
    };
  },
  /** @param {import("@anywidget/types").RenderProps} props */
  render({ model, el: host }) {
    const id = String(model.get("panel_id"));
    const engine = engines.get(id);
    if (!engine) return void 0;
    const view = new View(engine, id);
    host.append(view.root);
    return () => view.close();
  }
};
export {
  widget_default as default
};
