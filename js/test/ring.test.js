import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { PlaybackRing } from "../src/ring.js";

const QUANTUM = 128;

/** 24 kHz samples: 1, 2, 3… so that each can be told from the others. */
function counting(samples, from = 1) {
  return Int16Array.from({ length: samples }, (_, i) => from + i);
}

const loud = (ms) => new Int16Array(ms * 24).fill(8000);
const quiet = (ms) => new Int16Array(ms * 24).fill(20);

/** Render a number of quanta; the samples as PCM16. */
function play(ring, quanta) {
  const output = new Float32Array(QUANTUM);
  const heard = [];
  for (let i = 0; i < quanta; i++) {
    ring.render(output, QUANTUM);
    heard.push(...output.map((value) => Math.round(value * 32767)));
  }
  return heard;
}

/** Render until the ring has nothing more to say. */
function playOut(ring) {
  const heard = [];
  while (ring.sounding) heard.push(...play(ring, 1));
  return heard;
}

test("a complete item is heard whole, in order, once", () => {
  const ring = new PlaybackRing();
  ring.push(0, counting(1000));
  ring.push(0, counting(500, 1001));
  ring.end(0);
  assert.deepEqual(playOut(ring).slice(0, 1500), [...counting(1500)]);
  assert.equal(ring.played, 1500);
  assert.equal(ring.underruns, 0);
});

test("a ring that comes amid an epoch counts on from there", () => {
  const ring = new PlaybackRing();
  ring.push(2, counting(1000), 48_000);
  ring.push(2, counting(500, 1001), 49_000);
  ring.end(2);
  assert.deepEqual(playOut(ring).slice(0, 1500), [...counting(1500)]);
  assert.equal(ring.played, 49_500);
});

test("nothing sounds before the prebuffer is full", () => {
  const ring = new PlaybackRing({ prebufferMs: 100 });
  ring.push(0, loud(80));
  assert.deepEqual(new Set(play(ring, 10)), new Set([0]));
  assert.equal(ring.played, 0);
  ring.push(0, loud(20));
  assert.equal(play(ring, 1)[0], 8000);
});

test("an item shorter than the prebuffer sounds as soon as it is complete", () => {
  const ring = new PlaybackRing({ prebufferMs: 100 });
  ring.push(0, loud(30));
  ring.end(0);
  assert.equal(play(ring, 1)[0], 8000);
});

test("an interruption tells to the sample what was rendered", () => {
  const ring = new PlaybackRing();
  ring.push(3, loud(1000));
  play(ring, 17);
  assert.equal(ring.flush(3), 17 * QUANTUM);
});

test("after an interruption there is silence within 5 ms, without a click", () => {
  const ring = new PlaybackRing();
  ring.push(0, loud(1000));
  play(ring, 17);
  ring.flush(0);
  const after = play(ring, 10);
  assert.ok(after.slice(120).every((value) => Math.abs(value) < 100));
  const steps = after.map((value, i) => Math.abs(value - (after[i - 1] ?? 8000)));
  assert.ok(Math.max(...steps) <= 800);
});

test("audio of an interrupted epoch that comes late is not heard", () => {
  const ring = new PlaybackRing();
  ring.push(0, loud(500));
  play(ring, 2);
  ring.flush(0);
  play(ring, 5);
  ring.push(0, loud(500));
  ring.end(0);
  assert.deepEqual(new Set(play(ring, 20)), new Set([0]));
  assert.equal(ring.flush(0), 2 * QUANTUM);
});

test("the next epoch is heard after an interruption, and counted from 0", () => {
  const ring = new PlaybackRing();
  ring.push(0, loud(500));
  play(ring, 4);
  ring.flush(0);
  play(ring, 4);
  ring.push(1, counting(300));
  ring.end(1);
  assert.deepEqual(playOut(ring).slice(0, 300), [...counting(300)]);
  assert.equal(ring.played, 300);
});

test("a flush of an epoch whose audio never came says that nothing was heard", () => {
  const ring = new PlaybackRing();
  ring.push(0, loud(100));
  assert.equal(ring.flush(4), 0);
  ring.push(2, loud(500));
  assert.deepEqual(new Set(play(ring, 20)), new Set([0]));
});

test("a flush of the epoch before the current one tells what was heard of it", () => {
  const ring = new PlaybackRing();
  ring.push(0, loud(500));
  play(ring, 3);
  ring.push(1, loud(500));
  assert.equal(ring.flush(0), 3 * QUANTUM);
  assert.equal(play(ring, 1)[0], 8000);
});

test("running empty inside an item is an underrun, at its end it is not", () => {
  const ring = new PlaybackRing();
  ring.push(0, loud(200));
  play(ring, 60);
  assert.equal(ring.underruns, 1);
  ring.push(0, loud(200));
  ring.end(0);
  play(ring, 60);
  assert.equal(ring.underruns, 1);
});

