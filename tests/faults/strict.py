"""A strict Realtime server in virtual time, which shares no line with ours.

It speaks through transports without a network, notes every breach of the protocol, and
breaks where and when it is told to.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import random
from collections.abc import AsyncIterator, Callable
from typing import Any

from rt_notebook.client.clock import VirtualClock
from rt_notebook.client.transport import Outbox
from rt_notebook.errors import ConnectionLost

Json = dict[str, Any]

CHUNK = base64.b64encode(b"\x01\x02" * 2400).decode()  # 100 ms
SILENCE_MS = 500
CONTENT = {
    "user": {"input_text", "input_audio", "input_image"},
    "assistant": {"output_text"},
    "system": {"input_text"},
}


class StrictServer:
    """Gives connections to a client.

    Attributes
    ----------
    breaches : list of str
        What the client did that the API forbids.
    lines : list of Line
        Every connection so far.
    calls_tool : bool
        Whether the next answer calls the function ``look_up``.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.breaches: list[str] = []
        self.lines: list[Line] = []
        self.calls_tool = False
        self.tool_outputs = 0
        self.keeps_done = False
        self.ids = itertools.count()

    async def dial(self) -> Line:
        self.lines.append(Line(self))
        return self.lines[-1]

    @property
    def line(self) -> Line:
        return self.lines[-1]


