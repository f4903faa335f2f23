"""Calls that wait for the user: asked for in the page, answered there, once."""

from __future__ import annotations

import pytest

from .stage import begun


def send(to: str) -> str:
    """Send a mail."""
    return f"sent to {to}"


def called(arguments='{"to": "Anna"}'):
    call = {
        "type": "function_call", "id": "i", "call_id": "c", "name": "send",
        "arguments": arguments, "status": "completed",
    }  # fmt: skip
    response = {"id": "r", "status": "completed", "output": [call]}
    return begun("r"), {"type": "response.done", "event_id": "e", "response": response}


@pytest.mark.parametrize(("allow", "told"), [(True, "sent to Anna"), (False, "did not allow")])
def test_a_call_is_asked_for_in_the_page_and_its_answer_counts(server, stage, allow, told):
    stage.panel.session.tool(send)
    stage.page("hello", views=1)
    server.say(*called())
    while not (asked := stage.next("approvals")["approvals"]):
        pass
    (question,) = asked
    assert (question["name"], question["arguments"]) == ("send", '{"to": "Anna"}')
    stage.page("approve", nonce=question["nonce"], allow=allow)
    assert told in server.told("conversation.item.create")["item"]["output"]
    assert stage.next("approvals")["approvals"] == []


@pytest.mark.parametrize("nonce", ["c", "", "0" * 32])
def test_an_answer_without_the_nonce_lets_nothing_run(server, stage, nonce):
    stage.panel.session.tool(send)
    stage.page("hello", views=1)
    server.say(*called())
    while not stage.next("approvals")["approvals"]:
        pass
    stage.page("approve", nonce=nonce, allow=True)
    assert "waits for this answer" in stage.next("notice")["text"]
    assert len(stage.panel.session.approvals) == 1


def test_what_is_not_true_is_a_no(server, stage):
    stage.panel.session.tool(send)
    stage.page("hello", views=1)
    server.say(*called())
    while not (asked := stage.next("approvals")["approvals"]):
        pass
    stage.page("approve", nonce=asked[0]["nonce"], allow="true")
    assert "did not allow" in server.told("conversation.item.create")["item"]["output"]


def test_a_page_that_comes_later_is_asked_too(server, stage):
    stage.panel.session.tool(send)
    server.say(*called())
    while not stage.next("approvals")["approvals"]:
        pass
    stage.page("hello", "two", views=1)
    asked = stage.next("approvals")
    assert asked["client"] == "two"
    assert len(asked["approvals"]) == 1


def test_arguments_of_a_megabyte_are_shown_from_their_beginning(server, stage):
    stage.panel.session.tool(send)
    server.say(*called(f'{{"to": "{"x" * 1_000_000}"}}'))
    while not (asked := stage.next("approvals")["approvals"]):
        pass
    assert asked[0]["arguments"].endswith("(980,010 more characters)")
