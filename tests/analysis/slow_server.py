"""A server that takes a turn for over when its sound has come, and then takes its time."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import statistics
import time

from websockets.exceptions import ConnectionClosed

from rt_notebook.protocol.events import decode_audio, encode_audio

from ..client.scripted import CREATED, send
from .talk import tone

__all__ = ["PARTS", "SPEECH_MS", "SlowServer"]

#: Part of the wait → what the server sends at its end.
PARTS = {
    "stop_to_commit": "input_audio_buffer.committed",
    "commit_to_response": "response.created",
    "response_to_audio": "response.output_audio.delta",
}
SPEECH_MS = 120
BYTES_PER_MS = 48


class SlowServer:
    """Answers each `SPEECH_MS` of sound with one turn.

    Attributes
    ----------
    delays_ms : dict
        Milliseconds to wait before an event.
    waited_ms : dict
        How long it was in truth, turn by turn: a busy machine wakes late.
    """

    def __init__(self):
        self.delays_ms = {}
        self.waited_ms = {type: [] for type in PARTS.values()}
        self._turns = itertools.count(1)

    def delay(self, part, delay_ms):
        """Wait so long in one part from here on, and forget how long the waits were."""
        self.delays_ms = {PARTS[part]: delay_ms}
        for waited in self.waited_ms.values():
            waited.clear()

    def median_wait_ms(self):
        """Return the median of the waits by the part of the latency that they belong to."""
        return {part: statistics.median(self.waited_ms[type]) for part, type in PARTS.items()}

    async def script(self, connection):
        await send(connection, CREATED)
        heard_ms = answered_ms = 0
        with contextlib.suppress(ConnectionClosed):
            async for frame in connection:
                event = json.loads(frame)
                if event["type"] == "input_audio_buffer.append":
                    heard_ms += len(decode_audio(event["audio"])) // BYTES_PER_MS
                if heard_ms >= answered_ms + SPEECH_MS:
                    answered_ms += SPEECH_MS
                    await self._turn(connection, answered_ms)

    async def _turn(self, connection, end_ms):
        number = next(self._turns)
        item, response = {"item_id": f"u{number}"}, {"id": f"r{number}", "status": "completed"}
        answer = {"response_id": f"r{number}", "item_id": f"a{number}"}
        message = {"id": f"a{number}", "type": "message", "role": "assistant", "content": []}
        sound = {**answer, "content_index": 0, "delta": encode_audio(tone(100))}
        start_ms = end_ms - SPEECH_MS
        for type, fields in (
            ("input_audio_buffer.speech_started", {**item, "audio_start_ms": start_ms}),
            ("input_audio_buffer.speech_stopped", {**item, "audio_end_ms": end_ms}),
            ("input_audio_buffer.committed", {**item, "previous_item_id": None}),
            ("response.created", {"response": {"id": f"r{number}", "status": "in_progress"}}),
            ("response.output_item.added", {"response_id": f"r{number}", "item": message}),
            ("response.output_audio.delta", sound),
            ("response.output_audio.done", {**answer, "content_index": 0}),
            ("response.done", {"response": response}),
        ):
            if type in self.waited_ms:
                began = time.monotonic()
                await asyncio.sleep(self.delays_ms.get(type, 0) / 1000)
                self.waited_ms[type].append((time.monotonic() - began) * 1000)
            await send(connection, {"type": type, "event_id": f"{type} {number}", **fields})
