import assert from "node:assert/strict";
import { test } from "node:test";

import { loadProcessor } from "./support/audio_thread.js";
import { signalToNoiseDb, sine } from "./support/signals.js";

const QUANTUM = 128;

async function capture(rateHz) {
  return new (await loadProcessor("capture", rateHz))();
}

async function playback(rateHz) {
  return new (await loadProcessor("playback", rateHz))();
}

function speak(processor, samples) {
  for (let at = 0; at + QUANTUM <= samples.length; at += QUANTUM) {
    processor.process([[samples.subarray(at, at + QUANTUM)]], []);
  }
}

/** Render a number of quanta; what was heard. */
function listen(processor, quanta) {
  const heard = [];
  for (let i = 0; i < quanta; i++) {
    const output = new Float32Array(QUANTUM);
    processor.process([], [[output]]);
    globalThis.currentTime += QUANTUM / globalThis.sampleRate;
    heard.push(...output);
  }
  return Float32Array.from(heard);
}

const posted = (processor, kind) =>
  processor.port.posted.filter((message) => message.kind === kind);

for (const rateHz of [24000, 44100, 48000]) {
  test(`a microphone at ${rateHz} Hz becomes blocks of 20 ms at 24 kHz`, async () => {
    const processor = await capture(rateHz);
    speak(processor, sine(1000, rateHz, rateHz));
    const blocks = processor.port.posted;
    assert.ok(blocks.every((block) => block instanceof Int16Array && block.length === 480));
    assert.ok(blocks.length === 49 || blocks.length === 50);
    const samples = Float32Array.from(blocks.slice(2).flatMap((block) => [...block]));
    assert.ok(signalToNoiseDb(samples, 1000, 24000) > 60);
  });
}

test("a microphone that gives no samples is no error", async () => {
  const processor = await capture(24000);
  assert.equal(processor.process([[]], []), true);
  assert.deepEqual(processor.port.posted, []);
});

test("a closed microphone lets go of its node", async () => {
  const processor = await capture(24000);
  processor.port.receive("close");
  assert.equal(processor.process([[]], []), false);
});

for (const rateHz of [24000, 44100, 48000]) {
  test(`what the kernel sends is heard at ${rateHz} Hz`, async () => {
    const processor = await playback(rateHz);
    const pcm = Int16Array.from(sine(1000, 24000, 24000), (value) => Math.round(value * 32767));
    processor.port.receive({ kind: "chunk", epoch: 0, pcm });
    processor.port.receive({ kind: "end", epoch: 0 });
    const heard = listen(processor, Math.floor(rateHz / QUANTUM) - 5).slice(500);
    assert.ok(signalToNoiseDb(heard, 1000, rateHz) > 60);
  });
}

for (const rateHz of [24000, 48000]) {
  test(`at ${rateHz} Hz samples are counted at 24 kHz, every 100 ms and at the end`, async () => {
    const processor = await playback(rateHz);
    processor.port.receive({ kind: "chunk", epoch: 7, pcm: new Int16Array(12000).fill(9000) });
    processor.port.receive({ kind: "end", epoch: 7 });
    listen(processor, rateHz / QUANTUM);
    const reports = posted(processor, "played");
    assert.ok(reports.length >= 5 && reports.length <= 7);
    assert.deepEqual(
      [reports.at(-1).epoch, reports.at(-1).samples, reports.at(-1).sounding],
      [7, 12000, false],
    );
  });
}

test("silence reports nothing", async () => {
  const processor = await playback(24000);
  listen(processor, 400);
  assert.deepEqual(processor.port.posted, []);
});

test("the shortest item reports its end", async () => {
  const processor = await playback(24000);
  processor.port.receive({ kind: "chunk", epoch: 0, pcm: new Int16Array(240).fill(9000) });
  processor.port.receive({ kind: "end", epoch: 0 });
  listen(processor, 10);
  assert.deepEqual(
    posted(processor, "played").map(({ samples }) => samples),
    [240],
  );
});

test("an interruption is answered at once with the samples rendered, then there is silence", async () => {
  const processor = await playback(24000);
  processor.port.receive({ kind: "chunk", epoch: 0, pcm: new Int16Array(24000).fill(9000) });
  listen(processor, 20);
  processor.port.receive({ kind: "flush", epoch: 0 });
  assert.deepEqual(
    posted(processor, "flushed").map(({ samples }) => samples),
    [20 * QUANTUM],
  );
  assert.ok(
    listen(processor, 20)
      .slice(QUANTUM)
      .every((value) => value === 0),
  );
  assert.equal(
    posted(processor, "played").filter(({ samples }) => samples > 20 * QUANTUM).length,
    0,
  );
});

for (const rateHz of [24000, 48000]) {
  test(`at ${rateHz} Hz an item's first loud sample is told with its time`, async () => {
    const processor = await playback(rateHz);
    const pcm = new Int16Array(24000).fill(9000, 2400);
    processor.port.receive({ kind: "chunk", epoch: 0, pcm });
    processor.port.receive({ kind: "end", epoch: 0 });
    listen(processor, rateHz / QUANTUM);
    const [audible, ...others] = posted(processor, "audible");
    assert.equal(audible.samples, 2400);
    assert.ok(Math.abs(audible.contextTime - 0.1) < QUANTUM / rateHz);
    assert.deepEqual(others, []);
  });
}

test("the path decides how much is buffered before sound starts", async () => {
  const processor = await playback(24000);
  processor.port.receive({ kind: "prebuffer", ms: 40 });
  processor.port.receive({ kind: "chunk", epoch: 0, pcm: new Int16Array(960).fill(9000) });
  assert.ok(listen(processor, 1)[0] > 0.2);
});

test("a closed player lets go of its node", async () => {
  const processor = await playback(24000);
  processor.port.receive({ kind: "close" });
  assert.equal(processor.process([], [[new Float32Array(QUANTUM)]]), false);
});
