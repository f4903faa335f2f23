"""Between the frames of one connection and events: dialect, secrets, audio formats.

On this side everything is GA, and all audio is mono PCM16 at 24 kHz.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..config.dialect import from_wire, to_wire
from ..config.hidden import with_concealed_tools
from ..errors import LocalProtocolError, RealtimeError
from ..protocol.effects import Effect, Play, PlayEnd
from ..protocol.events import (
    MAX_EVENT_BYTES,
    MAX_SAID_BACK_BYTES,
    Event,
    encode_audio,
    parse_event,
)
from ..protocol.session_facts import input_format, output_format
from .wire_audio import WireAudio

__all__ = ["Wire", "size_bytes"]

_SAID_BACK = ("session.update", "conversation.item.create")
_MIB = 1024 * 1024


class Wire:
    """The codec of one connection.

    Parameters
    ----------
    dialect : {"ga", "beta"}
        How the server speaks.
    """

    def __init__(self, dialect: str) -> None:
        self._dialect = dialect
        self._audio = WireAudio()
        self._last_play: Play | None = None

    def event(self, frame: str | bytes) -> Event:
        """Return what a frame says.

        Raises
        ------
        MalformedEvent
            If it is no event.
        """
        return parse_event(frame, self._translate)

    def frame(self, event: Event) -> str:
        """Return the text frame that sends an event, with the text of each `Secret`."""
        return Event(to_wire(event, self._dialect)).to_json()

    def refusal(self, event: Event) -> RealtimeError | None:
        """Return why there is no frame that sends an event, None when there is one."""
        try:
            size, most = size_bytes(self.frame(event)), _most_bytes(event)
        except RealtimeError as error:  # the dialect has no words for it
            return error
        except (TypeError, ValueError, RecursionError):
            return LocalProtocolError(f"{event.type} holds what JSON cannot; it was not sent")
        if size <= most:
            return None
        return LocalProtocolError(
            f"{event.type} has {size / _MIB:.1f} MiB, and {most / _MIB:.1f} are the most: "
            "give it in parts, or a smaller picture"
        )

    def audio_frame(self, pcm: bytes, session: Mapping[str, Any]) -> str:
        """Return the text frame that sends the microphone's next chunk."""
        sound = self._audio.encode(pcm, input_format(session))
        return f'{{"type":"input_audio_buffer.append","audio":"{encode_audio(sound)}"}}'

    def decoded(self, effects: Iterable[Effect], session: Mapping[str, Any]) -> Iterator[Effect]:
        """Let the audio of what is played be PCM16 at 24 kHz."""
        for effect in effects:
            if isinstance(effect, Play):
                format = output_format(session)
                effect.audio = self._audio.decode(effect.item_id, effect.audio, format)
                self._last_play = effect
            elif isinstance(effect, PlayEnd) and self._last_play is not None:
                rest = self._audio.finish(effect.item_id)
                if rest and self._last_play.item_id == effect.item_id:
                    yield dataclasses.replace(self._last_play, audio=rest)
            yield effect

    def _translate(self, event: dict[str, Any]) -> dict[str, Any]:
        """What came, in GA's names; what a tool server is reached with becomes `Secret`."""
        return with_concealed_tools(from_wire(event, self._dialect))


def _most_bytes(event: Event) -> int:
    """What an event may take. What the server says back must fit into a frame that is taken."""
    item = event.get("item")
    parts = item.get("content") if isinstance(item, dict) else None
    has_sound = isinstance(parts, list) and any(  # which is not said back
        isinstance(part, dict) and "audio" in part for part in parts
    )
    is_said_back = event.type in _SAID_BACK and not has_sound
    return MAX_SAID_BACK_BYTES if is_said_back else MAX_EVENT_BYTES


def size_bytes(frame: str | bytes) -> int:
    """Return bytes on the wire; most text is ASCII, whose length is known."""
    return len(frame) if isinstance(frame, bytes) or frame.isascii() else len(frame.encode())
