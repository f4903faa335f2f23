/**
 * The messages between this page and the kernel, the same on both paths: over the comm
 * custom messages, over the direct WebSocket one binary frame each. `comm.py` lists the
 * same kinds and says what each is for. `+pcm` marks a payload.
 */

/** Page to kernel. @satisfies {Record<string, readonly string[]>} */
export const PAGE_KINDS = /** @type {const} */ ({
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
  ping: ["t_ms"],
});

/** Kernel to page. @satisfies {Record<string, readonly string[]>} */
export const KERNEL_KINDS = /** @type {const} */ ({
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
  pong: ["client", "t_ms", "kernel_ms", "next"],
});

/** @typedef {keyof typeof PAGE_KINDS} PageKind */
/** @typedef {keyof typeof KERNEL_KINDS} KernelKind */
/** @typedef {Record<string, any> & {kind: KernelKind}} KernelMessage */
/** @typedef {Record<string, any> & {kind: PageKind, client: string}} PageMessage */

const LENGTH_BYTES = 4;

/**
 * A message of this page.
 * @param {PageKind} kind
 * @param {string} client
 * @param {Record<string, unknown>} [fields]
 * @returns {PageMessage}
 */
export function pageMessage(kind, client, fields = {}) {
  const missing = PAGE_KINDS[kind].filter((name) => name !== "+pcm" && !(name in fields));
  if (missing.length > 0) throw new TypeError(`${kind}: lacks ${missing.join(", ")}`);
  return { ...fields, kind, client };
}

/**
 * The message in what the kernel sent, or null when it is none for this page.
 * @param {unknown} content
 * @param {string} client
 * @returns {KernelMessage | null}
 */
export function kernelMessage(content, client) {
  if (typeof content !== "object" || content === null) return null;
  const message = /** @type {KernelMessage} */ (content);
  if (!Object.hasOwn(KERNEL_KINDS, message.kind)) return null;
  return message.client === undefined || message.client === client ? message : null;
}

/**
 * A message as one binary frame: u32 length (little-endian), JSON, audio.
 * @param {object} message
 * @param {ArrayBuffer} [audio]
 * @returns {ArrayBuffer}
 */
export function pack(message, audio = new ArrayBuffer(0)) {
  const head = new TextEncoder().encode(JSON.stringify(message));
  const frame = new Uint8Array(LENGTH_BYTES + head.length + audio.byteLength);
  new DataView(frame.buffer).setUint32(0, head.length, true);
  frame.set(head, LENGTH_BYTES);
  frame.set(new Uint8Array(audio), LENGTH_BYTES + head.length);
  return frame.buffer;
}

/**
 * Read a frame that `pack` of either side wrote.
 * @param {ArrayBuffer} frame
 * @returns {{content: unknown, audio: ArrayBuffer} | null} null when it is no message
 */
export function unpack(frame) {
  if (frame.byteLength < LENGTH_BYTES) return null;
  const end = LENGTH_BYTES + new DataView(frame).getUint32(0, true);
  if (end > frame.byteLength) return null;
  try {
    const head = new TextDecoder("utf-8", { fatal: true }).decode(
      new Uint8Array(frame, LENGTH_BYTES, end - LENGTH_BYTES),
    );
    return { content: JSON.parse(head), audio: frame.slice(end) };
  } catch {
    return null;
  }
}
