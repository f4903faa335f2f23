"""A Realtime session: what people hold in their hands.

Every public method may be called from any thread and returns at once, or says that it
waits. The work happens on the background loop; `SessionMachine` decides, this module
carries out.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import Any, Protocol

from ..background import loop_thread
from ..config.options import to_response, to_session
from ..errors import ConnectionLost, LocalProtocolError, RealtimeError
from ..protocol import machine as m
from ..protocol.conversation import Conversation, Item
from ..protocol.events import Event, MalformedEvent, encode_audio, parse_event
from ..record.log import Log
from .backends import Backend
from .listeners import Listeners
from .reply import Reply
from .transport import WebSocketTransport
from .upload import AudioSource, Upload
from .waiting import Acknowledgement, server_error

__all__ = ["Observer", "RealtimeSession"]

_KEPT_REPLIES = 1000


class Observer(Protocol):
    """What follows a session closely, such as the panel. Called on the loop thread only."""

    def items_changed(self, item_ids: Iterable[str]) -> None:
        """Show these items anew."""

    def speaking(self, who: str) -> None:
        """Say who the server hears: ``user``, ``assistant`` or ``nobody``."""

    def play(self, item_id: str, pcm: bytes) -> None:
        """Play mono PCM16 at 24 kHz."""

    def play_end(self, item_id: str) -> None:
        """Note that the item's audio is complete."""

    def flush(self, epoch: int) -> None:
        """Be silent at once, then call `RealtimeSession.flushed` with the count."""

    def notice(self, level: str, text: str) -> None:
        """Tell the user: `level` is ``info``, ``warning`` or ``error``."""

    def status_changed(self, status: str) -> None:
        """Show ``open``, ``closed`` or ``lost``."""

    def config_changed(self) -> None:
        """Show the configuration that the server acknowledged."""

    @property
    def can_play(self) -> bool:
        """Whether audio that is handed over now will be played and counted."""


