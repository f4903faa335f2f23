"""A panel whose page is hidden and frozen by its browser, with nothing lost on the way to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from ..browser.chromium import hideable_window
from ..faults.matrix import fault
from ..speech import microphone_wav
from .panel import turn_on, wait_for

pytestmark = pytest.mark.slow

SOUND_MS = 3000


@fault("F31")
def test_a_frozen_page_stands_still_and_loses_nothing(port: int, tmp_path: Path) -> None:
    file = microphone_wav(tmp_path / "microphone.wav", 60.0)
    with sync_playwright() as playwright, hideable_window(playwright, file) as window:
        page = window.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        page.wait_for_function("window.ready === true && model.kinds().includes('hello')")
        turn_on(page)
        page.evaluate(f"speak(0, {SOUND_MS})")
        wait_for(page, "engine.stats.playedSamples > 0")

        window.new_page().bring_to_front()
        browser = window.new_cdp_session(page)
        browser.send("Page.setWebLifecycleState", {"state": "frozen"})
        stood = page.evaluate("engine.player.context.currentTime")
        page.wait_for_timeout(2500)  # nothing of a frozen page can be waited for
        assert page.evaluate("engine.player.context.currentTime") - stood < 1
        browser.send("Page.setWebLifecycleState", {"state": "active"})
        page.bring_to_front()

        wait_for(page, f"engine.stats.playedSamples === {SOUND_MS * 24}")
        sent = page.evaluate("engine.stats.sent")
        wait_for(page, f"engine.stats.acked > {sent} + 20")
        assert page.evaluate("[engine.stats.droppedMs, engine.stats.underruns]") == [0, 0]
        assert page.evaluate("streams.map((s) => s.getTracks()[0].readyState)") == ["live"]
        assert page.locator(".rt-message").count() == 0
