import assert from "node:assert/strict";
import { test } from "node:test";

import { Messages } from "../src/messages.js";

const notice = (text) => ({ level: "info", text });
const texts = (messages, warnings = []) => messages.unread(warnings).map(({ text }) => text);

test("what holds now comes before what the kernel told", () => {
  const messages = new Messages();
  messages.add(notice("told"));
  assert.deepEqual(messages.unread(["holds"]), [
    { level: "warning", text: "holds" },
    { level: "info", text: "told" },
  ]);
});

test("the newest three notices are kept", () => {
  const messages = new Messages();
  for (const text of ["one", "two", "three", "four"]) messages.add(notice(text));
  assert.deepEqual(texts(messages), ["two", "three", "four"]);
  messages.replace(["five", "six", "seven", "eight"].map(notice));
  assert.deepEqual(texts(messages), ["six", "seven", "eight"]);
});

test("what is told again is told once, as the newest", () => {
  const messages = new Messages();
  for (const text of ["one", "two", "one"]) messages.add(notice(text));
  assert.deepEqual(texts(messages), ["two", "one"]);
});

test("what was read is not shown until it is told again", () => {
  const messages = new Messages();
  messages.add(notice("told"));
  messages.dismiss(messages.unread(["holds"]));
  assert.deepEqual(texts(messages, ["holds"]), []);
  messages.add(notice("told"));
  assert.deepEqual(texts(messages, ["holds"]), ["told"]);
});

test("a problem that comes again is shown again", () => {
  const messages = new Messages();
  messages.problem = "no microphone";
  messages.dismiss(messages.unread([messages.problem]));
  assert.deepEqual(texts(messages, [messages.problem]), []);
  messages.problem = "no microphone";
  assert.deepEqual(texts(messages, [messages.problem]), ["no microphone"]);
});

test("whatever the kernel sends is text", () => {
  const messages = new Messages();
  messages.add({ level: 1, text: ["<b>"] });
  assert.deepEqual(messages.unread([]), [{ level: "1", text: "<b>" }]);
});
