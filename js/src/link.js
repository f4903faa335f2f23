/**
 * One way to talk to the kernel, over the comm or the direct path.
 *
 * Everything goes over the direct path while it is open, and over the comm otherwise. What
 * is sent before the kernel has answered "hello" waits for the answer.
 */

import { kernelMessage, pack, pageMessage, unpack } from "./comm.js";
import { Handshake, onLoopback, openDirect } from "./direct.js";

/** How often a direct path that broke is asked for again. */
const MAX_ATTEMPTS = 3;
const RETRY_AFTER_MS = 2000;

/** @typedef {import("./comm.js").PageKind} PageKind */
/** @typedef {import("./comm.js").KernelMessage} KernelMessage */

/**
 * @typedef {object} LinkEvents
 * @property {(message: KernelMessage, audio: DataView | ArrayBuffer | undefined) => void} message
 * @property {(path: "comm" | "direct") => void} path another path is in use
 */

export class Link {
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
  constructor(model, client, describe, events) {
    this.#model = model;
    this.#client = client;
    this.#describe = describe;
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
    else this.#model.send(message, undefined, audio ? [audio] : []);
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
}
