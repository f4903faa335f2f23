"""The server: one port for WebSockets, the minting of keys, and ``/health``."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from ..protocol.events import MAX_EVENT_BYTES
from ..secret import Secret
from .brains import Brain
from .brains.demo import DemoBrain
from .connection import Connection, Greeting
from .faults import Faults
from .gate import (
    PATH,
    PATHS,
    Gate,
    error_response,
    is_loopback,
    json_response,
    offered_protocols,
    shown_keys,
    split_url,
)
from .limits import Limits
from .minting import Mint
from .posting import PostingConnection
from .session_defaults import DEFAULT_MODEL, instructions_of
from .speech import Speech

__all__ = ["running_server"]

_log = logging.getLogger(__name__)

_OPEN_TIMEOUT_S = 10.0  # for a whole request, however slowly it comes
_PING_S = 20.0
_CLOSE_S = 10.0
_BETA_HEADER, _BETA_PROTOCOL = "realtime=v1", "openai-beta.realtime-v1"


@contextlib.asynccontextmanager
async def running_server(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    key: Secret | None = None,
    speech: Speech,
    brain: Callable[[], Brain] = DemoBrain,
    limits: Limits | None = None,
    sunset: bool = False,
    faults: Faults | None = None,
    open_timeout_s: float = _OPEN_TIMEOUT_S,
) -> AsyncIterator[str]:
    """Serve the Realtime API and yield the URL; models are the caller's to load.

    Parameters
    ----------
    host : str
        Address to bind.
    port : int
        0 takes a free one.
    key : Secret or None
        What clients must show; None asks for nothing.
    speech : Speech
        The models that all connections share.
    brain : callable
        Returns what answers one connection.
    limits : Limits or None
        The server's bounds; None is the default ones.
    sunset : bool
        Answer the beta dialect as OpenAI does today: with an error, and the end.
    faults : Faults or None
        What goes wrong on request; pings and deadlines are off where they could end it.
    open_timeout_s : float
        Seconds that a client has to say what it wants.

    Raises
    ------
    OSError
        If the address cannot be bound.
    """
    gate = Gate(key, is_loopback(host))
    modality = "audio" if speech.can_speak else "text"
    mint = Mint(modality, instructions=instructions_of(brain()))
    house = _House(gate, speech, brain, limits or Limits(), sunset, mint, faults or Faults())
    async with serve(
        house.connected,
        host,
        port,
        create_connection=PostingConnection,
        process_request=house.before_upgrade,
        select_subprotocol=_subprotocol,
        open_timeout=None if faults else open_timeout_s,
        ping_interval=None if faults else _PING_S,
        close_timeout=_CLOSE_S / 10 if faults else _CLOSE_S,
        max_size=MAX_EVENT_BYTES,
        compression=None,
        server_header="rt_notebook",
    ) as server:
        bound = next(iter(server.sockets)).getsockname()[1]
        name = f"[{host}]" if ":" in host else host
        yield f"ws://{name}:{bound}{PATH}"


@dataclass
class _House:
    """What the connections of one server share."""

    gate: Gate
    speech: Speech
    brain: Callable[[], Brain]
    limits: Limits
    sunset: bool
    mint: Mint
    faults: Faults
    sessions: int = 0

    async def connected(self, socket: ServerConnection) -> None:
        """Serve one accepted WebSocket."""
        greeting = self._greeting(_own(socket))
        faulty = self.faults.around(socket) if self.faults else socket
        self.sessions += 1
        _log.info("session %d opened", self.sessions)
        try:
            connection = Connection(faulty, greeting, self.speech, self.brain(), self.limits)
            await connection.serve()
        finally:
            self.sessions -= 1
            _log.info("session closed")

    async def before_upgrade(self, socket: ServerConnection, request: Request) -> Response | None:
        """Return the HTTP answer to a request that opens no session, else None."""
        own = _own(socket)
        answer = self._answer(own, request)
        if answer is not None and own.method == "HEAD":
            return replace(answer, body=b"")
        return answer or await self.faults.before_upgrade(socket)

    def _answer(self, own: PostingConnection, request: Request) -> Response | None:
        refused = self.gate.refuse(request)
        if refused is not None:
            return refused
        path = split_url(request.path).path
        if own.method == "POST":
            return self._posted(own, request, path)
        if own.method not in ("GET", "HEAD"):
            sentence = f"{own.method} is not answered here; GET and POST are."
            return error_response(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", sentence)
        if path == "/health":
            status = {"status": "ok", "sessions": self.sessions, "missing": self.speech.missing}
            return json_response(HTTPStatus.OK, status)
        if path not in PATHS:
            sentence = f"Nothing here; try {PATH}."
            return error_response(HTTPStatus.NOT_FOUND, "not_found", sentence)
        own.session = self._minted(request)
        if own.session is None and not self.gate.has_key(request):
            return _no_key()
        if self.sessions >= self.limits.sessions:
            sentence = f"This server serves {self.limits.sessions} sessions; all are taken."
            return error_response(HTTPStatus.SERVICE_UNAVAILABLE, "server_full", sentence)
        return None

    def _posted(self, own: PostingConnection, request: Request, path: str) -> Response:
        base, _slash, endpoint = path.rpartition("/")
        if base not in PATHS or endpoint not in self.mint.endpoints():
            known = ", ".join(f"{PATH}/{name}" for name in self.mint.endpoints())
            sentence = f"Nothing to post here; try {known}."
            return error_response(HTTPStatus.NOT_FOUND, "not_found", sentence)
        if not self.gate.has_key(request):
            return _no_key()
        if own.refused is not None:
            return error_response(own.refused, "invalid_body", f"{own.refused.phrase}.")
        return json_response(*self.mint.answer(endpoint, own.body))

    def _minted(self, request: Request) -> dict[str, Any] | None:
        found = (self.mint.session_of(key) for key in shown_keys(request))
        return next((session for session in found if session is not None), None)

    def _greeting(self, own: PostingConnection) -> Greeting:
        request, session = own.request, own.session
        if request is None:
            return Greeting()
        url = split_url(request.path)
        query = parse_qs(url.query)
        intended = "transcription" if "transcription" in query.get("intent", []) else "realtime"
        asked = {"type": intended, **(session or {})}
        named = [*query.get("model", []), *query.get("deployment", []), DEFAULT_MODEL]
        model = asked.get("model") or named[0]
        is_beta = PATHS.get(url.path) == "beta" or _is_beta(request)
        return Greeting(
            str(model),
            "transcription" if asked["type"] == "transcription" else "realtime",
            session,
            "beta" if is_beta else "ga",
            is_sent_away=is_beta and self.sunset,
        )


def _own(socket: ServerConnection) -> PostingConnection:
    if not isinstance(socket, PostingConnection):
        raise TypeError(f"expected a PostingConnection, got {type(socket).__name__}")
    return socket


def _no_key() -> Response:
    sentence = "Incorrect API key provided."
    return error_response(HTTPStatus.UNAUTHORIZED, "invalid_api_key", sentence)


def _is_beta(request: Request) -> bool:
    headers = ",".join(request.headers.get_all("OpenAI-Beta"))
    return _BETA_HEADER in headers or _BETA_PROTOCOL in offered_protocols(request)


def _subprotocol(_socket: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    # Browsers cannot set headers; they offer "realtime" and their key beside it.
    return Subprotocol("realtime") if "realtime" in offered else None
