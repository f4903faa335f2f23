"""The harness hears: a toy widget takes the microphone to the kernel and plays it back."""

from __future__ import annotations

import base64
import time

import pytest

from ..speech import microphone_wav, say, transcribe, wer
from .tap import tap, tap_microphone

pytestmark = pytest.mark.slow

SENTENCE = "Green apples grow behind the old garden wall."
ANSWER = "The river is wide and the boat is small."

TOY = '''
import threading, anywidget, numpy as np
ESM = """
const capture = `registerProcessor("toy-capture", class extends AudioWorkletProcessor {
  sound = [];
  process([input]) {
    if (input[0]) this.sound.push(...input[0]);
    if (this.sound.length >= 2048)
      this.port.postMessage(Float32Array.from(this.sound.splice(0)));
    return true;
  }
});`;
let engine, press;
async function initialize({ model }) {
  const context = new AudioContext({ sampleRate: 24000 });
  const output = new GainNode(context);
  output.connect(context.destination);
  engine = { player: { context, output } };
  press = async () => {
    await context.resume();
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const url = URL.createObjectURL(new Blob([capture], { type: "text/javascript" }));
    await context.audioWorklet.addModule(url);
    const node = new AudioWorkletNode(context, "toy-capture");
    node.port.onmessage = ({ data }) => model.send({ kind: "mic" }, undefined, [data.buffer]);
    context.createMediaStreamSource(stream).connect(node);
  };
  model.on("msg:custom", (content, [view]) => {
    const end = view.byteOffset + view.byteLength;
    const pcm = new Int16Array(view.buffer.slice(view.byteOffset, end));
    const buffer = context.createBuffer(1, pcm.length, 24000);
    buffer.copyToChannel(Float32Array.from(pcm, (v) => v / 32768), 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(output);
    source.start();
  });
}
function render({ model, el }) {
  const root = document.createElement("button");
  root.className = "rt-panel";
  root.textContent = "talk";
  root.rtEngine = engine;
  root.onclick = press;
  el.append(root);
}
export default { initialize, render };
"""
class Toy(anywidget.AnyWidget):
    _esm = ESM
toy = Toy()
heard = []
toy.on_msg(lambda widget, content, buffers: heard.append(bytes(buffers[0])))
toy
'''


def hear(notebook, seconds):
    notebook.wait_until(f"sum(map(len, heard)) >= {24_000 * 4 * seconds}", seconds=60)
    sound = notebook.evaluate("__import__('base64').b64encode(b''.join(heard)).decode()")
    return (memoryview(base64.b64decode(sound)).cast("f")).tolist()


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_a_widget_hears_the_fake_microphone_and_is_heard(app, open_notebook, tmp_path):
    wav = microphone_wav(tmp_path / "microphone.wav", 1.0, say(SENTENCE))
    notebook = open_notebook(TOY, microphone=wav, app=app)
    notebook.run_all()
    notebook.page.locator(".rt-panel").click()
    notebook.wait_for("window.__rtStreams.length === 1")
    microphone, speaker = tap_microphone(notebook.page), tap(notebook.page)

    assert wer(SENTENCE, transcribe(hear(notebook, 5))) <= 0.2
    assert wer(SENTENCE, transcribe(microphone.read().spoken())) <= 0.2

    answer = base64.b64encode(say(ANSWER)).decode()
    notebook.kernel.execute(f"import base64; answer = base64.b64decode({answer!r})")
    before = time.time()
    notebook.kernel.execute("toy.send({}, [answer])")
    heard = speaker.wait_spoken(after=before)
    assert wer(ANSWER, transcribe(heard.spoken(before))) <= 0.2
    assert heard.first_sound() >= before


def test_a_page_of_another_host_is_secure_but_not_on_loopback(open_notebook, tmp_path):
    notebook = open_notebook("1 + 1", remote=True)
    assert notebook.page.evaluate("[location.hostname, isSecureContext]") == ["notebook.test", True]


def test_the_older_kernel_is_ipykernel_6(open_notebook, ipykernel_6):
    notebook = open_notebook("import ipykernel", kernel=ipykernel_6)
    notebook.run_all()
    assert notebook.evaluate("ipykernel.__version__") == "6.29.5"


def test_the_page_object_runs_saves_and_reopens(open_notebook):
    notebook = open_notebook("x = 20 + 1", "print(x)")
    notebook.run_all()
    assert notebook.outputs(1)[0]["text"] == "21\n"
    index = notebook.run("x * 2")
    assert notebook.outputs(index)[0]["data"] == {"text/plain": "42"}
    notebook.use_theme("dark")
    notebook.resize(360)
    notebook.screenshot("harness-dark-360")
    assert notebook.save().cells[2].outputs[0].data["text/plain"] == "42"
    notebook.reopen_without_kernel()
    assert notebook.evaluate("'x' in globals()") is False
