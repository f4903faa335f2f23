import assert from "node:assert/strict";
import { test } from "node:test";

import { hintOf, mannerOf } from "../src/manners.js";

test("two switches are three manners", () => {
  assert.equal(mannerOf({ barge_in: true, half_duplex: false }), "interrupt");
  assert.equal(mannerOf({ barge_in: false, half_duplex: false }), "finish");
  assert.equal(mannerOf({ barge_in: true, half_duplex: true }), "wait");
  assert.equal(mannerOf({ barge_in: false, half_duplex: true }), "wait");
});

test("each manner says what the user can do", () => {
  const hints = ["interrupt", "finish", "wait"].map(hintOf);
  assert.equal(new Set(hints).size, 3);
});
