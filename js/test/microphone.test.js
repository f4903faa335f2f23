import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import "./support/worklets.js";

const { Microphone } = await import("../src/microphone.js");

const CONTEXT = /** an AudioContext that nobody looks into */ {};

/** A device that opens when the test says so. */
class StubCapture {
  muted = false;
  closed = false;
  sampleRateHz = 48000;

  constructor(deviceId, onBlock) {
    Object.assign(this, { deviceId, onBlock });
  }

  read(samples) {
    samples.fill(0.5);
  }

  close() {
    this.closed = true;
  }

  /** Speak for a number of milliseconds. */
  speak(ms) {
    for (let at = 0; at < ms; at += 20) this.onBlock(new Int16Array(480).fill(1));
  }
}

class Scene {
  sent = [];
  problems = [];
  captures = [];
  error = null;
  gate = Promise.resolve();

  constructor() {
    const hardware = {
      open: async (_context, deviceId, onBlock) => {
        await this.gate;
        if (this.error) throw this.error;
        this.captures.push(new StubCapture(deviceId, onBlock));
        return this.captures.at(-1);
      },
      list: async () => [{ deviceId: "usb", label: "USB" }],
    };
    const send = (kind, fields, audio) => {
      this.sent.push({ kind, ...fields, ms: audio && audio.byteLength / 48 });
      if (kind === "mic-chunk" && this.answering) this.microphone.ack(fields.seq);
    };
    const problem = (sentence) => this.problems.push(sentence);
    this.microphone = new Microphone({ send, problem, tick() {}, changed() {} }, hardware);
  }

  answering = true;

  get capture() {
    return this.captures.at(-1);
  }

  open() {
    return this.microphone.open(CONTEXT);
  }

  /** What was sent, in short. */
  get log() {
    return this.sent.map(({ kind, state, down, ms }) => [kind, state ?? down ?? ms].join(" "));
  }
}

let scene;
let microphone;

beforeEach(() => {
  scene = new Scene();
  ({ microphone } = scene);
});

test("nothing opens by itself", () => {
  assert.equal(microphone.state, "off");
  assert.deepEqual(scene.log, []);
});

test("an open microphone says so with its rate, then its audio flows", async () => {
  await scene.open();
  assert.equal(microphone.state, "open");
  assert.equal(scene.sent[0].sample_rate_hz, 48000);
  scene.capture.speak(80);
  assert.deepEqual(scene.log, ["mic-state open", "mic-chunk 40", "mic-chunk 40"]);
});

test("closing stops the device and says so", async () => {
  await scene.open();
  microphone.close();
  assert.equal(scene.capture.closed, true);
  assert.deepEqual(scene.log, ["mic-state open", "mic-state closed"]);
});

test("a permission that comes after the user gave up opens nothing", async () => {
  let allow;
  scene.gate = new Promise((resolve) => (allow = resolve));
  const opening = scene.open();
  assert.equal(microphone.state, "opening");
  microphone.close();
  allow();
  await opening;
  assert.equal(scene.capture.closed, true);
  assert.equal(microphone.state, "off");
  assert.deepEqual(scene.log, []);
});

test("a refusal is told to the user in a sentence and to the kernel by name", async () => {
  scene.error = Object.assign(new Error("denied"), { name: "NotAllowedError" });
  await scene.open();
  assert.equal(microphone.state, "off");
  assert.match(scene.problems[0], /refused/);
  assert.deepEqual([scene.sent[0].state, scene.sent[0].reason], ["denied", "NotAllowedError"]);
});

test("muted, the device gives silence, and goes on to", async () => {
  await scene.open();
  microphone.mute(true);
  assert.equal(scene.capture.muted, true);
  scene.capture.speak(40);
  assert.deepEqual(scene.log, ["mic-state open", "mic-state muted", "mic-chunk 40"]);
});

test("held, it gives silence without being muted, and a mute outlasts the hold", async () => {
  await scene.open();
  microphone.hold(true);
  assert.deepEqual([scene.capture.muted, microphone.muted], [true, false]);
  microphone.mute(true);
  microphone.hold(false);
  assert.equal(scene.capture.muted, true);
  microphone.mute(false);
  assert.equal(scene.capture.muted, false);
});

test("a microphone that was muted before it opened opens muted", async () => {
  microphone.mute(true);
  await scene.open();
  assert.equal(scene.capture.muted, true);
  assert.deepEqual(scene.log, ["mic-state muted"]);
});

test("numbers go on when it opens again: none means two things", async () => {
  await scene.open();
  scene.capture.speak(80);
  microphone.close();
  await scene.open();
  scene.capture.speak(40);
  assert.equal(scene.sent.at(-1).seq, 2);
  assert.equal(microphone.stats.sent, 3);
});

test("what was held when it closed still leaves", async () => {
  await scene.open();
  scene.answering = false;
  scene.capture.speak(600);
  microphone.close();
  scene.answering = true;
  microphone.ack(7);
  assert.equal(microphone.stats.sentSamples, 600 * 24);
});

