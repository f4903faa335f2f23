import assert from "node:assert/strict";
import { test } from "node:test";

import { dbfs, encode, meterOf, msOf, samplesIn, samplesOf, toFloat, toInt16 } from "../src/pcm.js";

test("full scale is 32767 in both directions, and what is louder is clipped", () => {
  assert.deepEqual(
    [...encode(Float32Array.of(0, 1, -1, 1.5, -2))],
    [0, 32767, -32767, 32767, -32767],
  );
  assert.equal(toFloat(32767), 1);
});

test("every PCM16 value survives the way to float and back, but the lowest is clipped", () => {
  for (let value = -32767; value <= 32767; value++) {
    if (toInt16(toFloat(value)) !== value)
      assert.fail(`${value} became ${toInt16(toFloat(value))}`);
  }
  assert.equal(toInt16(toFloat(-32768)), -32767);
});

test("a payload is little-endian samples, wherever in its buffer it lies", () => {
  const bytes = Uint8Array.of(9, 9, 9, 0x01, 0x00, 0xff, 0x7f, 0x00, 0x80);
  const view = new DataView(bytes.buffer, 3, 6);
  assert.deepEqual([...samplesOf(view)], [1, 32767, -32768]);
});

test("a byte left over at the end of a payload is dropped", () => {
  assert.deepEqual([...samplesOf(Uint8Array.of(1, 0, 7).buffer)], [1]);
});

test("a payload is copied, so that it can be handed to another thread", () => {
  const bytes = Uint8Array.of(1, 0);
  const samples = samplesOf(bytes);
  bytes[0] = 5;
  assert.equal(samples[0], 1);
});

test("20 ms are 480 samples at the API's rate", () => {
  assert.equal(samplesIn(20), 480);
  assert.equal(msOf(480), 20);
  assert.equal(samplesIn(20, 48000), 960);
});

test("a full-scale square wave is 0 dBFS, a sine 3 dB less, silence -100", () => {
  assert.equal(dbfs(Float32Array.of(1, -1, 1, -1)), 0);
  const sine = Float32Array.from({ length: 480 }, (_, i) => Math.sin((2 * Math.PI * i) / 48));
  assert.ok(Math.abs(dbfs(sine) + 3.01) < 0.01);
  assert.equal(dbfs(new Float32Array(10)), -100);
  assert.equal(dbfs(new Float32Array(0)), -100);
});

test("a meter shows nothing of silence and is full for loud speech", () => {
  assert.equal(meterOf(-100), 0);
  assert.equal(meterOf(-60), 0);
  assert.equal(meterOf(-35), 0.5);
  assert.equal(meterOf(-3), 1);
});
