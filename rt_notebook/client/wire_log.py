"""Logs of other programs: one JSON object a line, as the wire had it.

Read are lines ``{"dir": "c" | "s", "ev": {…}}``: ``c`` was sent by the client, ``s`` by the
server. Other lines are passed over. Such logs have no times, so that every event gets a
moment of its own, and often no ids of the client's events.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..protocol.effects import Play
from ..protocol.events import MAX_EVENT_BYTES, Event, MalformedEvent, decode_audio
from ..protocol.machine import SessionMachine
from ..record.layout import MalformedRecording
from ..record.log import Log
from .wire import Wire

__all__ = ["read_wire_log"]

SECONDS_PER_EVENT = 0.02
_BETA_FIELDS = ("modalities", "input_audio_format", "output_audio_format")


def read_wire_log(path: Path) -> Log:
    """Return the log of a session that another program wrote down.

    Raises
    ------
    MalformedRecording
        If no line holds an event.
    OSError
        If it cannot be read.
    """
    lines = list(_lines(path))
    reader = _Reader("beta" if any(_is_beta(event) for _, event in lines) else "ga")
    for direction, event in lines:
        reader.read(direction, event)
    if not len(reader.log):
        raise MalformedRecording(f"{path.name} holds no event of a session; choose another file")
    return reader.log


class _Reader:
    def __init__(self, dialect: str) -> None:
        self.log = Log()
        self._wire = Wire(dialect)
        self._machine = SessionMachine(lambda: "")

    def read(self, direction: str, raw: dict[str, Any]) -> None:
        """Take one event; what is none is passed over, as it is on the wire."""
        text = json.dumps(raw)
        audio = b""
        try:
            event = self._wire.event(text)
            if direction == "s":
                effects = self._wire.decoded(self._machine.receive(event), self._machine.session)
                audio = b"".join(effect.audio for effect in effects if isinstance(effect, Play))
            elif event.type == "input_audio_buffer.append":
                audio = decode_audio(event.get("audio", ""))
        except MalformedEvent:
            return
        time = len(self.log) * SECONDS_PER_EVENT
        self.log.append(
            "received" if direction == "s" else "sent",
            event if direction == "s" else Event({"event_id": f"event_{len(self.log)}", **event}),
            time=time,
            wall_time=time,
            audio=audio[: len(audio) // 2 * 2],
            size_bytes=len(text),
        )


def _lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    with path.open("rb") as file:
        while line := file.readline(MAX_EVENT_BYTES):
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if not isinstance(value, dict) or value.get("dir") not in ("c", "s"):
                continue
            if isinstance(value.get("ev"), dict):
                yield value["dir"], value["ev"]


def _is_beta(event: dict[str, Any]) -> bool:
    session = event.get("session")
    named = isinstance(session, dict) and any(field in session for field in _BETA_FIELDS)
    return named or str(event.get("type")).startswith(("response.audio.", "response.text."))
