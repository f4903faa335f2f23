/**
 * The panel's machinery, one per widget and page: it owns the link to the kernel, the
 * microphone and the player. Views show its `state` and call its actions. Nothing opens
 * before the user acts in this page.
 */

import { sendFile } from "./files.js";
import { Link } from "./link.js";
import { Liveness } from "./liveness.js";
import { Microphone } from "./microphone.js";
import { dbfs, meterOf, samplesOf } from "./pcm.js";
import { Player } from "./playback.js";
import * as sentences from "./sentences.js";
import { Transcript } from "./transcript.js";

const RESUME_WITHIN_MS = 10_000;
const SILENT_AFTER_MS = 10_000;

/** @typedef {import("./comm.js").KernelMessage} KernelMessage */
/** @typedef {{level: string, text: string}} Notice */

/** @returns {string} random; crypto.randomUUID is missing on pages that are not secure */
function newClientId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Engine {
  client = newClientId();
  #model;
  #link;
  #liveness;
  #microphone;
  #transcript = new Transcript();
  /** @type {Set<() => void>} */
  #watchers = new Set();
  #views = 0;
  #scheduled = false;
  /** @type {Notice[]} */
  #notices = [];
  #problem = "";
  #speaking = "nobody";
  #armed = false;
  #resumeUntil = 0;
  #obstacle = sentences.obstacleOf(globalThis);
  #samples = new Float32Array(1024);

  /** @param {import("@anywidget/types").AnyModel} model */
  constructor(model) {
    this.#model = model;
    this.player = this.#makePlayer();
    this.#microphone = this.#makeMicrophone();
    this.#link = new Link(model, this.client, () => this.#describe(), {
      message: (message, audio) => this.#receive(message, audio),
      path: (path) => this.#onPath(path),
    });
    const ping = () => this.#link.send("ping", { t_ms: performance.now() });
    this.#liveness = new Liveness(model, ping, () => this.#onLife());
    model.on("change", this.#changed);
    model.on("change:owner", this.#onOwner);
    model.on("change:turn_detection", this.#onTurnDetection);
    this.#onTurnDetection();
    addEventListener("pagehide", this.#onPageHide);
    void this.#link.hello();
  }

  /** Leave: stop the microphone and the sound, and forget the page. */
  close() {
    removeEventListener("pagehide", this.#onPageHide);
    this.#model.off("change", this.#changed);
    this.#model.off("change:owner", this.#onOwner);
    this.#model.off("change:turn_detection", this.#onTurnDetection);
    this.#liveness.close();
    this.#microphone.dispose();
    this.player.close();
    this.#link.close();
    this.#watchers.clear();
  }

  /** Call after each change of `state`. @param {() => void} watcher @returns {() => void} */
  watch(watcher) {
    this.#watchers.add(watcher);
    this.#setViews(this.#views + 1);
    return () => {
      this.#watchers.delete(watcher);
      this.#setViews(this.#views - 1);
    };
  }

  /** Plain numbers for tests and the curious. */
  get stats() {
    return { ...this.#microphone.stats, ...this.player.stats };
  }

  /** What a view shows. */
  get state() {
    const microphone = this.#microphone;
    return {
      status: this.#text("status"),
      life: this.#liveness.life,
      answered: this.#link.answered,
      backend: this.#text("backend"),
      model: this.#text("model"),
      voice: this.#text("voice"),
      soundGoesTo: this.#text("sound_goes_to"),
      path: this.#link.path,
      pushToTalk: microphone.pushToTalk,
      elsewhere: this.#owner !== "" && this.#owner !== this.client,
      mic: microphone.state,
      muted: microphone.muted,
      talking: microphone.talking,
      devices: microphone.devices,
      chosenDevice: microphone.chosenDevice,
      canRecord: this.#obstacle === "",
      armed: this.#armed,
      speaking: this.#speaking,
      sounding: this.player.sounding,
      needsClick: this.player.needsClick,
      lines: this.#transcript.lines,
      hiddenLines: this.#transcript.hidden,
      messages: this.#messages,
    };
  }

  /** How loud both sides are now, 0…1. */
  get levels() {
    this.#microphone.read(this.#samples);
    const user = meterOf(dbfs(this.#samples));
    this.player.read(this.#samples);
    return { user, assistant: meterOf(dbfs(this.#samples)) };
  }

  /** The user did something in this page: sound may play from now on. */
  wake() {
    if (this.#obstacle === "") this.player.unlock();
  }

  /** Open the microphone, or close it. */
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

  /** @param {string} text */
  say(text) {
    this.#claim();
    this.#link.send("say", { text });
  }

  /** @param {File} file an audio file that the browser can decode */
  async sendFile(file) {
    this.#claim();
    this.#setProblem(await sendFile(file, (fields, audio) => this.#link.send("audio-file", fields, audio)));
  }

  /** Let a reply be heard that waits for a click. */
  hear() {
    this.#claim();
  }

  dismiss() {
    this.#problem = "";
    this.#notices = [];
    this.#changed();
  }

  async #openMicrophone() {
    if (this.#obstacle) return;
    this.#problem = "";
    this.#claim();
    const context = this.player.context;
    if (context) await this.#microphone.open(context);
  }

  #claim() {
    this.#armed = false;
    this.wake();
    this.#link.send("claim");
  }

  #makePlayer() {
    return new Player({
      played: (heard) =>
        this.#link.send("played", { ...counted(heard), buffered_ms: heard.bufferedMs }),
      flushed: (heard) => this.#link.send("flushed", counted(heard)),
      changed: this.#changed,
      failed: (error) => this.#setProblem(sentences.refusalSentence(error)),
    });
  }

  #makeMicrophone() {
    return new Microphone({
      send: (kind, fields, audio) => {
        this.#link.send(kind, fields, audio);
        this.#liveness.waited(this.#microphone.waitingMs);
      },
      problem: (sentence) => this.#setProblem(sentence),
      changed: this.#changed,
    });
  }

  #describe() {
    return {
      origin: location.origin,
      hostname: location.hostname,
      secure: isSecureContext,
      can_record: this.#obstacle,
      views: this.#views,
    };
  }

  /** @param {KernelMessage} message @param {DataView | ArrayBuffer | undefined} audio */
  #receive(message, audio) {
    this.#liveness.heard();
    if (message.kind === "play-chunk") {
      this.player.chunk(message.epoch, samplesOf(audio ?? new ArrayBuffer(0)), message.seq);
    } else if (message.kind === "play-end") this.player.end(message.epoch);
    else if (message.kind === "flush-playback") this.player.flush(message.epoch);
    else if (message.kind === "mic-ack") this.#microphone.ack(message.seq);
    else this.#show(message);
  }

  /** @param {KernelMessage} message */
  #show(message) {
    if (message.kind === "snapshot") {
      this.#transcript.replace(message.items, message.order);
      this.#notices = message.notices;
    } else if (message.kind === "items") this.#transcript.update(message.items, message.order);
    else if (message.kind === "notice") this.#notices = [...this.#notices, notice(message)].slice(-3);
    else if (message.kind === "speaking") this.#speaking = message.who;
    else if (message.kind === "arm-mic") this.#armed = true;
    else if (message.kind === "stop-mic") this.#microphone.close(message.reason);
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
      this.#microphone.close("connection lost");
    } else if (life === "live" && performance.now() < this.#resumeUntil) {
      this.#resumeUntil = 0;
      void this.#openMicrophone();
    }
    this.#changed();
  }

  #onOwner = () => {
    if (this.#owner === "" || this.#owner === this.client) return;
    if (this.#microphone.state === "off") return;
    this.#microphone.close("another page");
    this.#setProblem(sentences.TAKEN_OVER);
  };

  #onTurnDetection = () => {
    this.#microphone.pushToTalk = this.#text("turn_detection") === "none";
  };

  #onPageHide = () => {
    this.#microphone.close("page left");
    this.#link.send("bye");
  };

  get #messages() {
    const { waitingMs } = this.#microphone;
    const dropped = Math.max(this.#microphone.droppedMs, Number(this.#model.get("dropped_ms") ?? 0));
    const texts = [
      this.#liveness.life === "gone" ? sentences.KERNEL_GONE : "",
      this.#liveness.life === "lost" ? sentences.KERNEL_LOST : "",
      sentences.obstacleSentence(this.#obstacle),
      this.#problem,
      this.#model.get("mic_waits") && this.#link.path === "comm" ? sentences.MIC_WAITS : "",
      waitingMs > SILENT_AFTER_MS ? sentences.KERNEL_SILENT : "",
      sentences.droppedSentence(dropped),
    ];
    const own = texts.filter(Boolean).map((text) => ({ level: "warning", text }));
    return [...own, ...this.#notices];
  }

  get #owner() {
    return this.#text("owner");
  }

  /** @param {string} trait */
  #text(trait) {
    return String(this.#model.get(trait) ?? "");
  }

  /** @param {string} sentence */
  #setProblem(sentence) {
    this.#problem = sentence;
    this.#changed();
  }

  /** @param {number} views */
  #setViews(views) {
    this.#views = views;
    void this.#link.hello();
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
}

/** @param {import("./playback.js").Heard} heard */
function counted({ epoch, samples, latencyMs }) {
  return { epoch, samples, latency_ms: latencyMs };
}

/** @param {KernelMessage} message @returns {Notice} */
function notice({ level, text }) {
  return { level: String(level), text: String(text) };
}