class RealtimeSession:
    """An open session; make one with `rt_notebook.connect`.

    Attributes
    ----------
    backend : Backend
        Who answers.
    conversation : Conversation
        Items in their order.
    log : Log
        Every event both ways.
    replies : deque of Reply
        The last replies, oldest first.
    status : {"open", "closed", "lost"}
        `lost` when the connection ended by itself.
    """

    def __init__(self, backend: Backend, transport: WebSocketTransport) -> None:
        self.backend = backend
        self.log = Log()
        self.replies: deque[Reply] = deque(maxlen=_KEPT_REPLIES)
        self.status = "open"
        self.malformed_events = 0
        self._transport = transport
        self._machine = m.SessionMachine(_new_event_id)
        self._listeners = Listeners()
        self._observer: Observer | None = None
        self._acknowledgements: dict[str, Acknowledgement] = {}
        self._requested: dict[str, Reply] = {}
        self._by_response: dict[str, Reply] = {}
        self._expected: deque[Reply] = deque()
        self._last_user_item: str | None = None
        self._created: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._tasks = {asyncio.ensure_future(self._read())}

    @classmethod
    async def open(cls, backend: Backend, timeout: float) -> RealtimeSession:
        """Connect and wait for ``session.created``. Runs on the background loop.

        Raises
        ------
        ServerError, ConnectionLost
            As `WebSocketTransport.open`; also when the server sends an error first, or
            nothing within `timeout` seconds.
        """
        session = cls(backend, await WebSocketTransport.open(backend, timeout))
        try:
            await asyncio.wait_for(asyncio.shield(session._created), timeout)
        except (TimeoutError, asyncio.TimeoutError):
            await session.aclose()
            raise ConnectionLost(
                f"{backend.label} opened the connection and said nothing for {timeout:g} s"
            ) from None
        except RealtimeError:
            await session.aclose()
            raise
        return session

    # What is there

    @property
    def conversation(self) -> Conversation:
        """Items by id and in order, as the server has them."""
        return self._machine.conversation

    @property
    def items(self) -> list[Item]:
        """The items of the conversation, first to last."""
        return list(self.conversation)

    @property
    def config(self) -> dict[str, Any]:
        """The configuration in force: what the server last acknowledged."""
        return self._machine.session

    @property
    def turn_detection(self) -> str:
        """``server_vad``, ``semantic_vad``, or ``none`` for push-to-talk."""
        audio_input = (self.config.get("audio") or {}).get("input") or {}
        return str((audio_input.get("turn_detection") or {}).get("type", "none"))

    def __repr__(self) -> str:
        return f"<RealtimeSession {self.status}: {self.backend.label}, {len(self.items)} items>"

    # What can be asked

    def configure(self, **options: Any) -> Acknowledgement:
        """Change the configuration (``session.update``); only what is named is sent.

        Parameters
        ----------
        **options
            Flat names, such as ``voice`` or ``turn_detection_threshold``; see `config.options`.

        Returns
        -------
        Acknowledgement
            Wait for it to learn whether the server took the change.

        Raises
        ------
        ConfigError
            If an option does not exist or is out of range; nothing is sent.
        """
        session = to_session(options, self.config)
        return self.send({"type": "session.update", "session": session})

    def respond(self, **options: Any) -> Reply:
        """Ask for a response (``response.create``).

        It waits its turn behind the active one; with ``conversation="none"`` it runs beside.

        Raises
        ------
        ConfigError
            If an option does not exist or is out of range; nothing is sent.
        """
        return self.ask(Reply(self), **options)

    def ask(self, reply: Reply, **options: Any) -> Reply:
        """Ask for a response that `reply` will hold; otherwise as `respond`."""
        event = Event(type="response.create", event_id=_new_event_id())
        response = to_response(options)
        marked = {**(response.get("metadata") or {}), m.REQUEST_KEY: event["event_id"]}
        event["response"] = {**response, "metadata": marked}
        reply.request = event
        self._call(self._begin, event, reply)
        return reply

    def say(self, text: str, **options: Any) -> Reply:
        """Say something as the user, in text, and ask for a response.

        Parameters
        ----------
        text : str
            Becomes a user message.
        **options
            As for `respond`.
        """
        if not text.strip():
            raise LocalProtocolError("there is nothing to say: the text is empty")
        to_response(options)
        content = [{"type": "input_text", "text": text}]
        item = {"id": _new_id("item"), "type": "message", "role": "user", "content": content}
        self.send({"type": "conversation.item.create", "item": item})
        return self.respond(**options)

    def send_audio(
        self, source: AudioSource, *, pace: str = "realtime", commit: bool = True
    ) -> Reply | None:
        """Say something as the user, in audio.

        With turn detection on, silence follows until the server ends the turn; with it
        off, the buffer is committed and a response asked for.

        Parameters
        ----------
        source : path, bytes or ndarray
            A WAV file of any rate, mono PCM16 at 24 kHz, or float samples at 24 kHz.
        pace : {"realtime", "fast"}
            As a person would speak, or as fast as the server takes it.
        commit : bool
            False only appends, and returns None.

        Raises
        ------
        AudioFormatError
            If the source cannot be read; nothing is sent.
        """
        upload = Upload(source, pace)
        reply = Reply(self) if commit else None
        self._call(self._start_upload, upload, reply)
        return reply

    def send(self, event: Mapping[str, Any]) -> Acknowledgement:
        """Send any client event of the API; an ``event_id`` is added if it has none."""
        sent = Event({"event_id": _new_event_id(), **event})
        if not isinstance(sent.get("type"), str):
            raise LocalProtocolError("an event needs a 'type', such as \"response.create\"")
        acknowledgement = Acknowledgement(sent)
        self._call(self._request, sent, acknowledgement)
        return acknowledgement

    def cancel(self) -> None:
        """Stop the answer that is being made or played, and drop those that wait.

        Raises
        ------
        LocalProtocolError
            If there is none.
        """
        self._alive()
        loop = loop_thread()
        if threading.current_thread() is loop.thread:
            self._perform(self._machine.cancel())
        else:
            loop.run(self._cancel())

    def on(self, type: str, callback: Callable[[Event], Any]) -> Callable[[], None]:
        """Call `callback(event)` for each server event of a type, ``"*"`` for all.

        Callbacks run in order on a thread of their own and may take their time.

        Returns
        -------
        callable
            Call it to stop.
        """
        return self._listeners.on(type, callback)

    def events(self) -> AsyncIterator[Event]:
        """Iterate over server events from now until the session closes."""
        return self._listeners.events()

    def close(self) -> None:
        """Close the session and wait until it is closed. Closing twice is allowed."""
        loop_thread().run(self.aclose(), timeout=10)

    async def aclose(self) -> None:
        """Close the session. Runs on the background loop."""
        if self.status == "open":
            self._end("closed", ConnectionLost("the session was closed"))
        await self._transport.close()
        for task in self._tasks - {asyncio.current_task()}:
            task.cancel()

    def __enter__(self) -> RealtimeSession:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # For the panel, on the loop thread

    def attach(self, observer: Observer | None) -> None:
        """Let `observer` follow and play this session; None detaches."""
        self._observer = observer

    @property
    def user_speaking(self) -> bool:
        """Whether the server hears the user speak."""
        return self._machine.user_speaking

    def give_up(self, reply: Reply, error: RealtimeError) -> None:
        """Fail a reply that no response will come for."""
        with contextlib.suppress(ValueError):
            self._expected.remove(reply)
        reply.fail(error)

    def append_audio(self, pcm: bytes) -> None:
        """Send microphone audio (``input_audio_buffer.append``): mono PCM16, 24 kHz."""
        if self.status == "open":
            self._transmit(Event(type="input_audio_buffer.append"), pcm)

    def played(self, epoch: int, samples: int, latency_ms: float) -> None:
        """Take the player's count of rendered samples."""
        self._perform(self._machine.played(epoch, samples, latency_ms))

    def flushed(self, epoch: int, samples: int, latency_ms: float) -> None:
        """Take the player's final count for a flushed epoch."""
        self._perform(self._machine.flushed(epoch, samples, latency_ms))

    def interrupt(self) -> None:
        """Cancel and silence the answer, if there is one."""
        with contextlib.suppress(LocalProtocolError):
            self._perform(self._machine.cancel())

    # Within, on the loop thread

    def _alive(self) -> None:
        if self.status != "open":
            raise ConnectionLost(f"the session is {self.status}; connect again")

    def _call(self, function: Callable[..., object], *args: object) -> None:
        self._alive()
        loop_thread().call_soon(function, *args)

    async def _cancel(self) -> None:
        self._perform(self._machine.cancel())

    def _begin(self, event: Event, reply: Reply) -> None:
        self._requested[event["event_id"]] = reply
        self.replies.append(reply)
        self._perform(self._machine.request(event))

    def _request(self, event: Event, acknowledgement: Acknowledgement) -> None:
        if event.type in m.ACKNOWLEDGED_BY:
            self._acknowledgements[event["event_id"]] = acknowledgement
        self._perform(self._machine.request(event))
        if event.type not in m.ACKNOWLEDGED_BY:
            acknowledgement.settle(event)  # the API answers these only when they are wrong

    def _start_upload(self, upload: Upload, reply: Reply | None) -> None:
        if reply is not None and self.turn_detection != "none":
            self._expected.append(reply)
        task = asyncio.ensure_future(upload.run(self, reply))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _perform(self, effects: Iterable[m.Effect]) -> None:
        for effect in effects:
            _PERFORM[type(effect)](self, effect)

    def _transmit(self, event: Event, audio: bytes = b"") -> None:
        if self.status != "open":
            return
        self.log.append("sent", event, time=time.monotonic(), wall_time=time.time(), audio=audio)
        if audio:
            text = f'{{"type":"{event.type}","audio":"{encode_audio(audio)}"}}'
            self._transport.send(text, droppable=True)
        else:
            self._transport.send(event.to_json())

    async def _read(self) -> None:
        try:
            async for frame in self._transport.frames():
                self._receive(frame)
        except ConnectionLost as lost:
            self._end("lost", lost)
        else:
            self._end("closed", ConnectionLost("the session was closed"))
        finally:
            await self._transport.close()

    def _receive(self, frame: str | bytes) -> None:
        now, wall_time = time.monotonic(), time.time()
        try:
            event = parse_event(frame)
            effects = self._machine.receive(event)
        except MalformedEvent:
            self.malformed_events += 1
            return
        audio = b"".join(effect.audio for effect in effects if isinstance(effect, m.Play))
        entry = self.log.append("received", event, time=now, wall_time=wall_time, audio=audio)
        self._note(event)
        self._perform(effects)
        self._listeners.tell(entry.event if not audio else event)

    def _note(self, event: Event) -> None:
        """What concerns the session itself rather than the conversation."""
        if event.type == "session.created" and not self._created.done():
            self._created.set_result(None)
        elif event.type == "input_audio_buffer.committed":
            self._last_user_item = event["item_id"]
        elif event.type == "session.updated" and self._observer is not None:
            self._observer.config_changed()
        elif event.type == "error":
            self._note_error(event)

    def _note_error(self, event: Event) -> None:
        error = event["error"]
        if not self._created.done():
            self._created.set_exception(server_error(error))
        elif error.get("event_id") not in {*self._acknowledgements, *self._requested}:
            self._tell("error", str(error.get("message") or "the server reported an error"))

    def _end(self, status: str, error: ConnectionLost) -> None:
        if self.status != "open":
            return
        self.status = status
        if not self._created.done():
            self._created.set_exception(error)
        for acknowledgement in self._acknowledgements.values():
            acknowledgement.fail(error)
        for reply in (*self._requested.values(), *self._expected, *self._by_response.values()):
            reply.fail(error)
        if self._observer is not None:
            self._observer.status_changed(status)
        if status == "lost":
            self._tell("error", f"{error}; what was said is kept, connect again to go on")
        self._listeners.close()

    def _tell(self, level: str, text: str) -> None:
        if self._observer is not None:
            self._observer.notice(level, text)

    def _on_settled(self, effect: m.Settled) -> None:
        error = effect.event["error"] if effect.event.type == "error" else None
        waitable = self._acknowledgements.pop(effect.event_id, None)
        reply = self._requested.pop(effect.event_id, None)
        if waitable is not None and error is None:
            waitable.settle(effect.event)
        elif waitable is not None and error is not None:
            waitable.fail(server_error(error))
        if reply is not None and error is not None:
            reply.fail(server_error(error))
        elif error is not None and waitable is None:
            self._tell("error", str(error.get("message")))

    def _on_response_started(self, effect: m.ResponseStarted) -> None:
        reply = self._requested.get(effect.event_id or "")
        if reply is None:
            reply = self._expected.popleft() if self._expected else Reply(self)
            self.replies.append(reply)
        reply.begin(effect.response_id, self._last_user_item)
        self._by_response[effect.response_id] = reply

    def _on_output_item(self, effect: m.OutputItemStarted) -> None:
        reply = self._by_response.get(effect.response_id)
        if reply is not None:
            reply.item_ids.append(effect.item_id)

    def _on_response_ended(self, effect: m.ResponseEnded) -> None:
        reply = self._by_response.pop(effect.response_id, None)
        if reply is None:
            return
        if reply.uploading and effect.response.get("status") == "cancelled":
            reply.begin_anew()
            self._expected.appendleft(reply)
        else:
            reply.end(effect.response)
        self._announce_quiet()

    def _announce_quiet(self) -> None:
        if self._observer is not None and not self._machine.ledger.sounding:
            self._observer.speaking("nobody")

    def _on_play(self, effect: m.Play) -> None:
        if self._observer is None or not self._observer.can_play:
            return
        if self._machine.queue_playback(effect, len(effect.audio) // 2):
            self._observer.play(effect.item_id, effect.audio)

    def _on_play_end(self, effect: m.PlayEnd) -> None:
        if self._observer is not None:
            self._observer.play_end(effect.item_id)

    def _on_flush(self, effect: m.FlushPlayback) -> None:
        if self._observer is not None:
            self._observer.flush(effect.epoch)

    def _on_items_changed(self, effect: m.ItemsChanged) -> None:
        if self._observer is not None:
            self._observer.items_changed(effect.item_ids)

    def _on_speaking(self, effect: m.Speaking) -> None:
        if self._observer is not None:
            self._observer.speaking(effect.who)


def _new_id(kind: str) -> str:
    return f"{kind}_{secrets.token_hex(12)}"


def _new_event_id() -> str:
    return _new_id("event")


_PERFORM: dict[type, Callable[[RealtimeSession, Any], None]] = {
    m.Send: lambda session, effect: session._transmit(effect.event),
    m.Settled: RealtimeSession._on_settled,
    m.ResponseStarted: RealtimeSession._on_response_started,
    m.OutputItemStarted: RealtimeSession._on_output_item,
    m.ResponseEnded: RealtimeSession._on_response_ended,
    m.Play: RealtimeSession._on_play,
    m.PlayEnd: RealtimeSession._on_play_end,
    m.FlushPlayback: RealtimeSession._on_flush,
    m.ItemsChanged: RealtimeSession._on_items_changed,
    m.Speaking: RealtimeSession._on_speaking,
}
