import assert from "node:assert/strict";
import { test } from "node:test";

import { Resampler } from "../src/resample.js";
import { noise, powerDb, randoms, signalToNoiseDb, sine } from "./support/signals.js";

/** Push all in pieces of the sizes that `pieces` yields. */
function resample(samples, fromHz, toHz, pieces = () => 128) {
  const resampler = new Resampler(fromHz, toHz);
  const output = new Float32Array(40000);
  const parts = [];
  for (let at = 0; at < samples.length;) {
    const piece = samples.subarray(at, at + pieces());
    const count = resampler.push(piece, piece.length, output);
    parts.push(...output.subarray(0, count));
    at += piece.length;
  }
  return Float32Array.from(parts);
}

/** Without what the beginning and the end of the input do to it. */
const inner = (samples) => samples.slice(500, -500);

const CAPTURE_RATES = [8000, 16000, 22050, 32000, 44100, 48000, 96000, 192000];
const PLAYBACK_RATES = [16000, 22050, 44100, 48000, 96000];

for (const rateHz of CAPTURE_RATES) {
  test(`speech frequencies pass from ${rateHz} Hz to 24 kHz 90 dB above their distortion`, () => {
    const hz = rateHz < 20000 ? 1000 : 3000;
    const resampled = inner(resample(sine(hz, rateHz, rateHz), rateHz, 24000));
    assert.ok(signalToNoiseDb(resampled, hz, 24000) > 90);
    assert.ok(Math.abs(powerDb(resampled) - powerDb(sine(hz, 24000, 24000))) < 0.05);
  });
}

for (const rateHz of PLAYBACK_RATES) {
  test(`speech frequencies pass from 24 kHz to ${rateHz} Hz 90 dB above their distortion`, () => {
    const resampled = inner(resample(sine(3000, 24000, 24000), 24000, rateHz));
    assert.ok(signalToNoiseDb(resampled, 3000, rateHz) > 90);
  });
}

for (const [rateHz, hz] of [
  [44100, 13000],
  [48000, 13000],
  [48000, 20000],
  [96000, 40000],
]) {
  test(`${hz} Hz at ${rateHz} Hz, which 24 kHz cannot hold, is gone and not folded down`, () => {
    const resampled = inner(resample(sine(hz, rateHz, rateHz), rateHz, 24000));
    assert.ok(powerDb(resampled) - powerDb(sine(hz, rateHz, rateHz)) < -80);
  });
}

test("raising the rate adds no image of the sound above 12 kHz", () => {
  const resampled = inner(resample(sine(9000, 24000, 24000), 24000, 48000));
  assert.ok(signalToNoiseDb(resampled, 9000, 48000) > 80);
});

test("10 kHz passes within half a decibel", () => {
  const resampled = inner(resample(sine(10000, 48000, 48000), 48000, 24000));
  assert.ok(Math.abs(powerDb(resampled) - powerDb(sine(10000, 24000, 24000))) < 0.5);
});

for (const rateHz of [22050, 44100, 48000, 44056]) {
  test(`how the input is cut makes no difference, bit for bit, at ${rateHz} Hz`, () => {
    const samples = noise(30000);
    const random = randoms(7);
    const whole = resample(samples, rateHz, 24000, () => 4096);
    assert.deepEqual(resample(samples, rateHz, 24000), whole);
    const ragged = () => 1 + Math.floor(random.next().value * 700);
    assert.deepEqual(resample(samples, rateHz, 24000, ragged), whole);
  });
}

test("a minute at 44.1 kHz has neither drift nor a lost sample", () => {
  const resampler = new Resampler(44100, 24000);
  const piece = new Float32Array(4096);
  const output = new Float32Array(4096);
  let produced = 0;
  for (let at = 0; at < 44100 * 60; at += piece.length) {
    produced += resampler.push(piece, piece.length, output);
  }
  const pushed = Math.ceil((44100 * 60) / 4096) * 4096;
  const expected = Math.floor(((pushed - resampler.delay) * 24000) / 44100);
  assert.ok(Math.abs(produced - expected) <= 1, `${produced} of ${expected}`);
});

test("the first output lies at the first input: nothing is shifted", () => {
  const pulse = new Float32Array(2000);
  pulse[800] = 1;
  const resampled = resample(pulse, 48000, 24000);
  assert.equal(resampled.indexOf(Math.max(...resampled)), 400);
});

test("equal rates pass unchanged, with no delay", () => {
  const samples = noise(1000);
  assert.deepEqual(resample(samples, 24000, 24000), samples);
  assert.equal(new Resampler(24000, 24000).delay, 0);
});

for (const rateHz of [24000, 22050, 44100, 48000, 192000]) {
  test(`a player at ${rateHz} Hz can ask how many samples fill its next quantum`, () => {
    const resampler = new Resampler(24000, rateHz);
    const output = new Float32Array(128);
    const input = new Float32Array(4096);
    for (let quantum = 0; quantum < 500; quantum++) {
      assert.equal(resampler.push(input, resampler.inputsFor(128), output), 128);
    }
  });
}

test("after a reset it sounds as if it were new", () => {
  const resampler = new Resampler(48000, 24000);
  const [used, fresh] = [new Float32Array(64), new Float32Array(64)];
  resampler.push(noise(1000), 1000, new Float32Array(600));
  resampler.reset();
  const input = noise(128, 3);
  resampler.push(input, 128, used);
  new Resampler(48000, 24000).push(input, 128, fresh);
  assert.deepEqual(used, fresh);
});
