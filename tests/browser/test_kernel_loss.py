"""A kernel that dies, restarts or stops while the microphone is open."""

from __future__ import annotations

import os
import signal
import time

import psutil
import pytest

from ..faults.matrix import fault
from ..speech import microphone_wav, say
from .panel import CONNECT, PanelPage, connected
from .talk import CONNECT as CONNECT_TALK
from .talk import Talk

pytestmark = pytest.mark.slow

GONE = "The kernel is gone, and the microphone is closed: run the cell again to go on."
LOST = "The connection to the kernel is lost, and the microphone is closed"
CONFIGURE = "%rt_config --transcription true --instructions 'Say exactly: {}'"
STORY = " ".join(["The river is wide and the boat is small."] * 8)
SENTENCE = "Green apples grow behind the old garden wall."
#: More than the page is given ahead: when the kernel stops, it still has some of the story.
AHEAD_BYTES = 10 * 48_000
PID = "__import__('os').getpid()"

#: When the track that was opened last ended, as `time.time` has it.
ENDED_AT = """() => {
    const track = window.__rtStreams.at(-1).getTracks()[0];
    return track.readyState === "ended" && Date.now() / 1000;
}"""


def ended_at(page):
    """Wait until the microphone is released, and return when it was."""
    return page.wait_for_function(ENDED_AT, timeout=30_000).json_value()


def enabled(panel):
    """Return the names of what can be pressed, chosen or typed into."""
    all_parts = panel.root.locator("button:visible, input:visible, select:visible, textarea")
    able = "(all) => all.filter((e) => !e.disabled).map((e) => e.ariaLabel ?? e.textContent)"
    return all_parts.evaluate_all(able)


def restart(notebook):
    notebook.restart_kernel(wait=False)


def kill(notebook):
    os.kill(notebook.evaluate(PID), signal.SIGKILL)


@pytest.mark.threat("T16")
@fault(
    "F26",
    "the kernel restarts or dies",
    "the microphone is closed, nothing of the panel can be pressed, and it says why",
)
@pytest.mark.parametrize(
    ("remote", "ends"), [(False, (restart, kill)), (True, (kill,))], ids=["direct", "comm"]
)
def test_the_microphone_is_released_when_the_kernel_ends(
    open_notebook, tmp_path, capsys, remote, ends
):
    hears = microphone_wav(tmp_path / "microphone.wav", 0.5, say(SENTENCE), 30.0)
    notebook = open_notebook(CONNECT, microphone=hears, remote=remote)
    for end in ends:
        panel = connected(notebook)
        panel.microphone.click()
        panel.wait_track("live")
        panel.wait_sent(500)
        servers = psutil.Process(notebook.evaluate(PID)).children(recursive=True)
        began = time.time()
        end(notebook)
        released = ended_at(notebook.page)
        with capsys.disabled():
            print(f"\nF26, {end.__name__}: released after {(released - began) * 1000:.0f} ms")
        panel.wait_message(GONE)
        panel.wait_label("Kernel gone")
        assert enabled(panel) == ["Dismiss"]
        assert psutil.wait_procs(servers, 30)[1] == []
        notebook.wait_ready()


@fault(
    "F32",
    "the machine or the kernel sleeps, or the clock jumps an hour either way",
    "what sounds is flushed, and a new connection made with everything restored",
)
@pytest.mark.parametrize("seconds", [4, pytest.param(30, marks=pytest.mark.long)])
def test_a_kernel_that_was_stopped_goes_on_live(open_notebook, tmp_path, capsys, seconds):
    file = microphone_wav(tmp_path / "microphone.wav", 60.0)
    notebook = open_notebook(CONNECT_TALK, CONFIGURE.format(STORY), microphone=file)
    notebook.run_all()
    talk, page = Talk(notebook, file), notebook.page
    talk.speak(60.0)
    talk.type("Tell me.")
    talk.ear.wait_sound()
    notebook.wait_until(f"len(session.log.assistant) > {AHEAD_BYTES}")
    microphone_wav(file, 0.7, say(SENTENCE), 60.0)
    kernel = psutil.Process(notebook.evaluate(PID))
    if seconds < 15:
        # What is taken for sleep is more than a busy machine takes for a breath.
        notebook.kernel.execute("from rt_notebook.client import watch; watch.SLEEP_SECONDS = 2.0")

    stopped = page.evaluate("performance.now()")
    kernel.suspend()
    try:
        ended_at(page)
        talk.panel.get_by_text(LOST).wait_for()
        notebook.wait_for(f"performance.now() - {stopped} > {seconds * 1000}", seconds + 30)
    finally:
        kernel.resume()
    notebook.wait_until("session.core.line.connections > 1 and session.status == 'open'")
    notebook.kernel.execute("from rt_notebook.client import watch; watch.SLEEP_SECONDS = 15.0")

    notebook.wait_until("session.items[1].state == 'interrupted'")
    first = notebook.evaluate("session.items[0].id")
    known = f"session.retrieve_item({first!r}).wait(10)['item']['content'][0]['text']"
    assert notebook.evaluate(known) == "Tell me."
    assert STORY in notebook.evaluate("session.config['instructions']")
    told = PanelPage(notebook).wait_message("connection was away")
    assert sum("connection was away" in line for line in talk.messages) == 1
    with capsys.disabled():
        print(f"\nF32, {seconds} s: {told}")
    talk.prove_live(SENTENCE, by_itself=seconds < 10)
