"""Calls that wait for the user, and what speech does while the reply sounds."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from .panel import OpenPanel, deliver, show, turn_on, wait_for
from .test_panel_view import MARKUP

pytestmark = pytest.mark.slow

MAIL = {
    "nonce": "n1",
    "name": "send_mail",
    "server": "",
    "arguments": json.dumps({"to": "Anna", "text": "See you at nine."}),
}
EVENT = {"nonce": "n2", "name": "create_event", "server": "calendar", "arguments": "{}"}


def ask(page: Page, *approvals: dict[str, str]) -> None:
    deliver(page, kind="approvals", approvals=list(approvals))


def test_a_call_is_asked_for_with_its_name_its_arguments_and_who_runs_it(
    open_panel: OpenPanel,
) -> None:
    page = open_panel()
    ask(page, MAIL, EVENT)
    mail = page.get_by_role("article", name="Allow send_mail?")
    expect(mail).to_contain_text("a function of this notebook")
    expect(mail.locator("dt")).to_have_text(["to", "text"])
    expect(mail.locator("dd")).to_have_text(["Anna", "See you at nine."])
    expect(page.get_by_role("article").last).to_contain_text("the server calendar")


@pytest.mark.parametrize(("button", "allow"), [("Allow once", True), ("Deny", False)])
def test_the_answer_goes_to_the_kernel_with_the_nonce_of_its_card(
    open_panel: OpenPanel, button: str, allow: bool
) -> None:
    page = open_panel()
    ask(page, MAIL, EVENT)
    page.get_by_role("article").last.get_by_role("button", name=button).click()
    wait_for(page, "model.of('approve').length === 1")
    (answer,) = page.evaluate("model.of('approve')")
    assert (answer["nonce"], answer["allow"]) == ("n2", allow)


def test_a_card_goes_when_the_kernel_has_its_answer_and_no_other_card_moves(
    open_panel: OpenPanel,
) -> None:
    page = open_panel()
    ask(page, MAIL, EVENT)
    page.evaluate("window.kept = document.querySelector('[aria-label=\"Allow create_event?\"]')")
    ask(page, EVENT)
    expect(page.get_by_role("article")).to_have_count(1)
    assert page.evaluate("kept.isConnected")
    ask(page)
    expect(page.get_by_role("group", name="Calls that wait for you")).to_be_hidden()


def test_a_card_takes_no_click_that_was_meant_for_what_was_there_before(
    open_panel: OpenPanel,
) -> None:
    page = open_panel()
    ask(page, MAIL)
    assert page.evaluate("document.querySelector('.rt-allow').disabled")
    expect(page.get_by_role("button", name="Allow once")).to_be_enabled()


def test_a_script_cannot_press_the_button(open_panel: OpenPanel) -> None:
    page = open_panel()
    ask(page, MAIL)
    expect(page.get_by_role("button", name="Allow once")).to_be_enabled()
    page.evaluate("document.querySelector('.rt-allow').click()")
    assert page.evaluate("model.of('approve')") == []


@pytest.mark.parametrize("text", MARKUP)
def test_no_name_and_no_argument_becomes_markup(open_panel: OpenPanel, text: str) -> None:
    page = open_panel()
    ask(page, {"nonce": text, "name": text, "server": text, "arguments": json.dumps({text: text})})
    ask(page, {"nonce": "second", "name": text, "server": text, "arguments": text})
    expect(page.get_by_role("article")).to_have_count(1)
    assert page.evaluate("window.hacked") is None
    assert page.locator(".rt-asks").locator("img, script, iframe, a, svg[onload]").count() == 0


def test_in_half_duplex_the_microphone_hears_nothing_while_the_reply_sounds(
    open_panel: OpenPanel,
) -> None:
    page = open_panel()
    page.evaluate("model.set('half_duplex', true)")
    turn_on(page)
    hears = "streams[0].getAudioTracks()[0].enabled"
    assert page.evaluate(hears)
    page.evaluate("speak(0, 600)")
    wait_for(page, f"!{hears}")
    expect(page.locator(".rt-hint")).to_have_text("You are muted meanwhile.")
    wait_for(page, hears)
    assert not page.evaluate("engine.state.sounding")


def test_what_speech_does_is_one_choice_and_the_kernel_has_the_word(
    open_panel: OpenPanel,
) -> None:
    page = open_panel()
    choice = page.get_by_role("combobox", name="While the reply sounds")
    expect(choice).to_have_value("interrupt")
    choice.select_option("Let it finish")
    wait_for(page, "model.of('switches').length === 1")
    (told,) = page.evaluate("model.of('switches')")
    assert (told["barge_in"], told["half_duplex"]) == (False, False)
    page.evaluate("model.set('half_duplex', true)")
    expect(choice).to_have_value("wait")
    page.evaluate("model.set('turn_detection', 'none')")
    expect(choice).to_be_hidden()


def test_items_of_hosted_tools_say_what_they_are(open_panel: OpenPanel) -> None:
    page = open_panel()
    kinds = ["mcp_list_tools", "mcp_call", "mcp_approval_request", "mcp_approval_response"]
    items = [
        {"id": kind, "role": "tool", "kind": kind, "text": kind, "state": "completed",
         "heard_ms": None, "truncated": False}
        for kind in kinds
    ]  # fmt: skip
    show(page, *items)
    expect(page.locator(".rt-speaker")).to_have_text(
        ["Tools of a server", "Tool call at a server", "A server's tool asks", "Your answer"]
    )
