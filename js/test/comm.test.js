import assert from "node:assert/strict";
import { test } from "node:test";

import { kernelMessage, pack, pageMessage, unpack } from "../src/comm.js";

test("a frame is a u32 length, little-endian, the JSON, and the audio", () => {
  const frame = new Uint8Array(pack({ a: 1 }, Uint8Array.of(5, 6).buffer));
  assert.deepEqual([...frame], [7, 0, 0, 0, ...new TextEncoder().encode('{"a":1}'), 5, 6]);
});

test("what is packed is unpacked: text of any language, and every byte of the audio", () => {
  const audio = Uint8Array.from({ length: 256 }, (_, i) => i).buffer;
  const content = { kind: "say", text: "Grüße, 世界 🎙" };
  assert.deepEqual(unpack(pack(content, audio)), { content, audio });
});

test("a message without audio has an empty payload", () => {
  assert.equal(unpack(pack({})).audio.byteLength, 0);
});

for (const [what, bytes] of [
  ["too short for a length", [1, 0]],
  ["shorter than its length says", [9, 0, 0, 0, 123, 125]],
  ["not JSON", [2, 0, 0, 0, 123, 123]],
  ["not UTF-8", [1, 0, 0, 0, 255]],
]) {
  test(`a frame that is ${what} is no message`, () => {
    assert.equal(unpack(Uint8Array.from(bytes).buffer), null);
  });
}

test("a message of this page names its kind and the page", () => {
  assert.deepEqual(pageMessage("say", "me", { text: "hi" }), {
    kind: "say",
    client: "me",
    text: "hi",
  });
});

test("a message that lacks a field is a mistake of the caller", () => {
  assert.throws(() => pageMessage("say", "me"), /say: lacks text/);
});

test("a message to another page is none for this one", () => {
  const ack = { kind: "mic-ack", client: "other", seq: 1 };
  assert.equal(kernelMessage(ack, "me"), null);
  assert.deepEqual(kernelMessage({ ...ack, client: "me" }, "me").seq, 1);
});

test("a message to nobody in particular is for every page", () => {
  assert.equal(kernelMessage({ kind: "speaking", who: "user" }, "me").who, "user");
});

for (const content of [
  null,
  "snapshot",
  3,
  {},
  { kind: "constructor" },
  { kind: "toString" },
  { kind: "mic-chunk" },
]) {
  test(`${JSON.stringify(content)} is no message of the kernel`, () => {
    assert.equal(kernelMessage(content, "me"), null);
  });
}
