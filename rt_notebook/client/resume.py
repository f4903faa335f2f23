"""The life of a session over one connection after another.

Theory of operation
-------------------
`Lifeline` reads a connection until it ends, by itself or because somebody gives up on it
(`give_up`). Then `protocol.endings` says whether, and after which delay, there is another
attempt. A new connection is greeted by its server (``session.created``), given the session
anew, and is open when all of that is answered. One connection is read at a
time and another one only after it: no event of a former connection comes in late.

What becomes of replies: one that had begun fails with `ConnectionLost`, since half an
answer has been heard; one that had not is asked for again, once.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import random
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from ..errors import ConnectionLost, RealtimeError, ServerError
from ..protocol.endings import FATAL_ERRORS, Attempts
from ..protocol.events import Event, encode_audio
from ..protocol.session_facts import client_ends_turns, input_format
from ..record.cell import CELL
from .takers import Takes
from .transport import Transport
from .waiting import Acknowledgement, server_error
from .wire import Wire
from .wire_audio import encoded, reencoded

if TYPE_CHECKING:
    from .core import SessionCore

__all__ = ["CLOSED", "Dial", "Lifeline", "as_loss"]

logger = logging.getLogger("rt_notebook")

Dial = Callable[[], Awaitable[Transport]]

CLOSED = "the session was closed"
PROVEN_SECONDS = 60.0  # a connection that stood so long was a good one

#: What a server says to every session that it is about to refuse.
_FORMALITIES = ("session.", "conversation.item.", "rate_limits.", "error")


class Lifeline:
    """Keeps a session connected.

    Parameters
    ----------
    core : SessionCore
        The session.
    transport : Transport
        Its first connection.

    Attributes
    ----------
    transport : Transport
        The connection of the moment.
    wire : Wire
        Its codec.
    connected : bool
        Whether there is a connection that has been given the session.
    connections : int
        How many there have been.
    since : float
        When the last one was made; by the session's clock.
    expires : float or None
        When its session ends, if the server says so.
    loss : ConnectionLost
        How the last one ended, or why the session did.
    received : mapping
        What it takes, by event type.
    """

    def __init__(self, core: SessionCore, transport: Transport) -> None:
        self.transport = transport
        self.wire = Wire(core.dialect)
        self.connected = True
        self.connections = 1
        self.since = core.clock.monotonic()
        self.expires: float | None = None
        self.loss: ConnectionLost = ConnectionLost(CLOSED)
        self.received: Takes = {"session.created": self._on_created, "error": self._on_error}
        self._core = core
        self._attempts = Attempts()
        self._blamed: ServerError | None = None
        self._verdict: RealtimeError | None = None
        self._greeted = False
        self._reading: asyncio.Future[RealtimeError | None] | None = None
        self._away_since = 0.0
        self._unanswered = 0
        self._restored = self._refused = 0  # items
        self._complaint = ""  # about the configuration

    async def run(self) -> None:
        """Read until the session is closed, or no further attempt is of use."""
        CELL.set(None)  # what is done from here on is not the connecting cell's
        while (ended := await self._follow()) is not None:
            if not await self._redial(self._blamed or ended):
                return

    def give_up(self, error: RealtimeError) -> None:
        """End this connection, as if it had ended by itself."""
        self._verdict = error
        if self._reading is not None:
            self._reading.cancel()

    def prove(self, event: Event) -> None:
        """Note that the connection carries a talk, if it is in doubt and this event says so."""
        in_doubt = self._attempts.spent > 0
        if in_doubt and not (event.type.startswith(_FORMALITIES) or _has_failed(event)):
            self._attempts.proven()

    @property
    def _awaits_greeting(self) -> bool:
        return self._core.status == "reconnecting" and not self._greeted

    def _on_created(self, event: Event) -> None:
        clock, expires_at = self._core.clock, event["session"].get("expires_at")
        if isinstance(expires_at, (int, float)) and expires_at > clock.wall():
            self.expires = clock.monotonic() + expires_at - clock.wall()
        if self._awaits_greeting:
            self._restore()

    def _on_error(self, event: Event) -> None:
        error = server_error(event["error"])
        if error.code in FATAL_ERRORS:
            self._blamed = error
        if self._awaits_greeting:
            self.give_up(error)

    async def _follow(self) -> RealtimeError | None:
        self._verdict = None
        self._reading = asyncio.ensure_future(self._read())
        try:
            await asyncio.wait({self._reading})
        finally:
            self._reading.cancel()
        self._core.run(self.transport.close())
        return self._verdict if self._reading.cancelled() else self._reading.result()

    async def _read(self) -> RealtimeError | None:
        try:
            async for frame in self.transport.frames():
                self._core.receive(frame)
                if not self._core.is_alive:
                    return None
        except ConnectionLost as lost:
            return lost
        return None

    async def _redial(self, ended: RealtimeError) -> bool:
        """Connect again, or end the session."""
        core = self._core
        if core.dial is None or not core.created.done():
            return self._lose(ended)
        if core.clock.monotonic() - self.since > PROVEN_SECONDS and core.status == "open":
            self._attempts.proven()
        while (delay := self._attempts.next_delay(ended, random.random())) is not None:
            self._cut_off(ended)
            await core.clock.sleep(delay)
            try:
                self.transport = await core.dial()
            except Exception as error:
                ended = _failure(error)
                continue
            self.connections += 1
            self.since, self.expires, self._greeted = core.clock.monotonic(), None, False
            return True
        return self._lose(ended)

    def _lose(self, ended: RealtimeError) -> bool:
        """End the session; there is no other connection."""
        self._core.end("lost", ended)
        return False

    def _cut_off(self, error: RealtimeError) -> None:
        """Settle what ended with the connection; what is asked from here on waits."""
        core = self._core
        if core.status == "open":
            self._away_since = core.clock.monotonic()
        if self.connected:
            core.note("disconnected", reason=str(error))
            speaking = core.machine.user_speaking or client_ends_turns(core.machine.session)
            intact = not self.transport.outbox.dropped
            core.microphone.cut_off(speaking=speaking, intact=intact)
        self.connected, self.wire = False, Wire(core.dialect)
        self.forget_answers(as_loss(error))
        core.perform(core.machine.cut_off())
        core.become("reconnecting")

    def forget_answers(self, loss: ConnectionLost) -> None:
        """Wait no longer for what the server of an ended connection had begun."""
        self.loss = loss
        self._core.settings.cut_off()
        self._core.outstanding.cut_off(loss)
        self._core.tools.cut_off()

    def _restore(self) -> None:
        """Give the new server the session, what was said meanwhile, and what was asked."""
        core = self._core
        self._greeted, self._restored, self._refused, self._complaint = True, 0, 0, ""
        core.microphone.connected()
        restoring, effects = core.machine.resume(core.settings.asked, self._said, self._reencoded)
        self._unanswered = len(restoring)
        for event in restoring:
            acknowledgement = Acknowledgement(event)
            is_item = event.type == "conversation.item.create"
            acknowledgement.when_done(functools.partial(self._answered, is_item))
            core.outstanding.acknowledge(acknowledgement)
            core.transmit(event)
        self.connected = True
        for pcm in core.microphone.take():
            core.append_audio(pcm)
        core.note("reconnected")
        core.perform(effects)
        if not restoring:
            self._go_on()

    def _said(self, item_id: str) -> str | None:
        core = self._core
        audio = core.microphone.audio(item_id)
        format = input_format(core.machine.session)
        return encode_audio(encoded(audio, format)) if audio else None

    def _reencoded(self, item: dict[str, Any], format: str) -> dict[str, Any]:
        return reencoded(item, format, input_format(self._core.machine.session))

    def _answered(self, is_item: bool, failure: BaseException | None) -> None:
        if isinstance(failure, ConnectionLost):
            return  # there is another connection by now, or none
        self._unanswered -= 1
        if is_item:
            self._restored += failure is None
            self._refused += failure is not None
        elif failure is not None:
            self._complaint = f"; the configuration was refused ({failure}): configure it anew"
        if not self._unanswered:
            self._go_on()

    def _go_on(self) -> None:
        """Be open again, and tell of the gap once."""
        core = self._core
        seconds = core.clock.monotonic() - self._away_since
        items = f"{self._restored} item{'s' if self._restored != 1 else ''} restored"
        items += f", {self._refused} refused" if self._refused else ""
        lost_ms = core.microphone.take_lost_ms()
        lost = f", {lost_ms / 1000:.1f} s of your speech lost" if lost_ms else ""
        core.outstanding.wait_anew()
        core.become("open")
        sentence = f"the connection was away for {seconds:.1f} s; {items}{lost}{self._complaint}"
        core.observer.notice("warning" if self._refused or self._complaint else "info", sentence)


def as_loss(error: RealtimeError) -> ConnectionLost:
    """Return the error with which whoever waits for an answer learns of an end."""
    return error if isinstance(error, ConnectionLost) else ConnectionLost(str(error))


def _failure(error: Exception) -> RealtimeError:
    """Return why there is no other connection; what nobody has thought of is final."""
    if isinstance(error, RealtimeError):
        return error
    logger.info("no other connection could be made", exc_info=error)
    told = error.strerror if isinstance(error, OSError) else None
    reason = told.lower() if told else type(error).__name__
    return RealtimeError(f"no other connection could be made ({reason})")


def _has_failed(event: Event) -> bool:
    return event.type == "response.done" and event["response"].get("status") == "failed"