class Line:
    """One connection: the client's transport, and the server behind it."""

    def __init__(self, server: StrictServer) -> None:
        self.outbox = Outbox()
        self.server = server
        self.ended = False
        self.received = 0
        self.paused_until = 0.0
        self._frames: asyncio.Queue[str | bytes | ConnectionLost | None] = asyncio.Queue()
        self._items: dict[str, Json] = {}
        self._session: Json = {"type": "realtime", "model": "strict", "tools": []}
        self._active: str | None = None
        self._answering: asyncio.Future[None] | None = None
        self._heard_ms, self._silent_ms, self._speaking = 0, 0, ""
        turn_detection = {"type": "server_vad", "silence_duration_ms": SILENCE_MS}
        self._session["audio"] = {"input": {"turn_detection": turn_detection}}
        expires_at = int(server.clock.wall()) + 3600
        self.emit("session.created", session={**self._session, "expires_at": expires_at})
        self._serving = asyncio.ensure_future(self._serve())

    # The client's end

    def send(self, text: str, *, droppable: bool = False) -> None:
        self.outbox.put(text, droppable=droppable)

    async def frames(self) -> AsyncIterator[str | bytes]:
        while (frame := await self._frames.get()) is not None:
            if isinstance(frame, ConnectionLost):
                raise frame
            yield frame

    async def close(self) -> None:
        self.hang_up()
        self.outbox.close()
        self._frames.put_nowait(None)

    # The server's end

    def emit(self, type: str, **fields: Any) -> None:
        if not self.ended:
            event = {"type": type, "event_id": self._id("event"), **fields}
            self._frames.put_nowait(json.dumps(event))

    def raw(self, frame: str | bytes) -> None:
        if not self.ended:
            self._frames.put_nowait(frame)

    def end(self, code: int, reason: str = "") -> None:
        lost = ConnectionLost(f"ended with code {code}", code=code, reason=reason)
        self.hang_up()
        self._frames.put_nowait(lost)

    def hang_up(self) -> None:
        self.ended = True
        self._items = {}  # the memory of the client is looked at, not ours
        self._serving.cancel()
        if self._answering is not None:
            self._answering.cancel()

    def _id(self, kind: str) -> str:
        return f"{kind}_{next(self.server.ids)}"

    async def _serve(self) -> None:
        while True:
            text = await self.outbox.get()
            self.received += 1
            while (wait := self.paused_until - self.server.clock.monotonic()) > 0:
                await self.server.clock.sleep(wait)
            event = json.loads(text)
            handler = HANDLERS.get(event["type"])
            if handler is None:
                self.server.breaches.append(f"unknown event {event['type']}")
            else:
                handler(self, event)

    def _refuse(self, event: Json, code: str, *, is_breach: bool = True) -> None:
        if is_breach:
            self.server.breaches.append(f"{event['type']}: {code}")
        error = {"type": "invalid_request_error", "code": code, "message": code}
        self.emit("error", error={**error, "event_id": event.get("event_id")})

    def _on_update(self, event: Json) -> None:
        self._session = {**self._session, **event["session"]}
        self.emit("session.updated", session=self._session)

    def _on_create_item(self, event: Json) -> None:
        item = event["item"]
        role, parts = item.get("role"), item.get("content", [])
        if item["id"] in self._items:
            self._refuse(event, "item_exists")
        elif item["type"] == "message" and not {p["type"] for p in parts} <= CONTENT[role]:
            self._refuse(event, "unsupported_content_type")
        elif item["type"] == "function_call_output" and not any(
            known.get("call_id") == item["call_id"] for known in self._items.values()
        ):
            self._refuse(event, "call_id_not_found")
        else:
            self.server.tool_outputs += item["type"] == "function_call_output"
            self._add(item)

    def _add(self, item: Json) -> None:
        previous = next(reversed(self._items), None)
        self._items[item["id"]] = item
        self.emit("conversation.item.added", item=item, previous_item_id=previous)
        self.emit("conversation.item.done", item=item, previous_item_id=previous)

    def _on_truncate(self, event: Json) -> None:
        item = self._items.get(event["item_id"], {})
        if not 0 < event["audio_end_ms"] <= item.get("audio_ms", 0):
            self._refuse(event, "item_truncate_invalid")
            return
        fields = ("item_id", "content_index", "audio_end_ms")
        self.emit("conversation.item.truncated", **{name: event[name] for name in fields})

    def _on_append(self, event: Json) -> None:
        audio = base64.b64decode(event["audio"], validate=True)
        n_ms = len(audio) // 48
        self._heard_ms += n_ms
        if any(audio):
            self._silent_ms = 0
            if not self._speaking:
                self._speaking = self._id("item")
                begun = {"item_id": self._speaking, "audio_start_ms": self._heard_ms - n_ms}
                self.emit("input_audio_buffer.speech_started", **begun)
                self._cancel("turn_detected")
            return
        self._silent_ms += n_ms
        if self._speaking and self._silent_ms >= SILENCE_MS:
            item_id, self._speaking = self._speaking, ""
            ended = {"item_id": item_id, "audio_end_ms": self._heard_ms - self._silent_ms}
            self.emit("input_audio_buffer.speech_stopped", **ended)
            previous = next(reversed(self._items), None)
            self.emit("input_audio_buffer.committed", item_id=item_id, previous_item_id=previous)
            part = {"type": "input_audio", "transcript": None}
            self._add({"id": item_id, "type": "message", "role": "user", "content": [part]})
            self.emit(
                "conversation.item.input_audio_transcription.completed",
                item_id=item_id, content_index=0, transcript="what the user said",
            )  # fmt: skip
            self.answer({})

    def _on_respond(self, event: Json) -> None:
        if self._active:
            # Two may cross on the way: that is no breach.
            self._refuse(event, "conversation_already_has_active_response", is_breach=False)
        else:
            self.answer(event.get("response") or {})

    def _on_cancel(self, event: Json) -> None:
        if not self._cancel("client_cancelled"):
            self._refuse(event, "response_cancel_not_active", is_breach=False)

    def _cancel(self, reason: str) -> bool:
        if self._active is None or self._answering is None:
            return False
        self._answering.cancel()
        self._end_response("cancelled", reason=reason)
        return True

    def _end_response(self, status: str, output: list[Json] | None = None, **details: str) -> None:
        response_id, self._active = self._active, None
        done = {"id": response_id, "object": "realtime.response", "status": status}
        usage = {"total_tokens": 30, "input_tokens": 20, "output_tokens": 10}
        done |= {"status_details": details, "output": output or [], "usage": usage}
        if self.server.keeps_done:
            self.server.keeps_done = False
        else:
            self.emit("response.done", response=done)

    def answer(self, asked: Json) -> None:
        if self._active is not None:
            return
        self._active = self._id("resp")
        begun = {"id": self._active, "status": "in_progress", "metadata": asked.get("metadata")}
        self.emit("response.created", response=begun)
        if self.server.calls_tool:
            self.server.calls_tool = False
            self._call()
        else:
            self._answering = asyncio.ensure_future(self._speak())

    def _call(self) -> None:
        item = {
            "id": self._id("item"), "type": "function_call", "status": "completed",
            "name": "look_up", "call_id": self._id("call"), "arguments": '{"word":"soak"}',
        }  # fmt: skip
        of_item = {"response_id": self._active, "output_index": 0}
        self.emit("response.output_item.added", **of_item, item={**item, "status": "in_progress"})
        self._add(item)
        self.emit("response.output_item.done", **of_item, item=item)
        self._end_response("completed", [item])

    async def _speak(self) -> None:
        item_id, n_chunks = self._id("item"), 20
        of_item = {"response_id": self._active, "output_index": 0, "item_id": item_id}
        of_part = {**of_item, "content_index": 0}
        item: Json = {"id": item_id, "type": "message", "role": "assistant", "content": []}
        started = {**item, "status": "in_progress"}
        self.emit("response.output_item.added", response_id=self._active, item=started)
        item["audio_ms"] = 0
        self._add(item)
        self.emit("response.content_part.added", **of_part, part={"type": "audio"})
        for n in range(n_chunks):
            await self.server.clock.sleep(0.05)
            item["audio_ms"] += 100
            self.emit("response.output_audio.delta", **of_part, delta=CHUNK)
            self.emit("response.output_audio_transcript.delta", **of_part, delta=f"word{n} ")
        words = " ".join(f"word{n}" for n in range(n_chunks))
        self.emit("response.output_audio.done", **of_part)
        self.emit("response.output_audio_transcript.done", **of_part, transcript=words)
        part = {"type": "output_audio", "transcript": words}
        finished = {**started, "status": "completed", "content": [part]}
        self.emit("response.output_item.done", response_id=self._active, item=finished)
        self._end_response("completed", [finished])


