import assert from "node:assert/strict";
import { test } from "node:test";

import {
  droppedSentence,
  obstacleOf,
  obstacleSentence,
  refusalSentence,
} from "../src/sentences.js";

const able = {
  isSecureContext: true,
  navigator: { mediaDevices: { getUserMedia() {} } },
  AudioWorkletNode: class {},
};

test("a page that can record has no obstacle", () => {
  assert.equal(obstacleOf(able), "");
  assert.equal(obstacleSentence(""), "");
});

for (const [page, obstacle, words] of [
  [{ ...able, isSecureContext: false }, "insecure", /not https or localhost\. Type below/],
  [
    { ...able, navigator: {} },
    "no-device-api",
    /does not give notebooks a microphone\. Type below/,
  ],
  [
    { isSecureContext: true, navigator: able.navigator },
    "no-worklet",
    /too old for live audio\. Type below/,
  ],
]) {
  test(`${obstacle}: one sentence says why, and what to do instead`, () => {
    assert.equal(obstacleOf(page), obstacle);
    assert.match(obstacleSentence(obstacle), words);
  });
}

for (const [name, words] of [
  ["NotAllowedError", /was refused: allow it/],
  ["NotFoundError", /No microphone was found: connect one/],
  ["NotReadableError", /used by another program: close it/],
  ["OverconstrainedError", /is gone: choose another/],
  ["WorkletError", /forbids the audio code/],
]) {
  test(`${name} is explained with the next step`, () => {
    assert.match(refusalSentence(Object.assign(new Error("x"), { name })), words);
  });
}

test("any other error is named, and cut when it is long", () => {
  assert.match(refusalSentence(new Error("strange")), /\(strange\)/);
  assert.ok(refusalSentence(new Error("x".repeat(10000))).length < 300);
  assert.match(refusalSentence(undefined), /unknown reason/);
});

test("dropped audio is told in seconds, none is not mentioned", () => {
  assert.equal(droppedSentence(0), "");
  assert.match(droppedSentence(8040), /^8\.0 s of microphone audio was dropped/);
});
