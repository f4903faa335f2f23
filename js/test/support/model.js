// An anywidget model whose kernel is the test.

export class StubModel {
  sent = [];
  traits;
  #handlers = new Map();

  constructor(traits = {}, kernel = undefined) {
    this.traits = traits;
    this.widget_manager = { kernel };
  }

  get(name) {
    return this.traits[name];
  }

  set(name, value) {
    this.traits[name] = value;
    this.emit(`change:${name}`);
    this.emit("change");
  }

  on(name, handler) {
    this.#handlers.set(name, [...(this.#handlers.get(name) ?? []), handler]);
  }

  off(name, handler) {
    this.#handlers.set(
      name,
      (this.#handlers.get(name) ?? []).filter((known) => known !== handler),
    );
  }

  emit(name, ...values) {
    for (const handler of this.#handlers.get(name) ?? []) handler(...values);
  }

  get handlers() {
    return [...this.#handlers.values()].flat().length;
  }

  send(content, _callbacks, buffers) {
    this.sent.push({ ...content, audio: buffers?.[0] });
  }

  /** What the kernel says over the comm. */
  deliver(content, audio) {
    this.emit("msg:custom", content, audio ? [new DataView(audio)] : []);
  }

  kinds() {
    return this.sent.map(({ kind }) => kind);
  }
}

/** A kernel as JupyterLab shows it to a widget manager. */
export class StubKernel {
  status = "idle";
  connectionStatus = "connected";
  statusChanged = new StubSignal();
  iopubMessage = new StubSignal();
  connectionStatusChanged = new StubSignal();

  become(status) {
    this.status = status;
    this.statusChanged.emit();
  }

  /** Take up, or be done with, something that was asked: a cell or a message of the page. */
  work(state, on = "comm_msg") {
    this.become(state);
    const content = { execution_state: state };
    const parent_header = { msg_type: on };
    this.iopubMessage.emit(this, { header: { msg_type: "status" }, parent_header, content });
  }

  connect(connectionStatus) {
    this.connectionStatus = connectionStatus;
    this.connectionStatusChanged.emit();
  }
}

class StubSignal {
  slots = new Set();

  connect(slot) {
    this.slots.add(slot);
  }

  disconnect(slot) {
    this.slots.delete(slot);
  }

  emit(...values) {
    for (const slot of this.slots) slot(...values);
  }
}
