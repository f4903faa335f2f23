/** An audio file that the user chose, on its way to the kernel. */

import { decodeFile } from "./capture.js";
import { API_RATE_HZ, encode } from "./pcm.js";

const MAX_FILE_BYTES = 100 * 1024 * 1024;
const MAX_MINUTES = 30;
/** 512 kB of PCM16. */
const PIECE_SAMPLES = 256 * 1024;

/**
 * Decode a file and send it in pieces.
 * @param {File} file
 * @param {(fields: {name: string, last: boolean}, audio: ArrayBuffer) => void} send
 * @returns {Promise<string>} a sentence when it cannot be sent, else ""
 */
export async function sendFile(file, send) {
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
