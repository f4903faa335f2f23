"""A page that its browser hides and freezes amid a talk."""

from __future__ import annotations

import pytest

from ..faults.matrix import fault
from ..speech import microphone_wav
from .chromium import hideable_window
from .talk import CONNECT, Talk

pytestmark = pytest.mark.slow

ANSWER = "The river is wide and the boat is small. " * 2
CONFIGURE = f"%rt_config --instructions 'Say exactly: {ANSWER}'"
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
def test_a_page_that_was_frozen_loses_nothing_and_goes_on_live(open_notebook, playwright, tmp_path):
    file = microphone_wav(tmp_path / "microphone.wav", 60.0)
    with hideable_window(playwright, file) as window:
        notebook = open_notebook(CONNECT, CONFIGURE, window=window)
        notebook.run_all()
        talk, page = Talk(notebook, file), notebook.page
        talk.wait_path("direct")
        talk.speak(60.0)
        talk.type("Tell me.")
        talk.ear.wait_sound()
        page.evaluate(WATCH)

        browser = window.new_cdp_session(page)
        browser.send("Page.setWebLifecycleState", {"state": "frozen"})
        now = notebook.evaluate("session.core.clock.monotonic()")
        notebook.wait_until(f"session.core.clock.monotonic() > {now + FROZEN_SECONDS}")
        browser.send("Page.setWebLifecycleState", {"state": "active"})
        page.bring_to_front()

        talk.wait_answered()
        (froze, stood), (resumed, went_on) = page.evaluate("window.__rtTold")
        assert (froze, resumed) == ("freeze", "resume")
        assert went_on - stood < FROZEN_SECONDS
        sent = talk.stats["sent"]
        talk.wait_stats(f"stats.acked > {sent} + 50 && stats.backlogMs <= 200")
        assert page.evaluate("window.__rtStreams[0].getTracks()[0].readyState") == "live"
        assert talk.messages == []
        talk.hang_up()
        assert talk.dropped_ms == 0
        talk.prove_played()
        talk.prove_microphone()
