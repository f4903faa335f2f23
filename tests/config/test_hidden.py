"""Secrets inside a configuration: hidden where they enter, text on the wire only."""

import json

import pytest

from rt_notebook import Secret
from rt_notebook.config.hidden import concealed, is_masked, masked, revealed
from rt_notebook.protocol.events import Event

SERVER = {
    "type": "mcp",
    "server_label": "docs",
    "authorization": "sk-hidden",
    "headers": {"X-Key": "sk-header"},
}


def test_what_was_concealed_is_shown_as_dots_and_revealed_as_it_was():
    hidden = concealed(SERVER)
    assert "sk-" not in repr(hidden)
    assert revealed(hidden) == SERVER
    dots = {**SERVER, "authorization": "•••", "headers": {"X-Key": "•••"}}
    assert masked({"tools": [hidden]}) == {"tools": [dots]}
    assert SERVER["authorization"] == "sk-hidden"


@pytest.mark.parametrize(
    "url", ["https://ada:sekret@w.example/", "https://w.example/sse?key=sekret", "https://[sekret"]
)
def test_an_address_that_may_hold_a_key_is_one(url):
    hidden = concealed({**SERVER, "server_url": url})
    assert "sekret" not in repr(hidden)
    assert revealed(hidden)["server_url"] == url
    assert is_masked(concealed(masked({**SERVER, "server_url": hidden["server_url"]})))


def test_an_address_without_one_is_shown():
    assert concealed({"server_url": "https://w.example/sse"})["server_url"] == (
        "https://w.example/sse"
    )


def test_what_was_read_from_dots_is_known():
    assert is_masked(concealed(masked(concealed(SERVER))))
    assert not is_masked(concealed(SERVER))


def test_a_secret_stays_one_and_what_is_no_text_stays_for_the_check():
    secret = Secret("sk-hidden")
    assert concealed({"authorization": secret})["authorization"] is secret
    assert concealed({"authorization": 7, "headers": 7}) == {"authorization": 7, "headers": 7}


def test_an_event_holds_the_secret_and_its_frame_the_text():
    event = Event(type="session.update", session={"tools": [concealed(SERVER)]})
    assert "sk-" not in repr(event)
    assert json.loads(event.to_json())["session"]["tools"] == [SERVER]