HANDLERS: dict[str, Callable[[Line, Json], None]] = {
    "session.update": Line._on_update,
    "conversation.item.create": Line._on_create_item,
    "conversation.item.truncate": Line._on_truncate,
    "input_audio_buffer.append": Line._on_append,
    "response.create": Line._on_respond,
    "response.cancel": Line._on_cancel,
}


# One fault a minute


def _expire(server: StrictServer) -> None:
    error = {"code": "session_expired", "message": "Your session hit the maximum duration."}
    server.line.emit("error", error=error)
    server.line.end(1001, "session_expired")


def _black_hole(server: StrictServer) -> None:
    line = server.line
    line.paused_until = server.clock.monotonic() + 1e9

    async def ping() -> None:
        await server.clock.sleep(30)
        line.end(1011, "keepalive ping timeout")

    line._pinging = asyncio.ensure_future(ping())


def _slow(server: StrictServer) -> None:
    server.line.paused_until = server.clock.monotonic() + 10


def _ends(code: int) -> Callable[[StrictServer], None]:
    return lambda server: server.line.end(code)


def _says(*frames: str | bytes) -> Callable[[StrictServer], None]:
    def strike(server: StrictServer) -> None:
        for frame in frames:
            server.line.raw(frame)

    return strike


def _event(type: str, **fields: Any) -> str:
    return json.dumps({"type": type, **fields})


_STRAY = {"response_id": "resp_x", "item_id": "item_x", "output_index": 0, "content_index": 0}
_FALSE_STARTS = [
    _event(f"input_audio_buffer.speech_{kind}", item_id=f"item_f{n}", **{place: 100 * n})
    for n in range(20)
    for kind, place in (("started", "audio_start_ms"), ("stopped", "audio_end_ms"))
]

STRIKES: dict[str, Callable[[StrictServer], None]] = {
    "F6 1001": _ends(1001),
    "F6 1011": _ends(1011),
    "F6 1013": _ends(1013),
    "F7 expired": _expire,
    "F9 reset": _ends(1006),
    "F10 black hole": _black_hole,
    "F11 not JSON": _says("{no", "[1]", "null", '{"type":5}', '{"type":"x","a":NaN}'),
    "F12 deep and long": _says("[" * 100_000, _event("x", x="x" * 1_000_000)),
    "F13 bad sound": _says(_event("response.output_audio.delta", **_STRAY, delta="@@@")),
    "F14 unknown": _says(_event("response.thought.delta", thought=[1])),
    "F15 binary": _says(b"\x00\xff"),
    "F16 stray": _says(_event("response.output_audio.delta", **_STRAY, delta=CHUNK)),
    "F17 no end": lambda server: setattr(server, "keeps_done", True),
    "F18 own response": lambda server: server.line.answer({}),
    "F21 false starts": _says(*_FALSE_STARTS),
    "F22 slow": _slow,
    "F23 burst": _says(*[_event("response.output_audio.delta", **_STRAY, delta=CHUNK)] * 600),
    "F24 busy": lambda server: server.clock.jump(10),
    "F32 slept": lambda server: server.clock.jump(45),
}


def strike(server: StrictServer, chance: random.Random) -> str:
    """Break something, and return what."""
    name = chance.choice(list(STRIKES))
    STRIKES[name](server)
    return name
