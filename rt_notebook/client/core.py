"""The session's engine: on the loop thread, between a connection and the state machine.

`SessionMachine` decides; this carries out: it sends, logs, tells those who wait, and hands
audio to the observer. Nothing here may be called from another thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Iterable
from typing import Any

from ..errors import ConnectionLost, LocalProtocolError, RealtimeError
from ..protocol.effects import Effect, Play, PlayEnd
from ..protocol.events import Event, MalformedEvent
from ..protocol.machine import SessionMachine
from ..protocol.requests import ACKNOWLEDGED_BY
from ..protocol.session_facts import client_ends_turns
from ..record.cell import CELL
from ..record.entry import Direction, Entry
from ..record.log import Log
from ..record.recorder import Recorder
from .clock import Clock, SystemClock
from .identity import new_id
from .listeners import Listeners
from .microphone import Microphone
from .observer import Observer
from .outstanding import Outstanding
from .performing import PERFORM
from .reply import Reply
from .resume import CLOSED, Dial, Lifeline, as_loss
from .settings import Settings
from .spending import Spending
from .takers import Takers, Takes
from .toolbox import Toolbox
from .transport import Transport
from .waiting import Acknowledgement, server_error
from .wire import size_bytes

__all__ = ["ALIVE", "SessionCore"]

logger = logging.getLogger("rt_notebook")
_KEPT_REPLIES = 1000
ALIVE = ("open", "reconnecting")
_EXPIRED = "session_expired"  # told by the notice of the next connection


class SessionCore:
    """One session and everything that follows from it, over one connection or several.

    Parameters
    ----------
    transport : Transport
        The first connection.
    dialect : {"ga", "beta"}
        How the server speaks; on this side of the connection everything is GA.
    clock : Clock
        The time that events are logged with and that deadlines run by.
    log : Log, optional
        Takes every event; by default a new one.
    dial : callable, optional
        Makes another connection when one has ended; see `resume`. Without it the session
        ends with its connection.

    Attributes
    ----------
    status : {"open", "reconnecting", "closed", "lost"}
        `lost` when the connection ended by itself and there is no other.
    line : Lifeline
        Its connections.
    spending : Spending or None
        Ends it before a budget is exceeded.
    uploading : asyncio.Lock
        Held while an utterance is sent: two at once would be mixed.
    malformed_events : int
        Frames that were no events, or came twice, and were dropped.
    half_duplex : bool
        Whether the player's microphone hears nothing while the player sounds.
    """

    def __init__(
        self,
        transport: Transport,
        dialect: str = "ga",
        *,
        clock: Clock | None = None,
        log: Log | None = None,
        dial: Dial | None = None,
    ) -> None:
        self.dialect = dialect
        self.clock = clock or SystemClock()
        self.log = Log() if log is None else log
        self.settings = Settings()
        self.machine = SessionMachine(self._next_id)
        self.listeners = Listeners()
        self.replies: deque[Reply] = deque(maxlen=_KEPT_REPLIES)
        self.status = "open"
        self.malformed_events = 0
        self.half_duplex = False
        self.uploading = asyncio.Lock()
        self.created: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.microphone = Microphone(self.log.user)
        self.dial = dial
        self.spending: Spending | None = None
        self.line: Lifeline = Lifeline(self, transport)
        self.outstanding: Outstanding = Outstanding(self.clock)
        self._observer = Observer()
        self.tools = Toolbox(self)
        self._cells: dict[str, int] = {}  # event id → the cell that asked for it
        self._can_play = False
        self._sent_to = Takers(self.settings.sent, self.outstanding.sent, self.microphone.sent)
        own: Takes = {
            "session.created": self._on_created,
            "session.updated": self._on_updated,
            "error": self._on_error,
        }
        self._received_by = Takers(
            self.settings.received,
            self.outstanding.received,
            self.microphone.received,
            self.tools.received,
            own,
            self.line.received,
        )
        self._tasks = {asyncio.ensure_future(self.line.run())}

    async def close(self) -> None:
        """Close the connection. Closing twice is allowed."""
        self.end("closed", ConnectionLost(CLOSED))
        await self.line.transport.close()
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

    @property
    def is_alive(self) -> bool:
        """Whether it is open, or about to be open again."""
        return self.status in ALIVE

    # Requests

    def request(self, acknowledgement: Acknowledgement) -> None:
        """Send an event; what the API does not acknowledge is settled at once.

        What cannot be sent fails, and leaves nothing behind that waits for an answer.
        """
        event = acknowledgement.event
        if refusal := self.line.wire.refusal(event) or self._refusal(event):
            acknowledgement.fail(refusal)
            return
        self.tools.prepare(event)
        if event.type in ACKNOWLEDGED_BY:
            self.outstanding.acknowledge(acknowledgement)
        else:
            acknowledgement.settle(event)
        self.perform(self.machine.request(event))

    def _refusal(self, event: Event) -> LocalProtocolError | None:
        """Why the budget or the server would refuse, or the answer could not be told.

        With turn detection the server knows better what it heard.
        """
        refusal = None
        if event.type == "response.create" and self.spending is not None:
            refusal = self.spending.refusal(self.outstanding.n_requested)
        elif event.type == "input_audio_buffer.commit" and client_ends_turns(self.machine.session):
            refusal = self.microphone.too_short()
        return refusal or self.outstanding.refusal(event)

    def respond(self, reply: Reply, event: Event) -> None:
        """Ask for the response that `reply` will hold; it fails when that may not be sent."""
        if reply.done:
            return  # what it was to answer was refused
        if refusal := self.line.wire.refusal(event) or self._refusal(event):
            reply.fail(refusal)
            return
        self._note_cell(event)
        self.outstanding.request(event["event_id"], reply)
        self.keep(reply)
        self.perform(self.machine.request(event))

    def keep(self, reply: Reply) -> None:
        """Let a reply be among the session's."""
        if reply not in self.replies:
            self.replies.append(reply)

    def _next_id(self) -> str:
        return new_id("event")

    def _note_cell(self, event: Event) -> None:
        """What waits its turn is sent later, outside of the cell that asked for it."""
        if (cell := CELL.get()) is not None:
            self._cells[event["event_id"]] = cell

    def append_audio(self, pcm: bytes) -> None:
        """Send microphone audio (``input_audio_buffer.append``): mono PCM16, 24 kHz."""
        if self.line.connected:
            self.transmit(Event(type="input_audio_buffer.append"), pcm)
        else:
            self.microphone.hold(pcm)

    def cancel(self) -> None:
        """Stop and silence the answer, and drop those that wait.

        Raises
        ------
        LocalProtocolError
            If there is none.
        """
        stopped = self.tools.stop()
        try:
            self._silence("silenced")
        except LocalProtocolError:
            if not stopped:
                raise

    def interrupt(self) -> None:
        """Stop and silence the answer, if there is one; what tools were asked goes on.

        So does what is made out of band and does not sound.
        """
        with contextlib.suppress(LocalProtocolError):
            self._silence("interrupted", beside=False)

    def _silence(self, happening: str, *, beside: bool = True) -> None:
        effects = self.machine.cancel(beside=beside)
        self.tell_of_player(happening)
        self.perform(effects)

    # The player

    @property
    def observer(self) -> Observer:
        """Who follows and plays this session."""
        return self._observer

    def attach(self, observer: Observer) -> None:
        """Let `observer` follow and play this session."""
        self._observer = observer

    def play(self, effect: Play) -> None:
        """Account for audio that has come, and hand whoever plays what is due."""
        n_samples = len(effect.audio) // 2
        self.perform(self.machine.queue_playback(effect, n_samples, has_player=self._can_play))

    def play_end(self, effect: PlayEnd) -> None:
        """Let an item's audio be complete, when it has had its turn."""
        self.perform(self.machine.end_playback(effect))

    def _note_player(self) -> None:
        """Note whether somebody plays the audio that comes next."""
        if self._observer.can_play != self._can_play:
            self._can_play = self._observer.can_play
            self.tell_of_player("opened" if self._can_play else "closed")

    def played(self, epoch: int, samples: int, latency_ms: float) -> None:
        """Take the player's count of rendered samples (24 kHz)."""
        self.tell_of_player("played", epoch=epoch, samples=samples, latency_ms=latency_ms)
        self.perform(self.machine.played(epoch, samples, latency_ms))

    def flushed(self, epoch: int, samples: int, latency_ms: float) -> None:
        """Take the player's final count for a flushed epoch."""
        self.tell_of_player("flushed", epoch=epoch, samples=samples, latency_ms=latency_ms)
        self.perform(self.machine.flushed(epoch, samples, latency_ms))

    def tell_of_player(self, happening: str, **fields: Any) -> None:
        """Log what the player tells, as the event ``player.HAPPENING``: see `record.entry`."""
        self._keep("player", Event(type=f"player.{happening}", **fields))

    def note(self, happening: str, **fields: Any) -> None:
        """Log what the client does by itself, as the event ``client.HAPPENING``."""
        self._keep("client", Event(type=f"client.{happening}", **fields))

    # The wire

    def receive(self, frame: str | bytes) -> None:
        """Take a frame of the connection; what is no event is dropped and counted."""
        try:
            event = self.line.wire.event(frame)
            effects = [*self.line.wire.decoded(self.machine.receive(event), self.machine.session)]
        except MalformedEvent:
            self.malformed_events += 1
            return
        except Exception:
            # The reader outlives whatever an event holds that nobody has thought of.
            logger.exception("a frame was not understood")
            self.malformed_events += 1
            return
        audio = b"".join([effect.audio for effect in effects if isinstance(effect, Play)])
        if audio:
            self._note_player()
        self._keep("received", event, audio, size_bytes(frame))
        try:
            self._note(event)
            self.perform(effects)
        except Exception:
            # The reader must outlive a fault of ours: the talk goes on without this event.
            logger.exception("%s was not handled", event.type)
        self.listeners.tell(event)
        if self.spending is not None:
            self.spending.received(event)

    def perform(self, effects: Iterable[Effect]) -> None:
        """Carry out what the state machine decided, in order."""
        for effect in effects:
            PERFORM[type(effect)](self, effect)

    def _keep(
        self,
        direction: Direction,
        event: Event,
        audio: bytes = b"",
        size_bytes: int = 0,
        cell: int | None = None,
    ) -> Entry:
        now, wall_time = self.clock.monotonic(), self.clock.wall()
        return self.log.append(direction, event, now, wall_time, audio, size_bytes, cell)

    def transmit(self, event: Event, pcm: bytes = b"") -> None:
        """Send an event; one of microphone audio with the audio beside it."""
        if not self.is_alive:
            return
        wire = self.line.wire
        frame = wire.audio_frame(pcm, self.machine.session) if pcm else wire.frame(event)
        cell = self._cells.pop(event.get("event_id", ""), None) or CELL.get()
        entry = self._keep("sent", event, pcm, size_bytes(frame), cell)
        self._sent_to.tell(event)
        self.line.transport.send(frame, droppable=bool(pcm))
        self.listeners.tell(entry.event, "sent")

    def _note(self, event: Event) -> None:
        """What concerns the session itself rather than the conversation."""
        self.outstanding.heard_of(event.get("response_id"))
        self._received_by.tell(event)
        self.line.prove(event)

    def _on_created(self, event: Event) -> None:
        if not self.created.done():
            self.created.set_result(None)

    def _on_updated(self, event: Event) -> None:
        self._observer.config_changed()

    def _on_error(self, event: Event) -> None:
        error = event["error"]
        if not self.created.done():
            self.created.set_exception(server_error(error))
        elif error.get("code") != _EXPIRED and error.get("event_id") not in self.outstanding:
            self._observer.notice("error", str(server_error(error)))

    # The end

    def end(self, status: str, error: RealtimeError) -> None:
        """End the session: ``closed`` on purpose, or ``lost``. Ending twice is allowed."""
        if not self.is_alive:
            return
        self.line.loss = loss = as_loss(error)
        if not self.created.done():
            self.created.set_exception(error)
            self.created.exception()  # whoever opens the session may have stopped waiting
        self.become(status)
        self.outstanding.fail_all(loss)
        self.tools.close(loss)
        if status == "lost":
            self.note("lost", reason=str(error))
            sentence = f"{error}; what was said is kept, connect again to go on"
            self._observer.notice("error", sentence)
        self.listeners.close()

    def stop(self, reason: str) -> None:
        """Close the session for a reason that its user is told."""
        if self.is_alive:
            self._observer.notice("warning", f"{reason}; the talk has ended")
            self.run(self.line.transport.close())
            self.end("closed", ConnectionLost(reason))

    def become(self, status: str) -> None:
        """Be in another state, and show it."""
        if status != self.status:
            self.status = status
            self._observer.status_changed(status)
