// The kernel's end of the direct path, written again with node's own crypto from the
// description in direct.js: two readings of it must agree.

import assert from "node:assert/strict";
import { createECDH, createHmac, randomBytes } from "node:crypto";

export class Kernel {
  #keys = createECDH("prime256v1");
  nonce = randomBytes(32).toString("base64");

  constructor() {
    this.#keys.generateKeys();
  }

  get offer() {
    return {
      host: "127.0.0.1",
      port: 4321,
      public_key: this.#keys.getPublicKey("base64"),
      nonce: this.nonce,
    };
  }

  sign(pageKey, text) {
    const shared = this.#keys.computeSecret(Buffer.from(pageKey, "base64"));
    return createHmac("sha256", shared).update(text).digest("hex");
  }
}

/** A WebSocket whose other side is a function of the first message. */
export class StubSocket {
  static OPEN = 1;
  static made = [];
  static answer = () => null;

  readyState = 1;
  /** What was sent after the proof. */
  frames = [];

  constructor(url) {
    this.url = url;
    StubSocket.made.push(this);
    setTimeout(() => this.onopen?.());
  }

  send(data) {
    if (typeof data !== "string") return void this.frames.push(data);
    const reply = StubSocket.answer(JSON.parse(data));
    if (reply !== null) setTimeout(() => this.onmessage?.({ data: reply }));
  }

  close() {
    this.closed = true;
  }

  /** The other side goes away. */
  drop() {
    this.readyState = 3;
    this.onclose?.();
  }
}

/** The answer of a kernel that keeps to the rules. */
export function honest(kernel, pageKey, { client, nonce, proof }) {
  assert.equal(proof, kernel.sign(pageKey, `page|${client}|${kernel.nonce}|${nonce}`));
  assert.equal(Buffer.from(nonce, "base64").length, 32);
  return JSON.stringify({
    proof: kernel.sign(pageKey, `kernel|${client}|${nonce}|${kernel.nonce}`),
  });
}
