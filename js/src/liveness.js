/**
 * Whether the kernel is still there.
 *
 * Where the host lets a widget see its kernel (JupyterLab, Notebook 7), the kernel's own
 * status tells. When the comm or the direct path closes, the kernel must say something soon;
 * the same when it leaves audio unanswered. A kernel that takes messages only between cells
 * is not lost while a cell runs. Whether one runs is not the kernel's status: every message
 * of ours makes it busy, and without a network it stays what it was last.
 */

/** Audio that waits this long is a reason to doubt. */
const DOUBT_AFTER_MS = 500;
/** How long the kernel may then say nothing, twice: the first time this page may have slept. */
const SILENCE_MS = 700;
const GONE = ["dead", "restarting", "autorestarting", "terminating"];

/** @typedef {"live" | "lost" | "gone"} Life lost: may come back; gone: never */
/** @typedef {(kernel: Kernel, message: any) => void} Slot */
/** @typedef {{connect(slot: Slot): void, disconnect(slot: Slot): void}} Signal */
/**
 * @typedef {object} Kernel as JupyterLab's widget manager shows it
 * @property {string} status
 * @property {string} connectionStatus
 * @property {Signal} statusChanged
 * @property {Signal} connectionStatusChanged
 * @property {Signal} [iopubMessage]
 */

export class Liveness {
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
}

/** The kernel behind a widget's comm, where the host shows it. @param {any} model */
function kernelOf(model) {
  const kernel = model.widget_manager?.kernel;
  return kernel?.statusChanged && kernel.connectionStatusChanged ? kernel : null;
}
