"""One client's connection: its greeting, its frames one by one, and its end."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from websockets.exceptions import ConnectionClosed

from .beta import ga_event
from .brains import Brain
from .client_events import event_id_of, parsed
from .dialogue import Dialogue
from .limits import Limits
from .outbox import Outbox, Socket
from .refusals import Refusal
from .session_defaults import DEFAULT_MODEL, Kind, instructions_of
from .session_state import SessionState
from .speech import Speech

__all__ = ["Connection", "Greeting"]

_log = logging.getLogger(__name__)

Json = dict[str, Any]


@dataclass(frozen=True)
class Greeting:
    """What a client asked for before it could speak.

    Parameters
    ----------
    model : str
        Of the URL, or of the session that its key was minted with.
    kind : {"realtime", "transcription"}
        A conversation, or transcripts only.
    session : dict or None
        The configuration that its key brings along.
    dialect : {"ga", "beta"}
        How it speaks.
    is_sent_away : bool
        It speaks a dialect that is spoken here no more.
    """

    model: str = DEFAULT_MODEL
    kind: Kind = "realtime"
    session: Json | None = None
    dialect: str = "ga"
    is_sent_away: bool = False


class Connection:
    """Serves one WebSocket until it closes.

    Parameters
    ----------
    socket : Socket
        The accepted WebSocket.
    greeting : Greeting
        What the client asked for.
    speech, brain, limits
        What answers, and how much of it.
    """

    def __init__(
        self,
        socket: Socket,
        greeting: Greeting,
        speech: Speech,
        brain: Brain,
        limits: Limits,
    ) -> None:
        self._socket = socket
        self._greeting = greeting
        self._limits = limits
        self._outbox = Outbox(socket, greeting.dialect, limits.unread_bytes)
        modality = "audio" if speech.can_speak else "text"
        session = SessionState(
            greeting.model,
            modality,
            greeting.kind,
            limits.lifetime_s,
            greeting.dialect,
            instructions_of(brain),
        )
        if greeting.session is not None:
            session.update(_without_what_only_beta_has(greeting.session, greeting.dialect))
        self._dialogue = Dialogue(self._outbox.emit, session, speech, brain, limits)

    async def serve(self) -> None:
        """Greet the client and answer its events until the connection ends."""
        writer = asyncio.ensure_future(self._outbox.write())
        loop = asyncio.get_running_loop()
        expiry = loop.call_later(self._limits.lifetime_s, self._expire)
        if self._greeting.is_sent_away:
            self._send_away()
        else:
            self._dialogue.begin()
        try:
            async for frame in self._socket:
                await self._receive(frame)
        except ConnectionClosed:
            pass
        finally:
            expiry.cancel()
            self._dialogue.close()
            writer.cancel()

    def _expire(self) -> None:
        """End the session as the API does after 60 minutes."""
        minutes = f"{self._limits.lifetime_s / 60:g}"
        message = f"Your session hit the maximum duration of {minutes} minutes."
        self._dismiss(Refusal(message, "session_expired"), 1001, "session_expired")

    def _send_away(self) -> None:
        """Answer the beta dialect as OpenAI does since 2026-05-12."""
        code = "beta_api_shape_disabled"
        sentence = (
            "The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API."
        )
        self._dismiss(Refusal(sentence, code), 4000, f"invalid_request_error.{code}")

    def _dismiss(self, refusal: Refusal, code: int, reason: str) -> None:
        self._dialogue.close()
        self._outbox.emit("error", error=refusal.to_json(None))
        self._outbox.close(code, reason)

    async def _receive(self, frame: str | bytes) -> None:
        event_id = None
        try:
            event = parsed(frame)
            event_id = event_id_of(event)
            await self._dialogue.handle(ga_event(event, self._greeting.dialect))
        except Refusal as refusal:
            self._outbox.emit("error", error=refusal.to_json(event_id))
        except Exception:
            _log.exception("a client event failed")
            message = "The server had an error while processing your request."
            failure = {"type": "server_error", "code": None, "message": message, "param": None}
            self._outbox.emit("error", error={**failure, "event_id": event_id})


def _without_what_only_beta_has(session: Json, dialect: str) -> Json:
    """A key that was minted the old way may start a session of either dialect."""
    return {k: v for k, v in session.items() if k != "temperature" or dialect == "beta"}
