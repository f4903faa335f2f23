import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { pack, unpack } from "../src/comm.js";
import { Link } from "../src/link.js";
import { honest, Kernel, StubSocket } from "./support/direct_kernel.js";
import { StubModel } from "./support/model.js";

globalThis.WebSocket = StubSocket;
globalThis.isSecureContext = true;
mock.method(console, "info", () => {});

let model;
let received;
let paths;
let link;

beforeEach(() => {
  globalThis.location = { hostname: "example.org" };
  model = new StubModel();
  received = [];
  paths = [];
  link = new Link(
    model,
    "me",
    () => ({ origin: "", hostname: "", secure: true, can_record: "", views: 2 }),
    {
      message: (message, audio) => received.push([message, audio]),
      path: (path) => paths.push(path),
    },
  );
});

afterEach(() => link.close());

/** Say hello from the kernel's own computer; the kernel offers a direct path. */
async function upgrade(answer = honest) {
  globalThis.location = { hostname: "localhost" };
  await link.hello();
  const kernel = new Kernel();
  const { public_key: key } = model.sent.find(
    ({ kind, public_key }) => kind === "hello" && public_key,
  );
  StubSocket.answer = (hello) => answer(kernel, key, hello);
  model.deliver(snapshot);
  model.sent = [];
  const offers = StubSocket.made.length;
  model.deliver({ kind: "direct-offer", client: "me", ...kernel.offer });
  while (StubSocket.made.length === offers) await new Promise(setImmediate);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve));
  return StubSocket.made.at(-1);
}

const snapshot = { kind: "snapshot", client: "me", items: [], order: [], notices: [] };

test("a page says who it is, and offers no key where no direct path is possible", async () => {
  await link.hello();
  const [{ kind, client, views, public_key }] = model.sent;
  assert.deepEqual([kind, client, views, public_key], ["hello", "me", 2, ""]);
});

test("hellos are numbered: the kernel may take them in another order", async () => {
  await link.hello();
  await link.hello();
  assert.deepEqual(model.sent.map(({ number }) => number), [0, 1]);
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
  model.deliver(
    { kind: "play-chunk", client: "me", epoch: 0, item_id: "a" },
    Int16Array.of(5).buffer,
  );
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

test("after the handshake all goes over the direct path, both ways", async () => {
  const socket = await upgrade();
  assert.deepEqual(paths, ["direct"]);
  assert.equal(link.path, "direct");
  link.send("mic-chunk", { seq: 0, dropped_ms: 0 }, Int16Array.of(7).buffer);
  assert.deepEqual(model.kinds(), []);
  const { content, audio } = unpack(socket.frames[0]);
  assert.deepEqual(
    [content.kind, content.client, new Int16Array(audio)[0]],
    ["mic-chunk", "me", 7],
  );
  socket.onmessage({
    data: pack({ kind: "play-chunk", client: "me", epoch: 0 }, Int16Array.of(9).buffer),
  });
  assert.equal(received.at(-1)[0].kind, "play-chunk");
});

test("a frame that is no message is ignored", async () => {
  const socket = await upgrade();
  const before = received.length;
  for (const data of ["text", new ArrayBuffer(2), pack({ kind: "mic-chunk" }), pack(null)]) {
    socket.onmessage({ data });
  }
  assert.equal(received.length, before);
});

test("a kernel that cannot prove itself leaves the comm in use", async () => {
  const socket = await upgrade(() => "{}");
  assert.equal(socket.closed, true);
  assert.deepEqual(paths, []);
  link.send("cancel");
  assert.deepEqual(model.kinds(), ["cancel"]);
});

test("while a direct path is open or asked for, no key is offered", async () => {
  await upgrade();
  await link.hello();
  assert.equal(unpack(StubSocket.made.at(-1).frames.at(-1)).content.public_key, "");
});

test("when the direct path closes, the comm carries on", async () => {
  const socket = await upgrade();
  socket.drop();
  assert.deepEqual(paths, ["direct", "comm"]);
  link.send("cancel");
  assert.deepEqual(model.kinds(), ["cancel"]);
});

test("a direct path that closes is asked for again, with a new key, three times in all", async () => {
  const keys = new Set();
  for (let attempt = 0; attempt < 3; attempt++) {
    const socket = await upgrade((kernel, key, hello) => {
      keys.add(key);
      return honest(kernel, key, hello);
    });
    socket.drop();
  }
  assert.equal(keys.size, 3);
  await link.hello();
  assert.equal(model.sent.at(-1).public_key, "");
});

test("an offer that nobody asked for is not taken", async () => {
  const made = StubSocket.made.length;
  model.deliver({ kind: "direct-offer", client: "me", ...new Kernel().offer });
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  assert.equal(StubSocket.made.length, made);
});

test("a page that leaves closes its direct path", async () => {
  const socket = await upgrade();
  link.close();
  assert.equal(unpack(socket.frames.at(-1)).content.kind, "bye");
  assert.equal(socket.closed, true);
});
