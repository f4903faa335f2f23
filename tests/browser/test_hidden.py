"""A page that its browser hides and freezes amid a talk."""

from __future__ import annotations

import pytest

from ..faults.matrix import fault
from ..speech import microphone_wav, say, wer
from .chromium import hideable_window
from .talk import CONNECT, MAX_WER, Talk

pytestmark = pytest.mark.slow

SENTENCE = "Green apples grow behind the old garden wall."
CONFIGURE = "%rt_config --transcription true --instructions 'Say exactly: Well done.'"
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


@fault("F31")
def test_a_page_that_was_frozen_comes_back_live(open_notebook, playwright, tmp_path):
    file = microphone_wav(tmp_path / "microphone.wav", 60.0)
    with hideable_window(playwright, file) as window:
        notebook = open_notebook(CONNECT, CONFIGURE, window=window)
        notebook.run_all()
        talk, page = Talk(notebook, file), notebook.page
        talk.wait_path("direct")
        talk.speak(60.0)
        talk.wait_stats("stats.acked > 10")
        page.evaluate(WATCH)
        microphone_wav(file, 0.7, say(SENTENCE), 60.0)

        window.new_page().bring_to_front()
        browser = window.new_cdp_session(page)
        # With the page Chromium freezes its sound, and closes its WebSockets.
        browser.send("Page.setWebLifecycleState", {"state": "frozen"})
        now = notebook.evaluate("session.core.clock.monotonic()")
        notebook.wait_until(f"session.core.clock.monotonic() > {now + FROZEN_SECONDS}")
        browser.send("Page.setWebLifecycleState", {"state": "active"})
        page.bring_to_front()

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
