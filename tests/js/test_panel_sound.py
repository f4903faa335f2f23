"""What is heard of a reply, and how it stops."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from ..browser.tap import tap
from ..faults.matrix import fault
from .panel import OpenPanel, turn_on, wait_for

pytestmark = pytest.mark.slow


def test_a_reply_is_heard_and_counted(open_panel: OpenPanel) -> None:
    page = open_panel()
    page.locator(".rt-where").click()
    ear = tap(page)
    page.evaluate("speak(0, 1000)")
    wait_for(page, "model.of('played').at(-1)?.samples === 24000 && !engine.player.sounding")
    page.wait_for_timeout(200)
    recording = ear.read()
    assert abs(int(recording.loud().sum()) * 128 - 24000) <= 256
    assert page.evaluate(
        "[engine.stats.gaps, engine.stats.duplicates, engine.stats.underruns]"
    ) == [0, 0, 0]


def test_a_chunk_that_comes_twice_is_heard_once(open_panel: OpenPanel) -> None:
    page = open_panel()
    page.locator(".rt-where").click()
    page.evaluate("speak(0, 500, {end: false}); speak(0, 300, {seq: 2})")
    wait_for(page, "!engine.player.sounding && model.of('played').length")
    assert page.evaluate("model.of('played').at(-1).samples") == 12000
    assert page.evaluate("engine.stats.duplicates") == 3


def test_what_is_missing_is_asked_for_once_and_heard_in_its_place(open_panel: OpenPanel) -> None:
    page = open_panel()
    page.locator(".rt-where").click()
    page.evaluate("speak(0, 500, {end: false}); speak(0, 500, {seq: 8})")
    wait_for(page, "model.of('played').at(-1)?.samples === 12000")
    assert page.evaluate("model.of('resend').map(({epoch, seq}) => [epoch, seq])") == [[0, 5]]
    page.evaluate("speak(0, 800, {seq: 5})")
    wait_for(page, "model.of('played').at(-1).samples === 31200 && !engine.player.sounding")
    assert page.evaluate("[engine.stats.gaps, engine.stats.duplicates]") == [0, 0]


def test_a_page_that_learns_what_it_missed_asks_until_it_has_it(open_panel: OpenPanel) -> None:
    page = open_panel()
    page.locator(".rt-where").click()
    pong = "model.deliver({kind: 'pong', client: engine.client, t_ms: 0, next: {epoch: 0, seq: 3}})"
    page.evaluate(f"{pong}; speak(0, 500, {{seq: 3}}); {pong}; speak(0, 300); {pong}")
    asked = page.evaluate("model.of('resend').map(({epoch, seq}) => [epoch, seq])")
    assert asked == [[0, 0], [0, 0], [0, 0]]


def test_a_page_that_comes_amid_a_reply_counts_from_there(open_panel: OpenPanel) -> None:
    page = open_panel()
    page.locator(".rt-where").click()
    page.evaluate("speak(3, 500, {seq: 20, first: 20})")
    wait_for(page, "!engine.player.sounding && model.of('played').length")
    assert page.evaluate("model.of('played').at(-1).samples") == 25 * 2400
    assert page.evaluate("model.of('resend').length") == 0


def test_an_interruption_is_silent_at_once_and_exactly_counted(open_panel: OpenPanel) -> None:
    page = open_panel()
    page.locator(".rt-where").click()
    ear = tap(page)
    page.evaluate("speak(0, 3000)")
    wait_for(page, "model.of('played').length > 5")
    page.evaluate("model.deliver({kind: 'flush-playback', client: engine.client, epoch: 0})")
    wait_for(page, "model.of('flushed').length === 1")
    page.evaluate("speak(0, 500, {seq: 30})")
    page.wait_for_timeout(500)
    loud = int(ear.read().loud().sum()) * 128
    assert abs(page.evaluate("model.of('flushed')[0].samples") - loud) <= 256
    assert page.evaluate("engine.stats.lastFlushMs") < 100


@fault(
    "F31",
    "the browser suspends the audio context, or hides and freezes the page",
    "where a click is needed, it is asked for; the microphone hears what is said now, and the "
    "reply goes on where it stopped",
)
def test_sound_that_the_browser_holds_back_waits_for_a_click(open_panel: OpenPanel) -> None:
    page = open_panel()
    # A script of the test counts as the user's gesture, so the browser's rule is put on here.
    page.evaluate(
        """async () => {
            const context = engine.player.unlock(), resume = context.resume.bind(context);
            await context.suspend();
            let clicked = false;
            addEventListener("pointerdown", () => (clicked = true), true);
            context.resume = async () => clicked && resume();
            speak(0, 1000);
        }"""
    )
    hear = page.get_by_role("button", name="Click to hear the reply")
    hear.click()
    wait_for(page, "model.of('played').at(-1)?.samples === 24000")
    expect(hear).to_be_hidden()
    assert page.evaluate("model.kinds().includes('claim')") is True


@fault("F31")
def test_a_microphone_that_the_browser_holds_up_is_told_and_loses_nothing(
    open_panel: OpenPanel,
) -> None:
    page = open_panel()
    turn_on(page)
    page.evaluate("engine.player.context.suspend()")
    paused = page.locator(".rt-message", has_text="The browser has paused all sound of this page")
    paused.wait_for()
    sent = page.evaluate("engine.stats.sent")
    paused.click()
    wait_for(page, f"engine.stats.acked > {sent} + 20")
    expect(paused).to_be_hidden()
    chunks = page.evaluate("model.of('mic-chunk')")
    assert [chunk["seq"] for chunk in chunks] == list(range(len(chunks)))
    assert {chunk["dropped_ms"] for chunk in chunks} == {0}
    assert page.evaluate("streams.length") == 1


def test_the_button_that_stops_the_reply_works_while_there_is_one(open_panel: OpenPanel) -> None:
    page = open_panel()
    stop = page.get_by_role("button", name="Stop the reply")
    expect(stop).to_be_disabled()
    page.locator(".rt-where").click()
    page.evaluate("speak(0, 3000)")
    stop.click()
    assert page.evaluate("model.of('cancel').length") == 1
