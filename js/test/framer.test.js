import assert from "node:assert/strict";
import { test } from "node:test";

import { Framer } from "../src/framer.js";
import { encode } from "../src/pcm.js";
import { noise } from "./support/signals.js";

function cut(samples, size, piece) {
  const framer = new Framer(size);
  const blocks = [];
  for (let at = 0; at < samples.length; at += piece) {
    const part = samples.subarray(at, at + piece);
    framer.push(part, part.length, (block) => blocks.push([...block]));
  }
  return blocks;
}

test("blocks have one size and together are the input, to the last whole block", () => {
  const samples = noise(1000);
  const blocks = cut(samples, 480, 128);
  assert.deepEqual(
    blocks.map((block) => block.length),
    [480, 480],
  );
  assert.deepEqual(blocks.flat(), [...encode(samples)].slice(0, 960));
});

test("how the input is cut makes no difference", () => {
  const samples = noise(5000);
  assert.deepEqual(cut(samples, 480, 1), cut(samples, 480, 999));
});

test("only as many samples are taken as are named", () => {
  const framer = new Framer(2);
  const blocks = [];
  framer.push(Float32Array.of(1, -1, 0.5), 2, (block) => blocks.push([...block]));
  framer.push(Float32Array.of(0, 0), 1, (block) => blocks.push([...block]));
  assert.deepEqual(blocks, [[32767, -32767]]);
});
