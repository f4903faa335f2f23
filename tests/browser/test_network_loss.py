"""The way between page and kernel: lost for a while, or flooded."""

from __future__ import annotations

import base64

import pytest

from ..faults.matrix import fault
from ..faults.stand import FaultyServer
from ..speech import microphone_wav, say
from .panel import PanelPage
from .talk import CONNECT, Talk

pytestmark = pytest.mark.slow

LOST = "The connection to the kernel is lost, and the microphone is closed"
DROPPED = "s of microphone audio was dropped because the kernel did not take it in time."
SENTENCE = "Green apples grow behind the old garden wall."
CONFIGURE = "%rt_config --transcription true --instructions 'Say exactly: Well done.'"

DELTAS = 3500
MAX_MESSAGES_A_SECOND = 200
CONNECT_FAULTY = """\
%load_ext rt_notebook
%rt_connect {url} --api-key-env RT_FAULTY_KEY -o session
from rt_notebook.notebook.widget import panel_of
widget = panel_of(session)"""
#: Notes when the Jupyter server passes on a message of a widget.
LISTEN = """{
  const Real = WebSocket;
  window.__rtPassed = [];
  const note = ({ data }) => {
    const text = new TextDecoder().decode(data);
    if (/"msg_type": ?"comm_msg"/.test(text)) window.__rtPassed.push(performance.now());
  };
  window.WebSocket = class extends Real {
    constructor(url, protocols) {
      super(url, protocols);
      if (String(url).includes("/channels")) this.addEventListener("message", note);
    }
  };
}"""
KEEP_CHUNKS = """() => {
    const { player } = document.querySelector(".rt-panel").rtEngine;
    const { chunk } = player;
    window.__rtSound = [];
    player.chunk = (place, pcm) => {
        window.__rtSound.push(...new Uint8Array(pcm.buffer.slice(0)));
        chunk.call(player, place, pcm);
    };
}"""
SOUND = "() => btoa(window.__rtSound.map((byte) => String.fromCharCode(byte)).join(''))"


@fault(
    "F28",
    "the way from page to kernel is cut",
    "the microphone is closed, old sound is dropped and counted; the talk resumes live",
)
@pytest.mark.parametrize("seconds", [4, pytest.param(30, marks=pytest.mark.long)])
def test_a_page_without_a_network_comes_back_live(open_notebook, tmp_path, capsys, seconds):
    file = microphone_wav(tmp_path / "microphone.wav", 60.0)
    notebook = open_notebook(CONNECT, CONFIGURE, microphone=file, remote=True)
    notebook.run_all()
    talk, panel, page = Talk(notebook, file), PanelPage(notebook), notebook.page
    talk.wait_path("comm")
    talk.speak(60.0)
    talk.wait_stats("stats.acked > 10")
    microphone_wav(file, 0.7, say(SENTENCE), 60.0)

    # The server's loss is told in a dialog.
    close = page.get_by_role("button", name="Close", exact=True)
    page.add_locator_handler(page.locator(".jp-Dialog"), lambda _: close.click())
    # Chromium closes no WebSocket for it: an open one passes nothing, either way, until the
    # page is online again, and then everything.
    page.context.set_offline(True)
    gone = page.evaluate("performance.now()")
    panel.wait_message(LOST)
    assert panel.tracks == ["ended"]
    dropped = panel.wait_message(DROPPED)
    notebook.wait_for(f"performance.now() - {gone} > {seconds * 1000}", seconds + 30)
    page.context.set_offline(False)

    talk.prove_live(SENTENCE, by_itself=seconds < 10)
    with capsys.disabled():
        print(f"\nF28, {seconds} s: {dropped}")
    assert notebook.evaluate("widget.dropped_ms") > 0


@pytest.fixture
def bursting():
    """A server whose first answer begins with a burst."""
    server = FaultyServer(f"burst:6/{DELTAS}", speaks=True)
    yield server
    server.child.close()


@fault(
    "F34",
    "3,500 deltas at once on their way to the page, where the Jupyter server would drop 500",
    "coalesced into less than 200 messages a second; the page has every sample, in order",
)
def test_a_burst_of_deltas_reaches_the_page_whole(open_notebook, bursting, capsys):
    cells = (CONNECT_FAULTY.format(url=bursting.url), CONFIGURE)
    notebook = open_notebook(*cells, remote=True, script=LISTEN)
    notebook.kernel.execute(f"import os; os.environ['RT_FAULTY_KEY'] = {bursting.key!r}")
    notebook.run_all()
    talk, page = Talk(notebook, notebook.path), notebook.page
    page.evaluate(KEEP_CHUNKS)
    before = page.evaluate("window.__rtPassed.length")
    talk.type("Hello.")
    talk.wait_answered()

    received = "[e for e in session.log if e.event.type == 'response.output_audio.delta']"
    deltas = notebook.evaluate(f"len({received})")
    assert deltas > DELTAS
    sound = notebook.evaluate(
        "__import__('base64').b64encode(session.log.audio(session.items[-1].id)).decode()"
    )
    assert base64.b64decode(page.evaluate(SOUND)) == base64.b64decode(sound)
    stats = talk.stats
    assert (stats["gaps"], stats["duplicates"], stats["overflowedSamples"]) == (0, 0, 0)
    at = page.evaluate("window.__rtPassed")[before:]
    busiest = max(sum(t <= other < t + 1000 for other in at) for t in at)
    with capsys.disabled():
        print(f"\nF34: {deltas} deltas, {len(at)} messages, {busiest} in the busiest second")
    assert busiest < MAX_MESSAGES_A_SECOND
