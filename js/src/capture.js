/** The microphone: getUserMedia → capture worklet → 20 ms blocks of PCM16 at 24 kHz. */

import workletText from "worklet:capture";

import { API_RATE_HZ } from "./pcm.js";
import { loadWorklet } from "./worklets.js";

/** @typedef {{deviceId: string, label: string}} Device */

/** @returns {Promise<Device[]>} the microphones; without labels before permission is given */
export async function listMicrophones() {
  const devices = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  return devices
    .filter((device) => device.kind === "audioinput" && device.deviceId)
    .map(({ deviceId, label }, index) => ({
      deviceId,
      label: label || `Microphone ${index + 1}`,
    }));
}

/** @param {string} deviceId "" for the default @returns {MediaStreamConstraints} */
function constraints(deviceId) {
  return {
    audio: {
      ...(deviceId ? { deviceId: { exact: deviceId } } : {}),
      channelCount: 1,
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
    },
  };
}

/** An open microphone. It is open from construction by `open` until `close`. */
export class Capture {
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
      channelCountMode: "explicit",
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
      void used.resume().catch(() => {}); // a device that went away may have stopped it
      await loadWorklet(used, workletText);
      return new Capture(stream, used, used !== context, source, onBlock);
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
}

/**
 * @param {AudioContext} context
 * @param {MediaStream} stream
 * @returns {[AudioContext, MediaStreamAudioSourceNode]}
 */
function joined(context, stream) {
  try {
    return [context, context.createMediaStreamSource(stream)];
  } catch {
    const own = new AudioContext();
    return [own, own.createMediaStreamSource(stream)];
  }
}

/**
 * An audio file as samples at the API's rate; the browser decodes and resamples.
 * @param {ArrayBuffer} bytes
 * @returns {Promise<Float32Array>} mono
 */
export async function decodeFile(bytes) {
  const decoded = await new OfflineAudioContext(1, 1, API_RATE_HZ).decodeAudioData(bytes);
  const mono = new Float32Array(decoded.length);
  for (let channel = 0; channel < decoded.numberOfChannels; channel++) {
    const samples = decoded.getChannelData(channel);
    for (let i = 0; i < mono.length; i++) {
      mono[i] =
        /** @type {number} */ (mono[i]) +
        /** @type {number} */ (samples[i]) / decoded.numberOfChannels;
    }
  }
  return mono;
}
