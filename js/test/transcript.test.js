import assert from "node:assert/strict";
import { test } from "node:test";

import { describe, Transcript } from "../src/transcript.js";

function item(id, fields = {}) {
  return {
    id,
    role: "user",
    text: id,
    state: "completed",
    kind: "message",
    heard_ms: null,
    truncated: false,
    ...fields,
  };
}

const texts = (transcript) => transcript.lines.map((line) => line.text);

test("items are shown in the kernel's order, not in that of their arrival", () => {
  const transcript = new Transcript();
  transcript.update([item("b")], ["b"]);
  transcript.update([item("a")], ["a", "b"]);
  assert.deepEqual(texts(transcript), ["a", "b"]);
});

test("a changed item stays in its place", () => {
  const transcript = new Transcript();
  transcript.replace([item("a"), item("b")], ["a", "b"]);
  transcript.update([item("a", { text: "now known" })], null);
  assert.deepEqual(texts(transcript), ["now known", "b"]);
});

test("a new item without an order goes to the end", () => {
  const transcript = new Transcript();
  transcript.replace([item("a")], ["a"]);
  transcript.update([item("b")], null);
  assert.deepEqual(texts(transcript), ["a", "b"]);
});

test("what was spoken while nothing was transcribed says so, and how to change that", () => {
  const line = describe(item("u", { text: "", transcribed: false }));
  assert.equal(line.placeholder, "Spoken, not transcribed");
  assert.match(line.note, /%rt_config --transcription true/);
  assert.equal(line.busy, false);
});

test("a transcript that comes all the same is shown", () => {
  const line = describe(item("u", { text: "good morning", transcribed: false }));
  assert.deepEqual([line.text, line.placeholder, line.note], ["good morning", "", ""]);
});

test("an item that is not in the order any more is gone", () => {
  const transcript = new Transcript();
  transcript.replace([item("a"), item("b")], ["a", "b"]);
  transcript.update([], ["b"]);
  transcript.update([], ["a", "b"]);
  assert.deepEqual(texts(transcript), ["b"]);
});

test("an order may name items that are not known yet", () => {
  const transcript = new Transcript();
  transcript.update([item("b")], ["a", "b", "c"]);
  assert.deepEqual(texts(transcript), ["b"]);
});

test("a snapshot forgets what was there", () => {
  const transcript = new Transcript();
  transcript.replace([item("a")], ["a"]);
  transcript.replace([item("b")], ["b"]);
  assert.deepEqual(texts(transcript), ["b"]);
});

test("of a long talk the newest 400 items are shown, and the others counted", () => {
  const transcript = new Transcript();
  const items = Array.from({ length: 450 }, (_, i) => item(`i${i}`));
  transcript.replace(
    items,
    items.map(({ id }) => id),
  );
  assert.equal(transcript.lines.length, 400);
  assert.equal(transcript.lines[0].text, "i50");
  assert.equal(transcript.hidden, 50);
});

for (const [fields, shown] of [
  [{ state: "listening" }, "Listening…"],
  [{ state: "in_progress" }, "Transcribing…"],
  [{ state: "in_progress", role: "assistant" }, "Thinking…"],
  [{ state: "failed" }, "Not understood"],
  [{ state: "completed" }, "(nothing was understood)"],
  [{ state: "interrupted", role: "assistant" }, "Interrupted before the first word"],
]) {
  test(`without text, ${JSON.stringify(fields)} reads “${shown}”`, () => {
    assert.equal(describe(item("x", { text: "", ...fields })).placeholder, shown);
  });
}

test("text takes the place of every placeholder", () => {
  const line = describe(item("x", { text: "so far", state: "in_progress" }));
  assert.deepEqual([line.text, line.placeholder, line.busy], ["so far", "", true]);
});

for (const [heard_ms, note] of [
  [null, "Interrupted."],
  [0, "Interrupted: nothing of it was heard."],
  [3449, "Interrupted after 3.4 s: the rest was not heard."],
]) {
  test(`an interrupted reply of which ${heard_ms} ms were heard says so`, () => {
    const line = describe(
      item("x", { role: "assistant", state: "interrupted", truncated: true, heard_ms }),
    );
    assert.equal(line.note, note);
  });
}

test("user, assistant and everything beside the talk have their own sides", () => {
  assert.equal(describe(item("x")).side, "user");
  assert.equal(describe(item("x", { role: "assistant" })).side, "assistant");
  assert.equal(describe(item("x", { role: "system" })).side, "aside");
  assert.equal(describe(item("x", { role: "assistant", kind: "function_call" })).side, "aside");
});

test("a tool call and its result are named", () => {
  assert.equal(describe(item("x", { kind: "function_call" })).speaker, "Tool call");
  assert.equal(describe(item("x", { kind: "function_call_output" })).speaker, "Tool result");
});
