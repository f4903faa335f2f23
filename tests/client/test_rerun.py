"""What the user of a recording said, said again to a live server with another configuration."""

import contextlib
import json
from concurrent.futures import Future

import pytest
from websockets.exceptions import ConnectionClosed

import rt_notebook as rt
from rt_notebook.client.connect import sessions
from rt_notebook.protocol.events import Event
from rt_notebook.record import layout
from rt_notebook.record.log import Log
from rt_notebook.record.packing import pack

from ..speech import say, wer
from .scripted import CREATED, scripted_server, send
from .talking import added, item

pytestmark = pytest.mark.slow

TRANSCRIBED = "conversation.item.input_audio_transcription.completed"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A question that was asked by voice, and a second one in writing."""
    path = tmp_path_factory.mktemp("talk") / "talk.rtsession"
    with rt.connect("offline", record=path, quiet=True) as session:
        session.configure(input_audio_transcription=True, instructions="Be brief.").wait(10)
        session.send_audio(say("What is seven plus five?"), pace="fast").wait(60)
        session.say("what is two plus two", output_modalities=["text"]).wait(20)
    return path


def test_the_users_side_is_answered_under_another_configuration(path):
    recorded = rt.open(path)
    again = rt.replay(path, backend="offline", config={"voice": "marin"}, quiet=True)
    session = again.wait(90)
    assert session.status == "open"
    assert sessions()["replay"] is session
    assert session.audio().startswith(recorded.audio())
    assert session.config["audio"]["output"]["voice"] == "marin"
    assert session.config["instructions"] == "Be brief."
    assert [item.role for item in session.items] == [item.role for item in recorded.items]
    assert [item.text for item in session.items if item.role == "user"] == [
        item.text for item in recorded.items if item.role == "user"
    ]


async def answers(connection, asked):
    await send(connection, CREATED)
    with contextlib.suppress(ConnectionClosed):
        async for frame in connection:
            event = json.loads(frame)
            asked.append(event["type"])
            if event["type"] == "conversation.item.create":
                await send(connection, added(event["item"], None))
            elif event["type"] == "response.create":
                response = {"id": "r1", "metadata": event["response"]["metadata"]}
                for type, status in (("created", "in_progress"), ("done", "completed")):
                    body = {**response, "status": status}
                    await send(connection, {"type": f"response.{type}", "response": body})


def asked_again(tmp_path, *entries):
    """What a live server is asked when these entries of a recording are said to it again."""
    log, asked = Log(), []
    for direction, type, fields in (
        ("received", "session.created", {"session": CREATED["session"]}),
        *entries,
    ):
        log.append(direction, Event(type=type, **fields), time=0, wall_time=0)
    pack(tmp_path / "talk.rtsession", log, layout.manifest())
    with scripted_server(lambda connection: answers(connection, asked)) as url:
        rt.replay(tmp_path / "talk.rtsession", backend=url, quiet=True).wait(30).close()
    return asked


def test_what_another_connection_was_given_again_is_not_said_twice(tmp_path):
    hello = {"event_id": "e1", "item": item("u1", "user", "input_text", "hello")}
    again = {"event_id": "e3", "item": hello["item"]}
    assert asked_again(
        tmp_path,
        ("sent", "conversation.item.create", hello),
        ("sent", "response.create", {"event_id": "e2", "response": {}}),
        ("client", "client.disconnected", {"reason": "ended with code 1006"}),
        ("received", "session.created", {"session": CREATED["session"]}),
        ("sent", "conversation.item.create", again),
        ("client", "client.reconnected", {}),
        ("sent", "response.create", {"event_id": "e2", "response": {}}),
    ) == ["conversation.item.create", "response.create"]


HELLO = ("sent", "conversation.item.create", {"item": item("u1", "user", "input_text", "hello")})
OUTPUT = (
    "sent",
    "conversation.item.create",
    {"item": {"type": "function_call_output", "call_id": "call_1", "output": "rain"}},
)
RESPOND = ("sent", "response.create", {"response": {}})


def test_what_a_tool_led_to_is_not_asked_for_without_the_tool(tmp_path):
    asked = asked_again(tmp_path, HELLO, RESPOND, OUTPUT, OUTPUT, RESPOND, HELLO, RESPOND)
    assert asked == ["conversation.item.create", "response.create"] * 2


def test_what_the_user_says_behind_a_tool_that_asked_for_nothing_is_answered(tmp_path):
    asked = asked_again(tmp_path, HELLO, RESPOND, OUTPUT, HELLO, RESPOND)
    assert asked == ["conversation.item.create", "response.create"] * 2


def test_a_live_backend_cannot_be_hurried(path):
    with pytest.raises(rt.ConfigError, match="a live backend listens at speed 1"):
        rt.replay(path, backend="offline", speed=2)


def test_a_configuration_that_cannot_be_opens_nothing(path):
    with pytest.raises(rt.ConfigError, match=r"speed takes 0\.25 to 1\.5"):
        rt.replay(path, backend="offline", config={"speed": 99}, name="refused", quiet=True)
    assert "refused" not in sessions()


def test_a_configuration_that_the_server_refuses_leaves_nothing_open(tmp_path):
    with rt.connect("offline", name="asked", record=tmp_path / "talk.rtsession", quiet=True) as one:
        one.configure(instructions="Be brief.").wait(10)
    recorded = rt.open(tmp_path / "talk.rtsession")
    update = next(entry.event for entry in recorded.log if entry.event.type == "session.update")
    update["session"]["unknown"] = 1
    recorded.save(tmp_path / "odd.rtsession")
    with pytest.raises(rt.ServerError, match="unknown"):
        rt.replay(tmp_path / "odd.rtsession", backend="offline", name="refused", quiet=True)
    assert sessions()["refused"].status == "closed"


def written(tmp_path, *, dialect, **options):
    """The path of a talk in writing that was configured so."""
    path = tmp_path / f"{dialect}.rtsession"
    with rt.connect(
        "offline", name="written", dialect=dialect, record=path, quiet=True, **options
    ) as session:
        session.say("what is two plus two", output_modalities=["text"]).wait(20)
    return path


@pytest.mark.parametrize(
    ("dialect", "other", "options"),
    [
        ("beta", "ga", {"temperature": 0.7, "output_modalities": ["text", "audio"]}),
        ("ga", "beta", {"reasoning_effort": "low", "truncation": "disabled"}),
    ],
)
def test_what_the_other_dialect_cannot_say_is_left_out(tmp_path, dialect, other, options):
    path = written(tmp_path, dialect=dialect, instructions="Be brief.", **options)
    session = rt.replay(path, backend="offline", dialect=other, quiet=True).wait(60)
    assert session.config["instructions"] == "Be brief."
    assert "four" in session.items[-1].text


def test_a_response_is_asked_for_again_as_the_other_dialect_can(tmp_path):
    path = tmp_path / "talk.rtsession"
    with rt.connect("offline", name="one", dialect="beta", record=path, quiet=True) as session:
        session.respond(temperature=0.9, instructions="Answer.", output_modalities=["text"]).wait(
            20
        )
    again = rt.replay(path, backend="offline", quiet=True).wait(60)
    assert [item.role for item in again.items] == ["assistant"]


def next_transcript(session):
    said = Future()
    session.on(TRANSCRIBED, lambda event: said.done() or said.set_result(event["transcript"]))
    return said


def test_the_user_of_a_session_that_only_heard_is_heard_again(tmp_path):
    path = tmp_path / "talk.rtsession"
    with rt.connect(
        "offline", name="one", session_type="transcription", record=path, quiet=True
    ) as session:
        said = next_transcript(session)
        session.send_audio(say("What is seven plus five?"), pace="fast")
        assert wer("What is seven plus five?", said.result(30)) == 0
    again = rt.replay(path, backend="offline", quiet=True)
    said = next_transcript(again.session)
    assert again.wait(60).config["type"] == "transcription"
    assert wer("What is seven plus five?", said.result(30)) == 0


def test_another_run_takes_the_place_of_the_one_before(path):
    first = rt.replay(path, backend="offline", quiet=True)
    second = rt.replay(path, backend="offline", config={"voice": "cedar"}, quiet=True)
    assert first.session.status == "closed"
    assert sessions()["replay"] is second.session
    second.session.close()