test("after an underrun the prebuffer fills again before sound goes on", () => {
  const ring = new PlaybackRing({ prebufferMs: 100 });
  ring.push(0, loud(200));
  play(ring, 60);
  ring.push(0, loud(60));
  assert.deepEqual(new Set(play(ring, 4)), new Set([0]));
  ring.push(0, loud(60));
  assert.equal(play(ring, 1)[0], 8000);
});

test("the delay of a stall is made good in the pauses of the speech, and no speech is cut", () => {
  const ring = new PlaybackRing({ prebufferMs: 100 });
  ring.push(0, loud(200));
  play(ring, 100);
  assert.ok(ring.debtMs > 300);
  for (let sentence = 0; sentence < 4; sentence++) {
    ring.push(0, loud(300));
    ring.push(0, quiet(400));
  }
  ring.push(0, loud(300));
  ring.end(0);
  const heard = playOut(ring);
  assert.equal(ring.debtMs, 0);
  assert.equal(heard.filter((value) => value === 8000).length, 5 * 300 * 24);
  assert.equal(ring.played, (200 + 4 * 700 + 300) * 24);
});

test("a pause is shortened to no less than 20 ms", () => {
  const ring = new PlaybackRing({ prebufferMs: 40 });
  ring.push(0, loud(100));
  play(ring, 400);
  ring.push(0, loud(100));
  ring.push(0, quiet(500));
  ring.push(0, loud(300));
  ring.end(0);
  const heard = playOut(ring).slice(0, 100 * 24 + 600);
  assert.equal(ring.skipped > 0, true);
  assert.ok(heard.filter((value) => value === 20).length >= 20 * 24);
});

test("without a stall no pause is shortened", () => {
  const ring = new PlaybackRing();
  ring.push(0, loud(300));
  ring.push(0, quiet(2000));
  ring.push(0, loud(300));
  ring.end(0);
  playOut(ring);
  assert.equal(ring.skipped, 0);
});

test("waiting between two items is no debt", () => {
  const ring = new PlaybackRing();
  ring.push(0, loud(200));
  ring.end(0);
  play(ring, 200);
  assert.equal(ring.debtMs, 0);
  assert.equal(ring.sounding, false);
});

test("an end that comes after the ring ran empty settles the item", () => {
  const ring = new PlaybackRing();
  ring.push(0, loud(200));
  play(ring, 100);
  assert.equal(ring.sounding, true);
  ring.end(0);
  assert.equal(ring.sounding, false);
  assert.equal(ring.debtMs, 0);
});

test("a minute and more goes round the ring without a lost sample", () => {
  const ring = new PlaybackRing({ capacity: 3100, prebufferMs: 0 });
  const heard = [];
  for (let piece = 0; piece < 40; piece++) {
    ring.push(0, counting(700, 1 + piece * 700));
    heard.push(...play(ring, 5));
  }
  ring.end(0);
  heard.push(...playOut(ring));
  assert.deepEqual(heard.slice(0, 28000), [...counting(28000)]);
});

test("what does not fit is counted, and what was there before is kept", () => {
  const ring = new PlaybackRing({ capacity: 1000 });
  ring.push(0, counting(900));
  ring.push(0, counting(300, 901));
  ring.end(0);
  assert.equal(ring.overflowed, 200);
  assert.deepEqual(playOut(ring).slice(0, 1000), [...counting(1000)]);
});

test("rendering allocates no memory to speak of", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  const ring = new PlaybackRing();
  const output = new Float32Array(QUANTUM);
  ring.push(0, loud(30000));
  for (let i = 0; i < 1000; i++) ring.render(output, QUANTUM);
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 4000; i++) ring.render(output, QUANTUM);
  assert.ok(process.memoryUsage().heapUsed - before < 200_000);
});

test("the first loud sample of each item is told once, also behind silence", () => {
  const ring = new PlaybackRing({ prebufferMs: 0 });
  const out = new Float32Array(1000);
  const quiet = new Int16Array(100);
  const loud = new Int16Array(100).fill(8000);
  for (const part of [quiet, loud, loud]) ring.push(0, part);
  ring.end(0);
  for (const part of [quiet, quiet, loud]) ring.push(0, part);
  ring.end(0);
  assert.equal(ring.takeAudible(), -1);
  ring.render(out, 150);
  assert.equal(ring.takeAudible(), 100);
  ring.render(out, 350);
  assert.equal(ring.takeAudible(), -1);
  ring.render(out, 100);
  assert.equal(ring.takeAudible(), 500);
  assert.equal(ring.takeAudible(), -1);
});

test("a new epoch has a first loud sample of its own", () => {
  const ring = new PlaybackRing({ prebufferMs: 0 });
  const out = new Float32Array(1000);
  const loud = new Int16Array(100).fill(8000);
  ring.push(0, loud);
  ring.render(out, 50);
  ring.flush(0);
  ring.takeAudible();
  ring.push(1, loud);
  ring.end(1);
  ring.render(out, 50);
  assert.equal(ring.takeAudible(), 0);
});
