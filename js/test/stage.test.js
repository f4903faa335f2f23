import assert from "node:assert/strict";
import { test } from "node:test";

import { stageOf } from "../src/stage.js";

const idle = {
  status: "open",
  life: "live",
  answered: true,
  canRecord: true,
  mic: "off",
  muted: false,
  pushToTalk: false,
  talking: false,
  sounding: false,
  speaking: "nobody",
  elsewhere: false,
  armed: false,
  manner: "interrupt",
};

const talking = { ...idle, mic: "open" };
const holding = { ...talking, pushToTalk: true };

for (const [what, state, mode, label] of [
  ["before anything", idle, "off", "Press to talk"],
  ["before the kernel has answered", { ...idle, answered: false }, "off", "Connecting…"],
  ["when the kernel asks the user to talk", { ...idle, armed: true }, "off", "Your turn"],
  ["when another page has the microphone", { ...idle, elsewhere: true }, "off", "In use elsewhere"],
  ["while permission is asked", { ...idle, mic: "opening" }, "opening", "Opening…"],
  [
    "while a reply sounds without a microphone",
    { ...idle, sounding: true },
    "answering",
    "Answering",
  ],
  ["with the microphone on", talking, "listening", "Listening"],
  ["while the user speaks", { ...talking, speaking: "user" }, "hearing", "Hearing you"],
  ["while the reply is made", { ...talking, speaking: "assistant" }, "answering", "Answering"],
  ["while the reply sounds", { ...talking, sounding: true }, "answering", "Answering"],
  [
    "while another connection is made",
    { ...talking, status: "reconnecting" },
    "listening",
    "Reconnecting…",
  ],
  [
    "while another connection is made without a microphone",
    { ...idle, status: "reconnecting" },
    "off",
    "Reconnecting…",
  ],
  ["when muted", { ...talking, muted: true }, "muted", "Muted"],
  ["in push-to-talk, microphone off", { ...idle, pushToTalk: true }, "off", "Hold to talk"],
  ["in push-to-talk, microphone on", holding, "listening", "Hold to talk"],
  ["in push-to-talk, key held", { ...holding, talking: true }, "hearing", "Talking"],
  ["in push-to-talk, reply sounds", { ...holding, sounding: true }, "answering", "Answering"],
]) {
  test(`${what} the button says “${label}”`, () => {
    const stage = stageOf(state);
    assert.deepEqual([stage.mode, stage.label, stage.disabled], [mode, label, false]);
  });
}

for (const [what, state, label] of [
  ["the kernel is gone", { ...talking, life: "gone" }, "Kernel gone"],
  ["the connection is lost", { ...talking, life: "lost" }, "Not connected"],
  ["the talk has ended", { ...idle, status: "closed" }, "Talk ended"],
  ["the server is lost", { ...talking, status: "lost" }, "Connection lost"],
  ["the page cannot record", { ...idle, canRecord: false }, "No microphone"],
]) {
  test(`when ${what} the button cannot be pressed`, () => {
    const stage = stageOf(state);
    assert.deepEqual([stage.mode, stage.label, stage.disabled], ["inert", label, true]);
  });
}

test("the button's name says what pressing it does", () => {
  assert.equal(stageOf(idle).action, "Turn the microphone on");
  assert.equal(stageOf(talking).action, "Turn the microphone off");
  assert.equal(stageOf(holding).action, "Hold to talk");
  assert.equal(stageOf({ ...holding, talking: true }).action, "Send what you said");
});
