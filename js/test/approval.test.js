import assert from "node:assert/strict";
import { test } from "node:test";

import { argumentRows, question, visible } from "../src/approval.js";

test("arguments are shown by name, text as it is and the rest as JSON", () => {
  assert.deepEqual(argumentRows('{"city": "Oslo", "days": 3, "tags": ["a"], "to": null}'), [
    ["city", "Oslo"],
    ["days", "3"],
    ["tags", '["a"]'],
    ["to", "null"],
  ]);
});

test("what is no object is shown as it came", () => {
  for (const text of ["{not json", "[1, 2]", "null", '"text"', ""]) {
    assert.deepEqual(argumentRows(text), [["", text]]);
  }
});

test("no arguments are no rows", () => {
  assert.deepEqual(argumentRows("{}"), []);
});

test("nothing hides in a text: what is unseen or turns the order around is spelled out", () => {
  assert.equal(visible("a\u202egnp.exe"), "a\\u202egnp.exe");
  assert.equal(visible("pay\u200b me\u0000\u001b[31m"), "pay\\u200b me\\u0000\\u001b[31m");
  assert.equal(visible("two\nlines, tab\there, ☀ é שלום"), "two\nlines, tab\there, ☀ é שלום");
});

test("the question says who runs it", () => {
  assert.match(question({ server: "" }), /function of this notebook/);
  assert.match(question({ server: "calendar" }), /the server calendar/);
});
