import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Link } from "../src/link.js";
import { StubModel } from "./support/model.js";

// A page that is not on the kernel's computer: no direct path is tried.
globalThis.isSecureContext = true;
globalThis.location = { hostname: "example.org" };

let model;
let received;
let link;

beforeEach(() => {
  model = new StubModel();
  received = [];
  link = new Link(model, "me", () => ({ origin: "", hostname: "", secure: true, can_record: "", views: 2 }), {
    message: (message, audio) => received.push([message, audio]),
    path: () => assert.fail("no other path"),
  });
});

const snapshot = { kind: "snapshot", client: "me", items: [], order: [], notices: [] };

test("a page says who it is, and offers no key where no direct path is possible", async () => {
  await link.hello();
  const [{ kind, client, views, public_key }] = model.sent;
  assert.deepEqual([kind, client, views, public_key], ["hello", "me", 2, ""]);
});

test("what is sent before the kernel answered waits for the answer, in order", async () => {
  link.send("claim");
  link.send("say", { text: "hi" });
  assert.deepEqual(model.kinds(), []);
  model.deliver(snapshot);
  assert.deepEqual(model.kinds(), ["claim", "say"]);
  link.send("cancel");
  assert.deepEqual(model.kinds(), ["claim", "say", "cancel"]);
});

test("audio travels as the message's one buffer", () => {
  model.deliver(snapshot);
  const pcm = Int16Array.of(1, 2, 3).buffer;
  link.send("mic-chunk", { seq: 0, dropped_ms: 0 }, pcm);
  assert.equal(model.sent[0].audio, pcm);
  link.send("cancel");
  assert.equal(model.sent[1].audio, undefined);
});

test("a message for another page is not received", () => {
  model.deliver({ kind: "mic-ack", client: "other", seq: 1 });
  assert.deepEqual(received, []);
});

test("audio of the kernel arrives with its message", () => {
  model.deliver({ kind: "play-chunk", client: "me", epoch: 0, item_id: "a" }, Int16Array.of(5).buffer);
  assert.equal(received[0][0].kind, "play-chunk");
  assert.equal(received[0][1].byteLength, 2);
});

test("a page that leaves says so and hears nothing any more", () => {
  model.deliver(snapshot);
  link.close();
  assert.deepEqual(model.kinds(), ["bye"]);
  link.send("cancel");
  assert.deepEqual(model.kinds(), ["bye"]);
  assert.equal(model.handlers, 0);
});
