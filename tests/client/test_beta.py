"""A server of the old dialect: its names are on the wire and nowhere else."""

import pytest

from rt_notebook import ConfigError, connect

from .scripted import scripted_server, send


def test_the_server_is_asked_for_the_old_names_and_nothing_here_has_them():
    headers, received = [], []

    async def script(connection):
        headers.append(connection.request.headers.get("OpenAI-Beta"))
        session = {"id": "sess_1", "modalities": ["audio", "text"], "voice": "alloy"}
        await send(connection, {"type": "session.created", "event_id": "1", "session": session})
        received.append(await connection.recv())
        answer = {**session, "temperature": 0.7, "turn_detection": {"type": "server_vad"}}
        item = {"id": "item_1", "type": "message", "role": "assistant", "content": []}
        of_item = {"item_id": "item_1", "output_index": 0, "content_index": 0, "response_id": "r"}
        await send(
            connection,
            {"type": "conversation.item.created", "event_id": "2", "item": item},
            {"type": "response.text.delta", "event_id": "3", **of_item, "delta": "Hello"},
            {"type": "session.updated", "event_id": "4", "session": answer},
        )
        await connection.wait_closed()

    with scripted_server(script) as url:
        session = connect(url, dialect="beta", quiet=True)
        assert session.config["audio"]["output"]["voice"] == "alloy"
        session.configure(temperature=0.7, turn_detection_threshold=0.6).wait(10)
        assert session.config["temperature"] == 0.7
        assert session.turn_detection == "server_vad"
        assert [item.text for item in session.items] == ["Hello"]
        names = {entry.event.type for entry in session.log}
        assert {"conversation.item.added", "response.output_text.delta"} <= names
        session.close()
    assert headers == ["realtime=v1"]
    (sent,) = received
    assert '"session":{' in sent
    assert '"temperature":0.7' in sent
    assert '"turn_detection":{"type":"server_vad","threshold":0.6}' in sent
    assert '"audio"' not in sent


def test_there_are_two_dialects():
    with pytest.raises(ConfigError, match="dialect takes ga or beta, got 'gamma'"):
        connect("offline", dialect="gamma")


@pytest.mark.slow
def test_temperature_works_end_to_end_on_the_offline_server():
    session = connect("offline", dialect="beta", quiet=True)
    session.configure(temperature=0.7, modalities="text").wait(10)
    assert session.config["temperature"] == 0.7
    reply = session.say("What is two plus two?").wait(20)
    assert "four" in reply.text.lower() or "4" in reply.text
    assert reply.response["temperature"] == 0.7
    assert [item.role for item in session.items] == ["user", "assistant"]


@pytest.mark.slow
def test_a_spoken_answer_comes_through_the_old_dialect():
    session = connect("offline", dialect="beta", quiet=True)
    reply = session.say("Say exactly: good morning.").wait(30)
    assert reply.text
    assert len(reply.audio) > 24000
