/** One view of the panel: DOM only. It shows the engine's state and calls its actions. */

import { ApprovalView } from "./approval_view.js";
import { Composer } from "./composer.js";
import { el, icon, iconButton, setAttribute, setName, setText } from "./elements.js";
import { LogView } from "./log_view.js";
import { MannerChoice } from "./manners.js";
import { NOBODY_ANSWERS } from "./sentences.js";
import { stageOf } from "./stage.js";
import { TalkButton } from "./talk_button.js";

/** @typedef {import("./engine.js").Engine} Engine */
/** @typedef {import("./panel_state.js").State} State */

const STATUS = {
  connecting: "Connecting",
  open: "Connected",
  reconnecting: "Reconnecting",
  closed: "Closed",
  lost: "Connection lost",
};
const KEEPS = "The notebook keeps the sound; press to keep the words alone";
const EMPTY = "Press the microphone and say something, or type below.";

/** The panel's root element, with the engine behind it for whoever holds the element. */
/** @typedef {HTMLElement & {rtEngine?: Engine}} PanelElement */

export class View {
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
    "Click to hear the reply",
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
      talk: (down) => engine.talk(down),
    });
    this.#mute = iconButton("rt-tool rt-mute", "mic-off", "Mute", () => engine.toggleMute());
    this.#stop = iconButton("rt-tool rt-stop", "stop", "Stop the reply", () => engine.cancel());
    this.#off = iconButton("rt-tool rt-mic-off", "off", "Turn the microphone off", () =>
      engine.toggleMicrophone(),
    );
    this.#manner = new MannerChoice((switches) => engine.choose(switches));
    this.#asks = new ApprovalView((nonce, allow) => engine.approve(nonce, allow));
    this.#composer = new Composer({
      say: (text) => engine.say(text),
      sendFile: (file) => void engine.sendFile(file),
    });
    this.#dismiss = iconButton("rt-tool rt-dismiss", "close", "Dismiss", () => engine.dismiss());
    this.#dismiss.hidden = true;
    this.#keep = iconButton("rt-tool rt-keep", "keep", "Keep the sound", () =>
      engine.toggleKeepAudio(),
    );
    this.#devices.addEventListener("change", () => engine.chooseDevice(this.#devices.value));
    this.#hear.addEventListener("click", () => engine.claim());
    /** @type {PanelElement} */
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
      this.#where,
    );
    const stage = el(
      "div",
      "rt-stage",
      this.#talk.root,
      el("div", "rt-state", this.#label, this.#hint),
      el(
        "div",
        "rt-meters",
        meter("You", this.#meters.user),
        meter("Reply", this.#meters.assistant),
      ),
      el("div", "rt-tools", this.#mute, this.#off, this.#stop, this.#keep),
      this.#manner.root,
      this.#devices,
    );
    this.#log.root.append(this.#hear);
    const foot = el("div", "rt-foot", this.#messages, this.#dismiss);
    const talk = el(
      "div",
      "rt-talk",
      this.#log.root,
      this.#asks.root,
      foot,
      this.#composer.root,
    );
    const root = el(
      "section",
      "rt-panel",
      { "aria-label": "Voice conversation", "data-lm-suppress-shortcuts": "true" },
      head,
      el("div", "rt-body", stage, talk),
      this.#hideCopy,
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
    const stage = stageOf(state);
    setAttribute(this.root, "data-absent", String(state.absent));
    setText(this.#hideCopy, state.absent ? "" : this.#copyRule);
    this.#showHead(state);
    this.#showStage(state, stage);
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
    const name = STATUS[/** @type {keyof typeof STATUS} */ (status)] ?? status;
    setAttribute(this.#dot, "data-status", status);
    setName(this.#dot, name);
    setText(this.#backend, state.backend || name);
    setText(this.#model, [state.model, state.voice].filter(Boolean).join(" · "));
    setText(this.#path, state.path === "direct" ? "direct" : "comm");
    setAttribute(this.#path, "data-path", state.path);
    setAttribute(
      this.#path,
      "title",
      state.path === "direct"
        ? "Sound goes directly between this page and the kernel"
        : "Sound goes through the notebook's own connection",
    );
    setText(this.#cost, state.cost);
    setName(this.#cost, state.costAbout);
    this.#cost.hidden = state.cost === "";
    const where = state.absent ? NOBODY_ANSWERS : state.soundGoesTo;
    setText(this.#where, where);
    setAttribute(this.#where, "title", where);
  }

  /** @param {State} state @param {import("./stage.js").Stage} stage */
  #showStage(state, stage) {
    setAttribute(this.root, "data-mode", stage.mode);
    this.#talk.show(stage, state);
    setText(this.#label, stage.label);
    setText(this.#hint, stage.hint);
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
    this.#showDevices(state, stage.disabled);
  }

  /** @param {State} state @param {boolean} disabled */
  #showDevices({ devices, chosenDevice }, disabled) {
    this.#devices.disabled = disabled || devices.length === 0;
    const key = JSON.stringify([devices, chosenDevice]);
    if (key === this.#deviceKey) return;
    this.#deviceKey = key;
    const options = [{ deviceId: "", label: "Default microphone" }, ...devices.filter(isNamed)];
    this.#devices.replaceChildren(
      ...options.map(({ deviceId, label }) => el("option", "", { value: deviceId }, label)),
    );
    this.#devices.value = chosenDevice;
  }

  /** @param {State} state */
  #showMessages({ messages }) {
    const key = JSON.stringify(messages);
    if (key === this.#messageKey) return;
    this.#messageKey = key;
    this.#messages.replaceChildren(
      ...messages.map(({ level, text }) => el("div", "rt-message", { "data-level": level }, text)),
    );
    this.#dismiss.hidden = messages.length === 0;
  }

  /** Meters move while there is something to measure. */
  #animate() {
    if (this.#frame) return;
    const step = () => {
      const { user, assistant } = this.#engine.levels;
      // In steps of a pixel or so: what does not change is not drawn again.
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
}

/**
 * What hides the copy beside the panel: its words, the picture behind them, and the rest.
 * @param {string} id of the panel
 */
function copyRule(id) {
  const panel = `[data-panel="${CSS.escape(id)}"]`;
  const output = ".jp-OutputArea-child";
  const picture = `${output}:has(.rt-static${panel})+${output}:has(.jp-RenderedImage)`;
  return `.rt-static${panel},.rt-static-more${panel},${picture}{display:none}`;
}

/** @param {{deviceId: string}} device */
function isNamed({ deviceId }) {
  return deviceId !== "default";
}

/** @param {string} name @param {HTMLElement} bar */
function meter(name, bar) {
  return el("div", "rt-meter", el("span", "rt-meter-name", name), el("span", "rt-track", bar));
}
