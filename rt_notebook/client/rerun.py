"""What the user of a recording said, said again to a live backend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..audio import pcm
from ..background import loop_thread
from ..config.dialect import check_dialect
from ..config.spelling import sayable
from ..config.succession import session_after
from ..errors import RealtimeError
from ..protocol.events import Event
from ..protocol.requests import REQUEST_KEY, is_out_of_band
from ..record.entry import Entry
from ..record.log import Log
from .connect import connect
from .identity import new_id
from .recording import Recording
from .replay import Replay
from .reply import Reply
from .session import RealtimeSession
from .settings import Settings
from .takers import Takers
from .upload import CHUNK_MS, silence_ms

__all__ = ["rerun_recording"]

ANSWER_SECONDS = 60.0
QUIET_SECONDS = 2.0
_LOOK_SECONDS = 0.1
_CONFIGURE_SECONDS = 10.0
#: Of the recorded session alone: its tools ran in the recorded kernel, not in this one.
_OF_ITS_OWN = ("model", "tools", "tool_choice")
_SAID = ("input_audio_buffer.commit", "input_audio_buffer.clear", "response.create")


def rerun_recording(
    recording: Recording,
    backend: str | None,
    config: Mapping[str, Any],
    *,
    name: str,
    **connection: Any,
) -> Replay:
    """Connect, configured as in the recording but for what `config` says; speak at `play`.

    Raises
    ------
    ConfigError, ServerError, ConnectionLost
        As `connect`; also when the server refuses the configuration. Nothing stays open.
    """
    dialect = check_dialect(connection.get("dialect", "ga"))
    wanted = session_after(_asked(recording), config, dialect=dialect)
    connection = {"session_type": wanted["type"], **connection}
    session = connect(backend, model=wanted.pop("model", None), name=name, **connection)
    session.gives_way = True
    try:
        if set(wanted) != {"type"}:
            session.send({"type": "session.update", "session": wanted}).wait(_CONFIGURE_SECONDS)
    except (RealtimeError, TimeoutError):
        session.close()
        raise
    return Replay(session, lambda replay: _start(replay, recording.log))


def _start(replay: Replay, log: Log) -> None:
    core = replay.session.core
    loop_thread().call_soon(lambda: core.run(_speak(replay, log)))


async def _speak(replay: Replay, log: Log) -> None:
    session, clock = replay.session, replay.session.core.clock
    try:
        began, first = clock.monotonic(), None
        for entry in _said(log):
            first = entry.time if first is None else first
            await clock.sleep(max(0.0, entry.time - first - (clock.monotonic() - began)))
            _say(session, log, entry)
        await _end_turn(session)
        await _settle_down(session)
    except RealtimeError as error:
        replay.fail(error)
    else:
        replay.settle(session)


def _asked(recording: Recording) -> dict[str, Any]:
    """The configuration that the recorded session asked for, as far as another can have it."""
    settings = Settings()
    takers = {"sent": Takers(settings.sent), "received": Takers(settings.received)}
    for entry in recording.log:
        if entry.direction in takers:
            takers[entry.direction].tell(entry.event)
    asked = {key: value for key, value in settings.asked.items() if key not in _OF_ITS_OWN}
    return {**asked, "type": recording.config.get("type", "realtime")}


def _said(log: Log) -> Iterator[Entry]:
    """What the user did: sound, turns ended by hand, written messages.

    A response that the recorded client asked for behind the output of a tool belongs to the
    tool, which is not run again.
    """
    follows_tool = False
    for entry in _asked_once(log):
        event, item = entry.event, entry.event.get("item")
        item = item if isinstance(item, dict) else {}
        if item.get("type") == "function_call_output":
            follows_tool = True
        elif event.type == "response.create" and follows_tool and not is_out_of_band(event):
            follows_tool = False
        elif entry.audio or event.type in _SAID or item.get("role") == "user":
            follows_tool = follows_tool and not item
            yield entry


def _asked_once(log: Log) -> Iterator[Entry]:
    """What was sent, but for what restored the session on another connection or came again."""
    seen: set[str] = set()
    restores = False
    for entry in log:
        if entry.event.type in ("client.disconnected", "client.reconnected"):
            restores = entry.event.type == "client.disconnected"
        elif entry.direction == "sent" and (entry.audio or not restores):
            event_id = entry.event.get("event_id")
            if event_id is None or str(event_id) not in seen:
                yield entry
            seen.add(str(event_id))


def _say(session: RealtimeSession, log: Log, entry: Entry) -> None:
    if entry.audio is not None:
        session.core.append_audio(log.sound(entry.audio))
        return
    event = Event({**entry.event, "event_id": new_id("event")})
    if event.type == "response.create":
        _respond(session, event)
    else:
        event.pop("previous_item_id", None)
        session.send(event)


def _respond(session: RealtimeSession, event: Event) -> None:
    asked = sayable(event.get("response") or {}, session.dialect)
    response = {key: value for key, value in asked.items() if key not in _OF_ITS_OWN}
    metadata = {**(response.get("metadata") or {}), REQUEST_KEY: event["event_id"]}
    event["response"] = {**response, "metadata": metadata}
    session.core.respond(Reply(session.conversation, session.log), event)


async def _end_turn(session: RealtimeSession) -> None:
    """Be silent until the server has ended the turn: it may wait longer than the recorded one."""
    if session.turn_detection == "none":
        return
    chunk = pcm.silence(CHUNK_MS)
    for _ in range(silence_ms(session.config) // CHUNK_MS):
        if not session.core.machine.user_speaking:
            return
        session.core.append_audio(chunk)
        await session.core.clock.sleep(CHUNK_MS / 1000)


async def _settle_down(session: RealtimeSession) -> None:
    """Wait until every answer has come and no other begins."""
    quiet, clock, deadline = 0.0, session.core.clock, ANSWER_SECONDS
    while quiet < QUIET_SECONDS and deadline > 0 and session.status == "open":
        await clock.sleep(_LOOK_SECONDS)
        deadline -= _LOOK_SECONDS
        machine = session.core.machine
        answering = machine.active_response is not None or machine.user_speaking
        answering = answering or not all(reply.done for reply in session.replies)
        quiet = 0.0 if answering else quiet + _LOOK_SECONDS
