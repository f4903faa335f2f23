import assert from "node:assert/strict";
import { test } from "node:test";

import { Handshake, onLoopback, openDirect } from "../src/direct.js";
import { honest, Kernel, StubSocket } from "./support/direct_kernel.js";

globalThis.WebSocket = StubSocket;

async function open(answer) {
  const [kernel, handshake] = [new Kernel(), await Handshake.create()];
  StubSocket.answer = (hello) => answer(kernel, handshake.publicKey, hello);
  return openDirect(kernel.offer, handshake, "page-1");
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

test("a door that does not open within 3 s is given up", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const [kernel, handshake] = [new Kernel(), await Handshake.create()];
  StubSocket.answer = () => null;
  const made = StubSocket.made.length;
  const opening = openDirect(kernel.offer, handshake, "page-1");
  while (StubSocket.made.length === made) await new Promise(setImmediate);
  context.mock.timers.tick(3001);
  await assert.rejects(opening, /did not open/);
  assert.equal(StubSocket.made.at(-1).closed, true);
});

test("only this computer's own names are loopback", () => {
  for (const name of ["localhost", "127.0.0.1", "::1", "[::1]"])
    assert.equal(onLoopback(name), true);
  for (const name of ["example.org", "127.0.0.1.example.org", "", "10.0.0.1"]) {
    assert.equal(onLoopback(name), false);
  }
});
