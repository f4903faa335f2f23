import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { HalfDuplex, TAIL_MS } from "../src/half_duplex.js";

let held;
let halfDuplex;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  held = [];
  halfDuplex = new HalfDuplex((on) => held.push(on));
});

test("the microphone is held at once and let go when the room is quiet", () => {
  halfDuplex.on = true;
  held.length = 0;
  halfDuplex.sounding = true;
  assert.deepEqual(held, [true]);
  halfDuplex.sounding = false;
  mock.timers.tick(TAIL_MS - 1);
  assert.deepEqual(held, [true]);
  mock.timers.tick(1);
  assert.deepEqual(held, [true, false]);
});

test("a pause within the reply lets nothing through", () => {
  halfDuplex.on = true;
  halfDuplex.sounding = true;
  halfDuplex.sounding = false;
  mock.timers.tick(TAIL_MS - 1);
  halfDuplex.sounding = true;
  mock.timers.tick(10 * TAIL_MS);
  assert.equal(held.at(-1), true);
});

test("in full duplex nothing is held", () => {
  halfDuplex.sounding = true;
  halfDuplex.sounding = false;
  mock.timers.tick(TAIL_MS);
  assert.deepEqual(held, []);
});

test("switching counts while the reply sounds", () => {
  halfDuplex.sounding = true;
  halfDuplex.on = true;
  assert.equal(held.at(-1), true);
  halfDuplex.on = false;
  assert.equal(held.at(-1), false);
});
