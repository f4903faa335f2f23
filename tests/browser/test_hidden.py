"""A page that its browser hides and freezes amid a talk."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from ..faults.matrix import fault
from ..speech import microphone_wav, say, transcribe, wer
from .chromium import hideable_window
from .talk import CONNECT, MAX_WER, Talk

pytestmark = pytest.mark.slow

SENTENCE = "Green apples grow behind the old garden wall."
CONFIGURE = "%rt_config --transcription true --instructions 'Say exactly: {}'"
STORY = (
    "The river is wide and the boat is small. Green apples grow behind the old garden wall. "
    "My brother walks to the station every morning. There is snow on the highest mountain. "
    "She opened the window and looked at the stars. The bread is still warm in the kitchen."
)
FROZEN_SECONDS = 2.0
#: What the browser told the page, and how far its audio had come then.
WATCH = """() => {
    const { context } = document.querySelector(".rt-panel").rtEngine.player;
    window.__rtTold = [];
    for (const type of ["freeze", "resume"]) {
        const note = () => window.__rtTold.push([type, context.currentTime]);
        document.addEventListener(type, note);
    }
}"""


@contextmanager
def frozen(window, page):
    """Hide a page and freeze it: with it Chromium freezes its sound, and closes its WebSockets."""
    window.new_page().bring_to_front()
    browser = window.new_cdp_session(page)
    browser.send("Page.setWebLifecycleState", {"state": "frozen"})
    yield
    browser.send("Page.setWebLifecycleState", {"state": "active"})
    page.bring_to_front()


@fault("F31")
def test_a_page_that_was_frozen_comes_back_live(open_notebook, playwright, tmp_path):
    file = microphone_wav(tmp_path / "microphone.wav", 60.0)
    with hideable_window(playwright, file) as window:
        notebook = open_notebook(CONNECT, CONFIGURE.format("Well done."), window=window)
        notebook.run_all()
        talk, page = Talk(notebook, file), notebook.page
        talk.wait_path("direct")
        talk.speak(60.0)
        talk.wait_stats("stats.acked > 10")
        page.evaluate(WATCH)
        microphone_wav(file, 0.7, say(SENTENCE), 60.0)

        with frozen(window, page):
            now = notebook.evaluate("session.core.clock.monotonic()")
            notebook.wait_until(f"session.core.clock.monotonic() > {now + FROZEN_SECONDS}")

        talk.reopened()
        (froze, stood), (resumed, went_on) = page.evaluate("window.__rtTold")
        assert (froze, resumed) == ("freeze", "resume")
        assert went_on - stood < FROZEN_SECONDS
        notebook.wait_until("any('wall' in item.text.lower() for item in session.items)")
        assert wer(SENTENCE, talk.heard()[-1]) <= MAX_WER
        talk.wait_stats("stats.backlogMs <= 200")
        talk.wait_path("direct")
        assert page.evaluate("window.__rtStreams.map((s) => s.getTracks()[0].readyState)") == [
            "ended", "live",
        ]  # fmt: skip


@fault("F31")
def test_a_reply_goes_on_where_the_page_was_frozen(open_notebook, playwright, tmp_path):
    file = microphone_wav(tmp_path / "microphone.wav", 1.0)
    with hideable_window(playwright, file) as window:
        notebook = open_notebook(CONNECT, CONFIGURE.format(STORY), window=window)
        notebook.run_all()
        talk, page = Talk(notebook, file), notebook.page
        talk.panel.locator(".rt-where").click()
        talk.listen()
        talk.type("Tell me.")
        talk.ear.wait_sound()

        with frozen(window, page):
            received, played = heard_ms(notebook)
            notebook.wait_until("session.replies[-1].done")
            complete, still_played = heard_ms(notebook)
        assert played <= still_played < received < complete

        talk.wait_answered()
        assert heard_ms(notebook) == [complete, complete]
        assert talk.stats["gaps"] == 0
        assert wer(STORY, transcribe(talk.ear.read().spoken(), 24_000)) <= MAX_WER


def heard_ms(notebook):
    """Milliseconds of the only reply that came, and that were heard."""
    (heard,) = notebook.evaluate("[[h.received_ms, h.heard_ms] for h in session.heard.values()]")
    return heard
