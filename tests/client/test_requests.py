"""Any event of the API, sent by hand: what cannot be sent leaves nothing behind."""

import datetime

import pytest

from rt_notebook import ConfigError, LocalProtocolError, Secret, ServerError, connect

from .scripted import Puppet, scripted_server
from .talking import run

NOON = datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.timezone.utc)
TOOL_SERVER = {
    "type": "mcp",
    "server_label": "docs",
    "server_url": "https://docs.example/mcp",
    "authorization": "sekret-abc123",
}


@pytest.mark.parametrize(
    ("ask", "place"),
    [
        (lambda session: session.add_item({"type": "message", "at": NOON}), "item.at"),
        (lambda session: session.add_item("a\ud83d"), "item.content[0].text"),
        (lambda session: session.say("a\ud83d"), "item.content[0].text"),
        (
            lambda session: session.send(
                {"type": "session.update", "session": {"tracing": {"metadata": {"a": {1}}}}}
            ),
            "session.tracing.metadata.a",
        ),
    ],
)
def test_an_event_that_json_cannot_hold_is_refused_by_its_field(puppet, ask, place):
    seen = len(puppet.session.log)
    with pytest.raises(LocalProtocolError) as refusal:
        ask(puppet.session)
    assert str(refusal.value).startswith(f"{place} takes what JSON can hold, got ")
    assert len(puppet.session.log) == seen


def test_an_events_id_is_text(puppet):
    with pytest.raises(LocalProtocolError, match="'event_id' is text"):
        puppet.session.send({"type": "input_audio_buffer.clear", "event_id": ["mine"]})


@pytest.mark.parametrize("event", [["response.create"], "response.create", None])
def test_an_event_is_an_object(puppet, event):
    with pytest.raises(LocalProtocolError, match=f"a JSON object, got {type(event).__name__}"):
        puppet.session.send(event)


def test_an_id_that_waits_for_its_answer_is_not_taken_twice():
    async def scenario(talk):
        first = talk.send("session.update", session={"instructions": "one"})
        second = talk.send("session.update", session={"instructions": "two"})
        with pytest.raises(LocalProtocolError, match="is taken by what waits"):
            second.wait(0)
        talk.wire.say({"type": "session.updated", "session": {"instructions": "one"}})
        await talk.settle()
        assert first.wait(0)["session"]["instructions"] == "one"
        again = talk.send("session.update", session={"instructions": "three"})
        await talk.settle()
        assert not again.done

    run(scenario)


def test_after_a_refusal_the_next_answer_is_the_next_requests(puppet):
    with pytest.raises(ConfigError):
        puppet.session.configure(tracing_metadata={"a": NOON})
    asked = puppet.session.configure(instructions="Be brief.")
    sent = puppet.told("session.update")
    puppet.say({"type": "session.updated", "event_id": "e", "session": sent["session"]})
    assert asked.wait(10)["session"]["instructions"] == "Be brief."


def test_what_has_no_frame_waits_for_no_answer():
    async def scenario(talk):
        refused = talk.send("session.update", session={"instructions": NOON})
        asked = talk.send("conversation.item.delete", item_id="item_1")
        with pytest.raises(LocalProtocolError, match=r"session\.update holds what JSON cannot"):
            refused.wait(0)
        assert (await talk.wire.told())["type"] == "conversation.item.delete"
        assert talk.core.settings.asked == {}
        assert "mine_session.update" not in talk.core.outstanding
        assert not asked.done

    run(scenario)


MIB = 1024 * 1024


def message(**part):
    return {"type": "message", "role": "user", "content": [part]}


@pytest.mark.parametrize(
    ("kind", "fields", "sentence"),
    [
        (
            "session.update",
            {"session": {"instructions": "x" * 9 * MIB}},
            r"has 9\.0 MiB, and 7\.9 are the most",
        ),
        (
            "conversation.item.create",
            {"item": message(type="input_text", text="x" * 8 * MIB)},
            r"has 8\.0 MiB, and 7\.9 are the most",
        ),
        (
            "conversation.item.create",
            {"item": message(type="input_audio", audio="A" * 17 * MIB)},
            r"has 17\.0 MiB, and 16\.0 are the most",
        ),
    ],
)
def test_what_a_server_would_say_back_in_no_frame_that_is_taken_is_not_sent(kind, fields, sentence):
    async def scenario(talk):
        refused = talk.send(kind, **fields)
        with pytest.raises(LocalProtocolError, match=sentence):
            refused.wait(0)
        assert talk.wire.outbox.empty

    run(scenario)


def test_what_cannot_be_said_is_not_answered(puppet):
    seen = len(puppet.session.log)
    with pytest.raises(LocalProtocolError, match=r"9\.0 MiB"):
        puppet.session.say("x" * 9 * MIB).wait(10)
    with pytest.raises(LocalProtocolError, match="say takes text, got int"):
        puppet.session.say(5)
    assert len(puppet.session.log) == seen


def test_what_the_server_refuses_to_hear_fails_the_answer_to_it(puppet):
    reply = puppet.session.say("Hello.")
    refused = {"event_id": puppet.told("conversation.item.create")["event_id"]}
    puppet.say({"type": "error", "event_id": "e", "error": {"message": "No room.", **refused}})
    with pytest.raises(ServerError, match="No room"):
        reply.wait(10)


def test_sound_is_not_said_back_and_may_be_longer():
    async def scenario(talk):
        sound = message(type="input_audio", audio="A" * 9 * MIB)
        asked = talk.send("conversation.item.create", item=sound)
        assert (await talk.wire.told())["type"] == "conversation.item.create"
        assert not asked.done

    run(scenario)


def test_a_response_that_has_no_frame_holds_up_no_other():
    async def scenario(talk):
        refused = talk.respond("first", input=[NOON])
        talk.respond("second")
        with pytest.raises(LocalProtocolError):
            refused.wait(0)
        assert (await talk.wire.told("response.create"))["event_id"] == "second"
        assert refused not in talk.core.replies

    run(scenario)


def test_a_word_that_the_dialect_lacks_fails_the_request(puppet):
    with scripted_server(Puppet().script) as url:
        session = connect(url, dialect="beta", name="beta", quiet=True)
        asked = session.send({"type": "session.update", "session": {"truncation": "auto"}})
        with pytest.raises(ConfigError, match="the beta dialect has no truncation"):
            asked.wait(10)


@pytest.mark.parametrize(
    ("kind", "part"), [("session.update", "session"), ("response.create", "response")]
)
def test_a_tool_servers_secret_is_hidden_and_sent(puppet, kind, part):
    sent = puppet.session.send({"type": kind, part: {"tools": [TOOL_SERVER]}})
    assert puppet.told(kind)[part]["tools"] == [TOOL_SERVER]
    assert isinstance(sent.event[part]["tools"][0]["authorization"], Secret)
    assert "sekret" not in repr([sent.event, *puppet.session.log])
    assert TOOL_SERVER["authorization"] == "sekret-abc123"
