/**
 * The panel's machinery, one per widget and page: it owns the link to the kernel, the
 * microphone and the player. Views show its `state` and call its actions. Nothing opens
 * before the user acts in this page.
 */

import { KernelClock, pingRegularly } from "./clock.js";
import { sendFile } from "./files.js";
import { HalfDuplex } from "./half_duplex.js";
import { Link } from "./link.js";
import { Liveness } from "./liveness.js";
import { Messages } from "./messages.js";
import { Microphone } from "./microphone.js";
import { ENDED, panelState } from "./panel_state.js";
import { dbfs, meterOf, samplesOf } from "./pcm.js";
import { Player } from "./playback.js";
import * as sentences from "./sentences.js";
import { Transcript } from "./transcript.js";

/** A connection that is back this soon gets its microphone back without another click. */
const RESUME_WITHIN_MS = 10_000;
/** A microphone that no view shows is closed, unless a view is only being replaced. */
const UNSEEN_MS = 1000;
/** A kernel that has not answered by now may not know this panel: it comes from a file. */
const ANSWER_WITHIN_MS = 3000;

/** @typedef {import("./comm.js").KernelMessage} KernelMessage */

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
  #obstacle = sentences.obstacleOf(globalThis);
  /** @type {Set<() => void>} */
  #watchers = new Set();
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
      path: (path) => this.#onPath(path),
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
      messages: this.#messages,
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
      played: (heard) =>
        this.#link.send("played", { ...counted(heard), buffered_ms: heard.bufferedMs }),
      flushed: (heard) => this.#link.send("flushed", counted(heard)),
      missing: (next) => this.#link.send("resend", next),
      audible: (audible) => this.#onAudible(audible),
      changed: () => {
        this.#halfDuplex.sounding = this.player.sounding;
        this.#changed();
      },
      failed: (error) => {
        if (!this.#obstacle) this.#setProblem(sentences.refusalSentence(error));
      },
    });
  }

  #makeMicrophone() {
    return new Microphone({
      send: (kind, fields, audio) => this.#link.send(kind, fields, audio),
      problem: (sentence) => this.#setProblem(sentence),
      tick: (waitingMs) => this.#liveness.waited(waitingMs),
      changed: this.#changed,
    });
  }

  #describe() {
    return {
      origin: location.origin,
      hostname: location.hostname,
      secure: isSecureContext,
      can_record: this.#obstacle,
      views: this.#watchers.size,
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
    if (life === "gone") this.player.close(); // nobody is left to stop what still sounds
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
    const told = sentences.TAKEN[reason];
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
}

/** @param {{epoch: number, samples: number, latencyMs: number}} heard */
function counted({ epoch, samples, latencyMs }) {
  return { epoch, samples, latency_ms: latencyMs };
}
