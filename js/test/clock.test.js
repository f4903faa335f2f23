import assert from "node:assert/strict";
import test from "node:test";

import { KernelClock } from "../src/clock.js";

test("before the first answer no moment is known", () => {
  assert.equal(new KernelClock().at(5), null);
});

test("the kernel read its clock in the middle of the round trip, give or take half of it", () => {
  const clock = new KernelClock();
  clock.answered(100, 5000, 120);
  assert.deepEqual(clock.at(110), { atMs: 5000, errorMs: 10 });
  assert.deepEqual(clock.at(210), { atMs: 5100, errorMs: 10 });
});

test("the quickest round trip says the most, wherever it comes", () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    const answers = /** @type {[number, number, number][]} */ ([
      [100, 5090, 200],
      [300, 5301, 302],
    ]);
    const clock = new KernelClock();
    for (const n of order) clock.answered(.../** @type {any} */ (answers[n]));
    assert.deepEqual(clock.at(301), { atMs: 5301, errorMs: 1 });
  }
});

test("true offsets lie within the error that is stated", () => {
  const clock = new KernelClock();
  const offset = 12_345.6;
  let random = 7;
  for (let n = 0; n < 200; n++) {
    random = (random * 16_807) % 2_147_483_647;
    const [there, back] = [2 + (random % 40), 2 + (random % 53)];
    clock.answered(n * 1000, n * 1000 + there + offset, n * 1000 + there + back);
    const time = clock.at(n * 1000);
    assert.ok(time && Math.abs(time.atMs - (n * 1000 + offset)) <= time.errorMs);
  }
});

test("old answers are forgotten, because clocks drift", () => {
  const clock = new KernelClock();
  clock.answered(0, 1000, 1);
  for (let n = 1; n <= 40; n++) clock.answered(n * 1000, n * 1000 + 2005, n * 1000 + 10);
  assert.deepEqual(clock.at(50_000), { atMs: 52_000, errorMs: 5 });
});

test("what is no answer changes nothing", () => {
  const clock = new KernelClock();
  clock.answered(100, Number.NaN, 120);
  clock.answered(100, 5000, 90);
  assert.equal(clock.at(0), null);
});

test("what happened before the first answer is dated once it has come, and once only", () => {
  const clock = new KernelClock();
  /** @type {number[]} */
  const told = [];
  clock.date(110, ({ atMs }) => told.push(atMs));
  assert.deepEqual(told, []);
  clock.answered(100, 5000, 120);
  clock.answered(200, 5100, 220);
  clock.date(210, ({ atMs }) => told.push(atMs));
  assert.deepEqual(told, [5000, 5100]);
});
