"""The session's engine: on the loop thread, between the socket and the state machine.

`SessionMachine` decides; this carries out: it sends, logs, tells those who wait, and hands
audio to the observer. Nothing here may be called from another thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from ..errors import ConnectionLost, LocalProtocolError, RealtimeError
from ..protocol.effects import (
    Effect,
    FlushPlayback,
    ItemsChanged,
    OutputItemStarted,
    Play,
    PlayEnd,
    ResponseEnded,
    ResponseStarted,
    Send,
    Settled,
    Speaking,
)
from ..protocol.events import Event, MalformedEvent
from ..protocol.machine import SessionMachine
from ..protocol.requests import ACKNOWLEDGED_BY
from ..record.cell import CELL
from ..record.entry import Direction, Entry
from ..record.log import Log
from ..record.recorder import Recorder
from .clock import Clock, SystemClock
from .identity import new_id
from .listeners import Listeners
from .observer import Observer
from .outstanding import Outstanding
from .reply import Reply
from .settings import Settings
from .toolbox import Toolbox
from .transport import Transport
from .waiting import Acknowledgement, server_error
from .wire import Wire

__all__ = ["SessionCore"]

logger = logging.getLogger("rt_notebook")
_KEPT_REPLIES = 1000


class SessionCore:
    """One open connection and everything that follows from it.

    Parameters
    ----------
    transport : Transport
        The connection.
    dialect : {"ga", "beta"}
        How the server speaks; on this side of the connection everything is GA.
    clock : Clock
        The time that events are logged with and that deadlines run by.

    Attributes
    ----------
    status : {"open", "closed", "lost"}
        `lost` when the connection ended by itself.
    uploading : asyncio.Lock
        Held while an utterance is sent: two at once would be mixed.
    malformed_events : int
        Frames that were no events and were dropped.
    half_duplex : bool
        Whether the player's microphone hears nothing while the player sounds.
    """

    def __init__(
        self, transport: Transport, dialect: str = "ga", *, clock: Clock | None = None
    ) -> None:
        self.dialect = dialect
        self.clock = clock or SystemClock()
        self.log = Log()
        self.settings = Settings()
        self.machine = SessionMachine(lambda: new_id("event"))
        self.listeners = Listeners()
        self.replies: deque[Reply] = deque(maxlen=_KEPT_REPLIES)
        self.status = "open"
        self.malformed_events = 0
        self.half_duplex = False
        self.uploading = asyncio.Lock()
        self.created: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport = transport
        self._outstanding = Outstanding()
        self._observer = Observer()
        self._wire = Wire(dialect)
        self.tools = Toolbox(self)
        self._last_user_item: str | None = None
        self._cells: dict[str, int] = {}  # event id → the cell that asked for it
        self._can_play = False
        self._tasks = {asyncio.ensure_future(self._read())}

    async def close(self) -> None:
        """Close the connection. Closing twice is allowed."""
        self._end("closed", ConnectionLost("the session was closed"))
        await self._transport.close()
        for task in self._tasks - {asyncio.current_task()}:
            task.cancel()

    def record_with(self, recorder: Recorder) -> None:
        """Let `recorder` write every event from here on; its troubles are told as notices."""
        loop = asyncio.get_running_loop()

        def tell(sentence: str) -> None:
            loop.call_soon_threadsafe(lambda: self._observer.notice("warning", sentence))

        recorder.tell = tell
        self.log.follow = recorder.follow

    def run(self, coroutine: Any) -> None:
        """Run a coroutine until it ends or the session is closed."""
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # Requests

    def request(self, acknowledgement: Acknowledgement) -> None:
        """Send an event; what the API does not acknowledge is settled at once."""
        event = acknowledgement.event
        self.tools.prepare(event)
        if event.type in ACKNOWLEDGED_BY:
            self._outstanding.acknowledge(acknowledgement)
        else:
            acknowledgement.settle(event)
        self._perform(self.machine.request(event))

    def respond(self, reply: Reply, event: Event) -> None:
        """Ask for the response that `reply` will hold."""
        self._note_cell(event)
        self._outstanding.request(event["event_id"], reply)
        if reply not in self.replies:
            self.replies.append(reply)
        self._perform(self.machine.request(event))

    def _note_cell(self, event: Event) -> None:
        """What waits its turn is sent later, outside of the cell that asked for it."""
        if (cell := CELL.get()) is not None:
            self._cells[event["event_id"]] = cell

    def expect(self, reply: Reply) -> None:
        """Let `reply` hold the next response that the server begins by itself."""
        self._outstanding.expect(reply)

    def give_up(self, reply: Reply, error: RealtimeError) -> None:
        """Fail a reply that no response will come for."""
        self._outstanding.give_up(reply, error)

    def append_audio(self, pcm: bytes) -> None:
        """Send microphone audio (``input_audio_buffer.append``): mono PCM16, 24 kHz."""
        self._transmit(Event(type="input_audio_buffer.append"), pcm)

    def cancel(self) -> None:
        """Stop and silence the answer, and drop those that wait.

        Raises
        ------
        LocalProtocolError
            If there is none.
        """
        if self.tools.stop():
            self.interrupt()
        else:
            self._silence()

    def interrupt(self) -> None:
        """Stop and silence the answer, if there is one; what tools were asked goes on."""
        with contextlib.suppress(LocalProtocolError):
            self._silence()

    def _silence(self) -> None:
        effects = self.machine.cancel()
        self.tell_of_player("silenced")
        self._perform(effects)

    # The player

    @property
    def observer(self) -> Observer:
        """Who follows and plays this session."""
        return self._observer

    def attach(self, observer: Observer) -> None:
        """Let `observer` follow and play this session."""
        self._observer = observer

    def played(self, epoch: int, samples: int, latency_ms: float) -> None:
        """Take the player's count of rendered samples (24 kHz)."""
        self.tell_of_player("played", epoch=epoch, samples=samples, latency_ms=latency_ms)
        self._perform(self.machine.played(epoch, samples, latency_ms))

    def flushed(self, epoch: int, samples: int, latency_ms: float) -> None:
        """Take the player's final count for a flushed epoch."""
        self.tell_of_player("flushed", epoch=epoch, samples=samples, latency_ms=latency_ms)
        self._perform(self.machine.flushed(epoch, samples, latency_ms))

    def tell_of_player(self, happening: str, **fields: Any) -> None:
        """Log what the player tells, as the event ``player.HAPPENING``: see `record.entry`."""
        self._keep("player", Event(type=f"player.{happening}", **fields))

    # The wire

    async def _read(self) -> None:
        CELL.set(None)  # what is done from here on is not the connecting cell's
        try:
            async for frame in self._transport.frames():
                self._receive(frame)
        except ConnectionLost as lost:
            self._end("lost", lost)
        finally:
            await self._transport.close()

    def _receive(self, frame: str | bytes) -> None:
        try:
            event = self._wire.event(frame)
            effects = [*self._wire.decoded(self.machine.receive(event), self.machine.session)]
        except MalformedEvent:
            self.malformed_events += 1
            return
        audio = b"".join(effect.audio for effect in effects if isinstance(effect, Play))
        if audio:
            self._note_player()
        self._keep("received", event, audio=audio, size_bytes=_size(frame))
        try:
            self._note(event)
            self._perform(effects)
        except Exception:
            # The reader must outlive a fault of ours: the talk goes on without this event.
            logger.exception("%s was not handled", event.type)
        self.listeners.tell(event)

    def _keep(self, direction: Direction, event: Event, **rest: Any) -> Entry:
        now, wall_time = self.clock.monotonic(), self.clock.wall()
        return self.log.append(direction, event, time=now, wall_time=wall_time, **rest)

    def _transmit(self, event: Event, pcm: bytes = b"") -> None:
        """Send an event; one of microphone audio with the audio beside it."""
        if self.status != "open":
            return
        if pcm:
            frame = self._wire.audio_frame(pcm, self.machine.session)
        else:
            frame = self._wire.frame(event)
        cell = self._cells.pop(event.get("event_id", ""), None) or CELL.get()
        entry = self._keep("sent", event, audio=pcm, size_bytes=_size(frame), cell=cell)
        self.settings.sent(event)
        self._transport.send(frame, droppable=bool(pcm))
        self.listeners.tell(entry.event, "sent")

    def _note(self, event: Event) -> None:
        """What concerns the session itself rather than the conversation."""
        self.settings.received(event)
        self.tools.receive(event)
        if event.type == "session.created" and not self.created.done():
            self.created.set_result(None)
        elif event.type == "session.updated":
            self._observer.config_changed()
        elif event.type == "input_audio_buffer.committed":
            self._last_user_item = event["item_id"]
        elif event.type == "error":
            self._note_error(event["error"])

    def _note_error(self, error: dict[str, Any]) -> None:
        if not self.created.done():
            self.created.set_exception(server_error(error))
        elif error.get("event_id") not in self._outstanding:
            self._observer.notice("error", str(server_error(error)))

    def _end(self, status: str, error: ConnectionLost) -> None:
        if self.status != "open":
            return
        self.status = status
        if not self.created.done():
            self.created.set_exception(error)
        self._outstanding.fail_all(error)
        self.tools.close(error)
        self._observer.status_changed(status)
        if status == "lost":
            sentence = f"{error}; what was said is kept, connect again to go on"
            self._observer.notice("error", sentence)
        self.listeners.close()

    # Effects

    def _perform(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            _PERFORM[type(effect)](self, effect)

    def _start_response(self, effect: ResponseStarted) -> None:
        reply = self._outstanding.begin(effect, self._last_user_item)
        if reply is None:
            reply = Reply(self.machine.conversation, self.log)
            self._outstanding.adopt(reply, effect.response_id, self._last_user_item)
        if reply not in self.replies:
            self.replies.append(reply)

    def _end_response(self, effect: ResponseEnded) -> None:
        reply = self._outstanding.ended(effect)
        if reply is not None and not self.tools.take(effect.response, reply):
            reply.end(effect.response)
        if not self.machine.ledger.sounding:
            self._observer.speaking("nobody")

    def _note_player(self) -> None:
        """Note whether somebody plays the audio that comes next."""
        if self._observer.can_play != self._can_play:
            self._can_play = self._observer.can_play
            self.tell_of_player("opened" if self._can_play else "closed")

    def _play(self, effect: Play) -> None:
        n_samples = len(effect.audio) // 2
        if self.machine.queue_playback(effect, n_samples, has_player=self._can_play):
            self._observer.play(effect.item_id, effect.audio)


def _size(frame: str | bytes) -> int:
    """Bytes on the wire; most text is ASCII, whose length is known."""
    return len(frame) if isinstance(frame, bytes) or frame.isascii() else len(frame.encode())


_PERFORM: dict[type, Callable[[SessionCore, Any], None]] = {
    Send: lambda core, effect: core._transmit(effect.event),
    Settled: lambda core, effect: core._outstanding.settle(effect),
    ResponseStarted: SessionCore._start_response,
    OutputItemStarted: lambda core, effect: core._outstanding.add_item(effect),
    ResponseEnded: SessionCore._end_response,
    Play: SessionCore._play,
    PlayEnd: lambda core, effect: core._observer.play_end(effect.item_id),
    FlushPlayback: lambda core, effect: core._observer.flush(effect.epoch),
    ItemsChanged: lambda core, effect: core._observer.items_changed(effect.item_ids),
    Speaking: lambda core, effect: core._observer.speaking(effect.who),
}
