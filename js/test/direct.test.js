// The kernel's side is written here again, with node's own crypto, from the description
// in direct.js: two readings of it must agree.

import assert from "node:assert/strict";
import { createECDH, createHmac, randomBytes } from "node:crypto";
import { test } from "node:test";

import { Handshake, onLoopback, openDirect } from "../src/direct.js";

class Kernel {
  #keys = createECDH("prime256v1");
  nonce = randomBytes(32).toString("base64");

  constructor() {
    this.#keys.generateKeys();
  }

  get offer() {
    return { host: "127.0.0.1", port: 4321, public_key: this.#keys.getPublicKey("base64"), nonce: this.nonce };
  }

  sign(pageKey, text) {
    const shared = this.#keys.computeSecret(Buffer.from(pageKey, "base64"));
    return createHmac("sha256", shared).update(text).digest("hex");
  }
}

/** A WebSocket whose other side is a function of the first message. */
class StubSocket {
  static made = [];
  static answer = () => null;

  constructor(url) {
    this.url = url;
    StubSocket.made.push(this);
    setTimeout(() => this.onopen?.());
  }

  send(text) {
    const reply = StubSocket.answer(JSON.parse(text));
    if (reply !== null) setTimeout(() => this.onmessage?.({ data: reply }));
  }

  close() {
    this.closed = true;
  }
}

globalThis.WebSocket = StubSocket;

async function open(answer) {
  const [kernel, handshake] = [new Kernel(), await Handshake.create()];
  StubSocket.answer = (hello) => answer(kernel, handshake.publicKey, hello);
  return openDirect(kernel.offer, handshake, "page-1");
}

function honest(kernel, pageKey, { client, nonce, proof }) {
  assert.equal(proof, kernel.sign(pageKey, `page|${client}|${kernel.nonce}|${nonce}`));
  assert.equal(Buffer.from(nonce, "base64").length, 32);
  return JSON.stringify({ proof: kernel.sign(pageKey, `kernel|${client}|${nonce}|${kernel.nonce}`) });
}

test("the page's key is the raw uncompressed point, 65 bytes", async () => {
  const point = Buffer.from((await Handshake.create()).publicKey, "base64");
  assert.deepEqual([point.length, point[0]], [65, 4]);
});

test("page and kernel prove the shared secret to each other", async () => {
  const socket = await open(honest);
  assert.equal(socket.url, "ws://127.0.0.1:4321/");
  assert.equal(socket.binaryType, "arraybuffer");
  assert.equal(socket.closed, undefined);
});

test("no secret travels: key, nonce and proof are new for each handshake", async () => {
  const seen = new Set();
  for (let i = 0; i < 3; i++) {
    await open((kernel, pageKey, hello) => {
      for (const value of [pageKey, hello.nonce, hello.proof]) seen.add(value);
      return honest(kernel, pageKey, hello);
    });
  }
  assert.equal(seen.size, 9);
});

for (const [what, answer] of [
  ["a wrong proof", () => JSON.stringify({ proof: "0".repeat(64) })],
  ["the page's own proof, sent back", (_k, _p, { proof }) => JSON.stringify({ proof })],
  ["no proof", () => "{}"],
  ["something that is not JSON", () => "hello"],
  ["audio", () => new ArrayBuffer(8)],
]) {
  test(`a server that answers ${what} gets nothing more`, async () => {
    await assert.rejects(open(answer), /proof is wrong/);
    assert.equal(StubSocket.made.at(-1).closed, true);
  });
}

test("a door that does not open within 500 ms is given up", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const [kernel, handshake] = [new Kernel(), await Handshake.create()];
  StubSocket.answer = () => null;
  const made = StubSocket.made.length;
  const opening = openDirect(kernel.offer, handshake, "page-1");
  while (StubSocket.made.length === made) await new Promise(setImmediate);
  context.mock.timers.tick(501);
  await assert.rejects(opening, /did not open/);
  assert.equal(StubSocket.made.at(-1).closed, true);
});

test("only this computer's own names are loopback", () => {
  for (const name of ["localhost", "127.0.0.1", "::1", "[::1]"]) assert.equal(onLoopback(name), true);
  for (const name of ["example.org", "127.0.0.1.example.org", "", "10.0.0.1"]) {
    assert.equal(onLoopback(name), false);
  }
});
