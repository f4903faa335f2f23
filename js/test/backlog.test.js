import assert from "node:assert/strict";
import { test } from "node:test";

import { Backlog } from "../src/backlog.js";

const BLOCK = 480;

/** A microphone, a kernel that acknowledges after `delayMs`, and a clock between them. */
class Scene {
  now = 0;
  delayMs = 5;
  answering = true;
  sent = [];
  #acks = [];
  #recorded = 0;

  constructor(path) {
    this.backlog = new Backlog(path, 0, () => this.now);
  }

  /** Let time go by, 20 ms of microphone at a time. */
  run(ms) {
    for (let at = 0; at < ms; at += 20) {
      this.now += 20;
      this.backlog.push(new Int16Array(BLOCK).fill(this.#recorded++));
      this.#deliver();
      this.pump();
    }
  }

  pump() {
    for (let chunk = this.backlog.next(); chunk; chunk = this.backlog.next()) {
      this.sent.push(chunk);
      this.#acks.push({ at: this.now + this.delayMs, seq: chunk.seq });
    }
  }

  #deliver() {
    if (!this.answering) return;
    for (const { seq } of this.#acks.filter(({ at }) => at <= this.now)) this.backlog.ack(seq);
    this.#acks = this.#acks.filter(({ at }) => at > this.now);
  }

  get sizesMs() {
    return this.sent.map(({ pcm }) => pcm.length / 24);
  }

  /** The number of each 20 ms block that was sent, in the order of sending. */
  get blocks() {
    return this.sent.flatMap(({ pcm }) => [...pcm].filter((_, i) => i % BLOCK === 0));
  }
}

const range = (from, to) => Array.from({ length: to - from }, (_, i) => from + i);

test("chunks are 20 ms on the direct path and 40 ms over the comm", () => {
  const direct = new Scene("direct");
  direct.run(200);
  assert.deepEqual(new Set(direct.sizesMs), new Set([20]));
  const comm = new Scene("comm");
  comm.run(200);
  assert.deepEqual(new Set(comm.sizesMs), new Set([40]));
});

test("every block is sent once, in order, numbered from 0", () => {
  const scene = new Scene("comm");
  scene.run(2000);
  assert.deepEqual(scene.blocks, range(0, 100));
  assert.deepEqual(
    scene.sent.map(({ seq }) => seq),
    range(0, 50),
  );
  assert.equal(scene.backlog.droppedMs, 0);
});

test("chunks become 100 ms when more than 250 ms are unacknowledged", () => {
  const scene = new Scene("comm");
  scene.delayMs = 320;
  scene.run(2000);
  assert.equal(scene.sizesMs.at(-1), 100);
  assert.deepEqual(scene.blocks, range(0, scene.blocks.length));
});

test("chunks are small again when the kernel has caught up", () => {
  const scene = new Scene("comm");
  scene.delayMs = 320;
  scene.run(2000);
  scene.delayMs = 5;
  scene.run(2000);
  assert.equal(scene.sizesMs.at(-1), 40);
});

test("a kernel that answers nothing gets at most 0.4 s at first", () => {
  const scene = new Scene("comm");
  scene.answering = false;
  scene.run(10000);
  assert.ok(scene.backlog.unackedMs <= 400);
});

test("what is under way and held is 2 s at most, and the rest is dropped and counted", () => {
  const scene = new Scene("comm");
  scene.answering = false;
  scene.run(10000);
  const { unackedMs, heldMs, droppedMs } = scene.backlog;
  assert.equal(unackedMs + heldMs, 2000);
  assert.equal(droppedMs, 8000);
});

test("after a stall the newest audio is sent at once, and the delay is gone", () => {
  const scene = new Scene("comm");
  scene.run(1000);
  scene.answering = false;
  scene.run(10000);
  scene.answering = true;
  scene.run(200);
  assert.ok(scene.backlog.unackedMs + scene.backlog.heldMs <= 200);
  assert.deepEqual(
    scene.blocks.slice(-85),
    range(scene.blocks.at(-1) - 84, scene.blocks.at(-1) + 1),
  );
  assert.ok(scene.blocks.at(-1) >= 555);
});

test("each chunk says how much was dropped before it", () => {
  const scene = new Scene("comm");
  scene.answering = false;
  scene.run(5000);
  scene.answering = true;
  scene.run(1000);
  assert.equal(scene.sent.at(-1).droppedMs, scene.backlog.droppedMs);
  const missing = 300 - new Set(scene.blocks).size - scene.backlog.heldMs / 20;
  assert.equal(missing * 20, scene.backlog.droppedMs);
});

test("a slow but steady path loses nothing: the window follows the round trip", () => {
  const scene = new Scene("comm");
  scene.delayMs = 700;
  scene.run(20000);
  assert.equal(scene.backlog.droppedMs, 0);
  assert.deepEqual(scene.blocks, range(0, scene.blocks.length));
  assert.ok(scene.blocks.length > 900);
});

test("on another path what was not acknowledged is sent again, with its number", () => {
  const scene = new Scene("direct");
  scene.run(200);
  scene.answering = false;
  scene.run(100);
  scene.sent = [];
  scene.backlog.setPath("comm");
  scene.pump();
  assert.deepEqual(
    scene.sent.map(({ seq }) => seq),
    range(9, 15),
  );
});

test("the same path again repeats nothing", () => {
  const scene = new Scene("comm");
  scene.answering = false;
  scene.run(200);
  scene.backlog.setPath("comm");
  assert.equal(scene.backlog.next(), null);
});

test("the end of a turn leaves at once, though it is smaller than a chunk", () => {
  const scene = new Scene("comm");
  scene.run(60);
  assert.equal(scene.sent.length, 1);
  scene.backlog.finish();
  scene.pump();
  assert.deepEqual(scene.sizesMs, [40, 20]);
});

test("what is given up is counted, and what is under way still arrives", () => {
  const scene = new Scene("comm");
  scene.answering = false;
  scene.run(1000);
  scene.backlog.drop();
  assert.deepEqual([scene.backlog.droppedMs, scene.backlog.heldMs], [620, 0]);
  assert.equal(scene.backlog.unackedMs, 380);
});

test("the audio of a block is copied: the microphone reuses it", () => {
  const backlog = new Backlog("direct", 0, () => 0);
  const block = new Int16Array(BLOCK).fill(7);
  backlog.push(block);
  block.fill(0);
  assert.equal(backlog.next().pcm[0], 7);
});

test("it is known how long the oldest audio waits for an answer", () => {
  const scene = new Scene("comm");
  assert.equal(scene.backlog.waitingMs, 0);
  scene.answering = false;
  scene.run(3000);
  assert.equal(scene.backlog.waitingMs, 2960);
});

test("an answered ping acknowledges what left before it", () => {
  const scene = new Scene("comm");
  scene.answering = false;
  scene.run(200);
  scene.backlog.ackUntil(120);
  assert.equal(scene.backlog.unackedMs, 80);
  scene.backlog.ackUntil(200);
  assert.equal(scene.backlog.waitingMs, 0);
});

test("an acknowledgement of what was never sent is none", () => {
  const scene = new Scene("comm");
  scene.answering = false;
  scene.run(80);
  scene.backlog.ack(70);
  assert.equal(scene.backlog.unackedMs, 80);
});