test("out of reach of the kernel what was held is given up, and counted when it opens again", async () => {
  await scene.open();
  scene.answering = false;
  scene.capture.speak(1900);
  microphone.lose();
  assert.equal(scene.capture.closed, true);
  assert.equal(microphone.droppedMs, 1520);
  scene.answering = true;
  microphone.ack(7);
  await scene.open();
  scene.capture.speak(40);
  assert.deepEqual([scene.sent.at(-1).seq, scene.sent.at(-1).dropped_ms], [8, 1520]);
  microphone.close();
  await scene.open();
  assert.equal(microphone.droppedMs, 0);
});

test("another device replaces the open one", async () => {
  await scene.open();
  await microphone.choose("usb", CONTEXT);
  assert.deepEqual(
    scene.captures.map(({ deviceId, closed }) => [deviceId, closed]),
    [
      ["", true],
      ["usb", false],
    ],
  );
});

test("a device chosen while it is off is opened with the next click only", async () => {
  await microphone.choose("usb", CONTEXT);
  assert.equal(scene.captures.length, 0);
  await scene.open();
  assert.equal(scene.capture.deviceId, "usb");
});

test("when the device goes away another is tried once", async () => {
  await scene.open();
  scene.capture.onEnded();
  await new Promise(setImmediate);
  assert.equal(microphone.state, "open");
  assert.deepEqual(scene.log, ["mic-state open", "mic-state ended", "mic-state open"]);
  scene.capture.onEnded();
  await new Promise(setImmediate);
  assert.equal(microphone.state, "off");
  assert.match(scene.problems.at(-1), /press the button/);
});

test("a device that goes away after it was closed is no event", async () => {
  await scene.open();
  const { capture } = scene;
  microphone.close();
  capture.onEnded();
  assert.equal(scene.log.includes("mic-state ended"), false);
});

test("push-to-talk: nothing leaves while the key is up", async () => {
  microphone.pushToTalk = true;
  await scene.open();
  scene.capture.speak(400);
  assert.deepEqual(scene.log, ["mic-state open"]);
});

test("push-to-talk: a microphone that waits asks twice a second whether the kernel is there", async () => {
  microphone.pushToTalk = true;
  await scene.open();
  scene.capture.speak(1000);
  assert.deepEqual(scene.log, ["mic-state open", "ping ", "ping "]);
});

test("push-to-talk: a ping that stays unanswered is waited for", async (t) => {
  const clock = t.mock.method(performance, "now", () => 1000);
  microphone.pushToTalk = true;
  await scene.open();
  scene.capture.speak(500);
  clock.mock.mockImplementation(() => 1600);
  scene.capture.speak(500);
  assert.equal(microphone.waitingMs, 600);
  microphone.pong(900);
  assert.equal(microphone.waitingMs, 600);
  microphone.pong(1600);
  assert.equal(microphone.waitingMs, 0);
});

test("push-to-talk: all that was said lies between key down and key up", async () => {
  microphone.pushToTalk = true;
  await scene.open();
  microphone.talk(true);
  scene.capture.speak(60);
  microphone.talk(false);
  scene.capture.speak(60);
  assert.deepEqual(scene.log, [
    "mic-state open",
    "talk true",
    "mic-chunk 40",
    "mic-chunk 20",
    "talk false",
  ]);
});

test("push-to-talk: key up waits for audio that is held back", async () => {
  microphone.pushToTalk = true;
  await scene.open();
  scene.answering = false;
  microphone.talk(true);
  scene.capture.speak(1000);
  microphone.talk(false);
  assert.equal(scene.log.includes("talk false"), false);
  scene.answering = true;
  microphone.ack(7);
  assert.equal(scene.log.at(-1), "talk false");
  const spoken = scene.sent.reduce((total, { ms = 0 }) => total + ms, 0);
  assert.equal(spoken, 1000);
});

test("push-to-talk: a key held down while permission is asked counts from then on", async () => {
  microphone.pushToTalk = true;
  const opening = scene.open();
  microphone.talk(true);
  await opening;
  assert.deepEqual(scene.log, ["mic-state open", "talk true"]);
});

test("push-to-talk: a key let go before permission came says nothing", async () => {
  microphone.pushToTalk = true;
  const opening = scene.open();
  microphone.talk(true);
  microphone.talk(false);
  await opening;
  assert.deepEqual(scene.log, ["mic-state open"]);
});

test("on another path unanswered audio is sent again, under its numbers", async () => {
  await scene.open();
  scene.answering = false;
  scene.capture.speak(80);
  scene.sent = [];
  microphone.path = "direct";
  assert.deepEqual(
    scene.sent.map(({ seq }) => seq),
    [0, 1],
  );
});

test("while off or muted the meter shows nothing", async () => {
  const samples = new Float32Array(4).fill(1);
  microphone.read(samples);
  assert.deepEqual([...samples], [0, 0, 0, 0]);
  await scene.open();
  microphone.read(samples);
  assert.equal(samples[0], 0.5);
  microphone.mute(true);
  microphone.read(samples);
  assert.equal(samples[0], 0);
});

test("audio that stays unanswered is waited for while the microphone is open, and not after", async (t) => {
  const clock = t.mock.method(performance, "now", () => 0);
  scene.answering = false;
  await scene.open();
  scene.capture.speak(40);
  clock.mock.mockImplementation(() => 12_000);
  assert.equal(microphone.waitingMs, 12_000);
  microphone.close();
  assert.equal(microphone.waitingMs, 0);
});
