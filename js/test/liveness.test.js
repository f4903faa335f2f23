import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Liveness } from "../src/liveness.js";
import { StubKernel, StubModel } from "./support/model.js";

mock.timers.enable({ apis: ["setTimeout"] });

/** Let time go by in small steps: a timer may set another one. */
function pass(ms) {
  for (let at = 0; at < ms; at += 50) mock.timers.tick(50);
}

let lives;
let pings;

beforeEach(() => {
  lives = [];
  pings = 0;
});

function watch(model) {
  const own = lives;
  return new Liveness(
    model,
    () => pings++,
    (life) => own.push(life),
  );
}

test("a kernel that restarts or dies is gone, and does not come back", () => {
  for (const status of ["restarting", "autorestarting", "dead", "terminating"]) {
    lives = [];
    const kernel = new StubKernel();
    const liveness = watch(new StubModel({}, kernel));
    kernel.become(status);
    kernel.become("idle");
    liveness.heard();
    assert.deepEqual(lives, ["gone"]);
  }
});

test("a kernel that takes messages only between cells is live while one runs", () => {
  const kernel = new StubKernel();
  const liveness = watch(new StubModel({ mic_waits: true }, kernel));
  kernel.work("busy", "execute_request");
  liveness.waited(60000);
  pass(60000);
  assert.equal(liveness.life, "live");
  kernel.work("idle", "execute_request");
  liveness.waited(60000);
  pass(2000);
  assert.equal(liveness.life, "lost");
});

test("a cell that ran when the page came counts too", () => {
  const kernel = new StubKernel();
  kernel.become("busy");
  const liveness = watch(new StubModel({ mic_waits: true }, kernel));
  liveness.waited(60000);
  pass(60000);
  assert.equal(liveness.life, "live");
});

for (const [what, on, mic_waits] of [
  ["a message of the page", "comm_msg", true],
  ["a cell beside which it takes messages", "execute_request", false],
])
  test(`a kernel that fell silent amid ${what} is lost`, () => {
    const kernel = new StubKernel();
    const liveness = watch(new StubModel({ mic_waits }, kernel));
    kernel.work("busy", on);
    liveness.waited(520);
    pass(1400);
    assert.deepEqual(lives, ["lost"]);
  });

test("a kernel that leaves audio unanswered and says nothing is lost within 2 s", () => {
  const liveness = watch(new StubModel({}, new StubKernel()));
  liveness.waited(400);
  pass(5000);
  assert.deepEqual(lives, []);
  liveness.waited(520);
  pass(1400);
  assert.deepEqual(lives, ["lost"]);
});

test("a kernel that is slow but answers something is not lost", () => {
  const liveness = watch(new StubModel({}, new StubKernel()));
  for (let second = 0; second < 10; second++) {
    liveness.waited(3000);
    pass(1000);
    liveness.heard();
  }
  assert.deepEqual(lives, []);
});

test("a page that slept hears the kernel out before it gives up", () => {
  const liveness = watch(new StubModel({}, new StubKernel()));
  liveness.waited(3000);
  pass(700); // the first timer, as late as the page
  liveness.heard();
  pass(5000);
  assert.deepEqual(lives, []);
});

test("a lost connection is known within 2 s, and is live again when the kernel speaks", () => {
  const kernel = new StubKernel();
  const liveness = watch(new StubModel({}, kernel));
  kernel.connect("connecting");
  pass(2000);
  assert.deepEqual(lives, ["lost"]);
  kernel.connect("connected");
  assert.deepEqual(lives, ["lost", "live"]);
  assert.equal(liveness.life, "live");
});

test("a connection that blinks is not lost", () => {
  const kernel = new StubKernel();
  watch(new StubModel({}, kernel));
  kernel.connect("connecting");
  pass(1000);
  kernel.connect("connected");
  pass(5000);
  assert.deepEqual(lives, []);
});

test("when something closed, the kernel is asked, and lost unless it answers in time", () => {
  const liveness = watch(new StubModel());
  liveness.doubt();
  assert.equal(pings, 1);
  pass(1000);
  liveness.heard();
  pass(5000);
  assert.deepEqual(lives, []);
  liveness.doubt();
  pass(2000);
  assert.deepEqual(lives, ["lost"]);
});

test("a comm that closes is a reason to ask", () => {
  const model = new StubModel();
  watch(model);
  model.emit("comm_live_update");
  assert.equal(pings, 1);
});

test("a host that does not show its kernel is no obstacle", () => {
  for (const kernel of [undefined, null, {}]) {
    assert.equal(watch(new StubModel({}, kernel)).life, "live");
  }
});

test("after close nothing is listened to", () => {
  const [model, kernel] = [new StubModel(), new StubKernel()];
  model.widget_manager.kernel = kernel;
  const liveness = watch(model);
  liveness.doubt();
  liveness.close();
  pass(5000);
  assert.deepEqual(lives, []);
  const { statusChanged, connectionStatusChanged, iopubMessage } = kernel;
  const slots = [statusChanged, connectionStatusChanged, iopubMessage].map((s) => s.slots.size);
  assert.deepEqual([model.handlers, ...slots], [0, 0, 0, 0]);
});
