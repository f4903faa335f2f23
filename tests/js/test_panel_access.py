"""The panel by keyboard, by reader, in both themes and at any width."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .panel import OpenPanel, deliver, item, mic, show, turn_on

pytestmark = pytest.mark.slow

CONTRASTS = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")


def test_keys_in_the_panel_are_not_the_notebooks(open_panel: OpenPanel) -> None:
    page = open_panel()
    page.get_by_role("textbox", name="Message").press_sequentially("dd m")
    mic(page).press("b")
    assert page.evaluate("keys") == []
    expect(page.locator(".rt-panel")).to_have_attribute("data-lm-suppress-shortcuts", "true")


def test_every_control_is_reached_by_tab_and_shows_its_focus(open_panel: OpenPanel) -> None:
    page = open_panel()
    turn_on(page)
    page.get_by_role("textbox", name="Message").fill("x")
    page.evaluate("document.body.tabIndex = -1; document.body.focus()")
    reached = []
    for _ in range(9):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
        reached.append(page.evaluate("document.activeElement.classList[0]"))
    assert reached == [
        "rt-mic",
        "rt-tool",
        "rt-tool",
        "rt-choice",
        "rt-choice",
        "rt-log",
        "rt-tool",
        "rt-text",
        "rt-send",
    ]


def test_everything_has_a_name_for_a_reader(open_panel: OpenPanel) -> None:
    page = open_panel()
    turn_on(page)
    expect(page.get_by_role("region", name="Voice conversation")).to_be_visible()
    expect(page.get_by_role("log", name="Transcript")).to_have_attribute("aria-live", "polite")
    expect(page.locator(".rt-label")).to_have_attribute("role", "status")
    for control in page.locator(".rt-panel").locator("button:visible, select, textarea").all():
        expect(control).to_have_accessible_name(re.compile(r"\w"))


@pytest.mark.parametrize("theme", ["", "dark"])
def test_every_text_and_icon_has_the_contrast_of_wcag_aa(open_panel: OpenPanel, theme: str) -> None:
    page = open_panel()
    page.evaluate("(theme) => document.documentElement.className = theme", theme)
    show(
        page,
        item("u"),
        item("p", text="", state="in_progress"),
        item("a", role="assistant", state="interrupted", heard_ms=900),
        item("f", role="assistant", state="failed"),
        item("t", role="tool", kind="function_call", text="look()"),
    )
    deliver(page, kind="notice", level="error", text="Something is wrong.")
    page.evaluate("document.querySelectorAll('.rt-pill').forEach((pill) => pill.hidden = false)")
    turn_on(page)
    page.wait_for_timeout(300)  # transitions
    poor = [found for found in page.evaluate(CONTRASTS) if found[1] < 4.5]
    assert poor == []


@pytest.mark.parametrize("width", [376, 576, 1200])
def test_nothing_is_cut_or_pushed_out_at_any_width(open_panel: OpenPanel, width: int) -> None:
    page = open_panel(width=width)
    before = page.locator(".rt-panel").bounding_box()
    show(page, item("a", text="long " * 99), item("b", text="unbreakable" * 30))
    deliver(page, kind="notice", level="error", text="a sentence that explains much " * 5)
    turn_on(page)
    assert page.locator(".rt-panel").bounding_box() == before
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for part in (".rt-mic", ".rt-tools", ".rt-device", ".rt-text", ".rt-send", ".rt-log"):
        inside = page.locator(part).bounding_box()
        assert before is not None
        assert inside is not None
        assert inside["x"] >= before["x"]
        assert inside["x"] + inside["width"] <= before["x"] + before["width"]


def test_reduced_motion_is_honoured(open_panel: OpenPanel) -> None:
    page = open_panel()
    page.emulate_media(reduced_motion="reduce")
    turn_on(page)
    assert page.locator(".rt-ring").evaluate("(ring) => getComputedStyle(ring).transform") == "none"
