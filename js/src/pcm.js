/**
 * Audio as numbers: PCM16 and float samples, and how loud they are. Mono throughout.
 *
 * PCM16 is little-endian on the wire, which is the byte order of every machine that a
 * browser runs on, so an Int16Array over the bytes is the samples.
 */

/** The sample rate of both directions on the wire. */
export const API_RATE_HZ = 24000;

const FULL_SCALE = 32767;
const SILENCE_DBFS = -100;

/** @param {number} ms @param {number} [rateHz] @returns {number} samples */
export function samplesIn(ms, rateHz = API_RATE_HZ) {
  return Math.round((ms * rateHz) / 1000);
}

/** @param {number} samples @param {number} [rateHz] @returns {number} milliseconds */
export function msOf(samples, rateHz = API_RATE_HZ) {
  return (samples * 1000) / rateHz;
}

/**
 * One float sample as PCM16; what lies outside [-1, 1] is clipped.
 * @param {number} value
 * @returns {number} -32767…32767
 */
export function toInt16(value) {
  return Math.round(Math.max(-1, Math.min(1, value)) * FULL_SCALE);
}

/** @param {number} value a PCM16 sample @returns {number} in [-1.00003, 1] */
export function toFloat(value) {
  return value / FULL_SCALE;
}

/** @param {Float32Array} floats @returns {Int16Array<ArrayBuffer>} */
export function encode(floats) {
  const pcm = new Int16Array(floats.length);
  for (let i = 0; i < floats.length; i++) pcm[i] = toInt16(/** @type {number} */ (floats[i]));
  return pcm;
}

/**
 * A copy of a message's payload as samples; a byte left over at the end is dropped.
 * @param {DataView | ArrayBuffer | Uint8Array} payload
 * @returns {Int16Array<ArrayBuffer>}
 */
export function samplesOf(payload) {
  const whole = payload.byteLength - (payload.byteLength % 2);
  const [buffer, start] = ArrayBuffer.isView(payload)
    ? [payload.buffer, payload.byteOffset]
    : [payload, 0];
  return new Int16Array(/** @type {ArrayBuffer} */ (buffer.slice(start, start + whole)));
}

/**
 * The mean power of samples.
 * @param {ArrayLike<number>} floats
 * @returns {number} dB relative to a full-scale square wave, -100 or more
 */
export function dbfs(floats) {
  let power = 0;
  for (let i = 0; i < floats.length; i++) power += /** @type {number} */ (floats[i]) ** 2;
  return Math.max(SILENCE_DBFS, 10 * Math.log10(power / Math.max(1, floats.length)));
}

/**
 * How far a meter goes for a level: nothing below -60 dBFS, all of it from -10 dBFS
 * (speech close to the microphone) on.
 * @param {number} level dBFS
 * @returns {number} 0…1
 */
export function meterOf(level) {
  return Math.max(0, Math.min(1, (level + 60) / 50));
}
