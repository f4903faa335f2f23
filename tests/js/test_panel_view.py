"""What a user sees: the talk so far, messages, and no markup from outside."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .panel import OpenPanel, deliver, item, mic, show, turn_on, wait_for

pytestmark = pytest.mark.slow

MARKUP = [
    "<img src=x onerror='window.hacked=1'>",
    "</textarea><script>window.hacked=1</script>",
    "<svg onload='window.hacked=1'></svg>",
    "<iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "<a href='javascript:window.hacked=1'>x</a>",
    "${window.hacked=1}",
    "\u202egnp.exe \u200b\u0000 \x1b[31mred",
]


def test_the_transcript_is_in_order_and_a_late_one_lands_in_its_place(
    open_panel: OpenPanel,
) -> None:
    page = open_panel()
    show(page, item("u", text="", state="in_progress"), item("a", role="assistant", text="Yes."))
    words = page.locator(".rt-log .rt-words")
    expect(words).to_have_text(["Transcribing…", "Yes."])
    deliver(page, kind="items", items=[item("u", text="Really?")], order=None)
    expect(words).to_have_text(["Really?", "Yes."])


@pytest.mark.parametrize("text", MARKUP)
def test_no_text_from_outside_becomes_markup(open_panel: OpenPanel, text: str) -> None:
    page = open_panel()
    show(page, item(text, text=text, role=text, kind="message"), item("b", text=text))
    deliver(page, kind="notice", level=text, text=text)
    for trait in ("backend", "model", "voice", "sound_goes_to", "status"):
        page.evaluate("([trait, text]) => model.set(trait, text)", [trait, text])
    expect(page.locator(".rt-words").last).to_have_text(text, use_inner_text=False)
    assert page.evaluate("document.querySelector('.rt-panel').textContent").count(text) >= 5
    assert page.evaluate("window.hacked") is None
    assert page.locator(".rt-panel").locator("img, script, iframe, a").count() == 0


def test_who_reads_back_is_not_pulled_to_the_end(open_panel: OpenPanel) -> None:
    page = open_panel()
    many = [item(f"i{i}", text=f"line {i}") for i in range(60)]
    show(page, *many)
    log, latest = page.get_by_role("log"), page.get_by_role("button", name="Latest")
    expect(latest).to_be_hidden()
    log.evaluate("(log) => log.scrollTop = 0")
    expect(latest).to_be_visible()
    show(page, *many, item("new"))
    assert log.evaluate("(log) => log.scrollTop") == 0
    latest.click()
    expect(page.locator(".rt-words").last).to_be_in_viewport()
    expect(latest).to_be_hidden()


def test_two_views_have_one_engine_and_the_saved_copy_is_hidden_meanwhile(
    open_panel: OpenPanel,
) -> None:
    page = open_panel()
    copy = page.locator(".rt-static")
    expect(copy).to_be_hidden()
    page.evaluate("() => void (window.unshowSecond = show('second'))")
    assert page.evaluate(
        "[...document.querySelectorAll('.rt-panel')].every(({rtEngine}) => rtEngine === engine)"
    )
    wait_for(page, "model.of('hello').at(-1).views === 2")
    page.evaluate("unshow(); unshowSecond()")
    expect(copy).to_be_visible()


def test_a_panel_that_no_kernel_knows_leaves_the_saved_copy_to_be_read(
    open_panel: OpenPanel,
) -> None:
    page = open_panel()
    page.evaluate("unshow(); leave(); model.answering = false")
    page.evaluate("() => { window.leave = panel.initialize({ model }); show('first'); }")
    view, copy = page.locator(".rt-panel"), page.locator(".rt-static")
    expect(view).to_contain_text("run the cell to talk")
    expect(copy).to_be_visible()
    expect(page.get_by_role("log")).to_be_hidden()
    page.evaluate("() => { model.answering = true; show('second'); }")
    expect(copy).to_be_hidden()
    expect(page.get_by_role("log").first).to_be_visible()


def test_a_message_can_be_put_away_and_comes_back_when_it_happens_again(
    open_panel: OpenPanel,
) -> None:
    page = open_panel()
    messages = page.locator(".rt-messages")
    deliver(page, kind="notice", level="error", text="The server is gone.")
    expect(messages).to_have_text("The server is gone.")
    page.get_by_role("button", name="Dismiss").click()
    expect(messages).to_be_empty()
    deliver(page, kind="notice", level="error", text="The server is gone.")
    expect(messages).to_have_text("The server is gone.")


def test_a_kernel_that_blocks_the_microphone_is_explained(open_panel: OpenPanel) -> None:
    page = open_panel()
    page.evaluate("model.set('mic_waits', true)")
    expect(page.locator(".rt-messages")).to_contain_text("While a cell runs, the microphone waits")


def test_a_talk_that_ended_leaves_an_inert_panel(open_panel: OpenPanel) -> None:
    page = open_panel()
    turn_on(page)
    page.evaluate("model.set('status', 'closed')")
    expect(page.locator(".rt-label")).to_have_text("Talk ended")
    assert page.evaluate("streams[0].getTracks()[0].readyState") == "ended"
    expect(mic(page)).to_be_disabled()
    expect(page.get_by_role("textbox", name="Message")).to_be_disabled()
