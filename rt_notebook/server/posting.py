"""HTTP on the port of the WebSocket server, which by itself answers GET only.

A `PostingConnection` reads a request of another method as a whole, within bounds, keeps
method and body aside and hands the head on as a GET; so the answer, the deadline of the
opening handshake and the end of the connection stay those of the websockets package. A
GET, and what is no HTTP, passes through untouched. A body that is refused is let come and
dropped before the answer: bytes that nobody read would reset the connection, and take the
answer with them.
"""

from __future__ import annotations

import asyncio
import math
import re
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import ServerConnection

__all__ = ["MAX_BODY_BYTES", "PostingConnection"]

MAX_BODY_BYTES = 1024 * 1024
_MAX_HEAD_BYTES = 32 * 1024
_QUIET_S = 0.3  # after it, the rest of a refused body is not waited for
_METHOD = re.compile(rb"([A-Z]{3,7}) ")
_BEGUN_METHOD = re.compile(rb"[A-Z]{0,7}")
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,12})[ \t]*$", re.I | re.M)
# What tells of a body: the request that is handed on has none.
_BODY_HEADERS = re.compile(rb"\r\n(?:content-length|transfer-encoding|expect):[^\r]*", re.I)


class PostingConnection(ServerConnection):
    """A connection that may begin with a request that is no GET.

    Attributes
    ----------
    method : str
        Of the request.
    body : bytes
        Of a request that is no GET.
    refused : HTTPStatus or None
        Why the body was not read.
    session : dict or None
        The configuration that the client's key brings along, once it was looked at.
    """

    method = "GET"
    body = b""
    refused: HTTPStatus | None = None
    session: dict[str, Any] | None = None
    _held: bytearray | None = None
    _passing = False
    _refused_head: bytes | None = None
    _to_drop_bytes = 0.0
    _quiet: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """Take in bytes: hold them back while they may be, or are, a request that is no GET."""
        if self._passing:
            super().data_received(data)
            return
        if self._refused_head is not None:
            self._drop(len(data), self._refused_head)
            return
        self._held = self._held or bytearray()
        self._held += data
        if _BEGUN_METHOD.fullmatch(self._held):
            return
        found = _METHOD.match(self._held)
        self.method = found[1].decode() if found else "GET"
        ready = bytes(self._held) if self.method == "GET" else self._request(self._held)
        if ready is not None:
            self._held = None
            if self.refused is None:
                self._pass_on(ready)
            else:
                self._refused_head = ready
                self._drop(0, ready)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        if self._quiet is not None:
            self._quiet.cancel()
        super().connection_lost(exc)

    def _pass_on(self, data: bytes) -> None:
        self._passing = True
        super().data_received(data)

    def _drop(self, length_bytes: int, head: bytes) -> None:
        """Drop a piece of a refused body; answer when all is here, or no more comes."""
        self._to_drop_bytes -= length_bytes
        if self._quiet is not None:
            self._quiet.cancel()
        if self._to_drop_bytes <= 0:
            self._pass_on(head)
        else:
            self._quiet = self.loop.call_later(_QUIET_S, self._pass_on, head)

    def _request(self, held: bytearray) -> bytes | None:
        """Return the head as a GET request, None while something of it is missing."""
        end = held.find(_END_OF_HEAD, 0, _MAX_HEAD_BYTES)
        if end < 0:
            # As it is, the websockets package refuses it.
            return bytes(held) if len(held) > _MAX_HEAD_BYTES else None
        head = bytes(held[:end]).replace(b"\r\n", b"\n")
        length = _LENGTH.search(head)
        size = int(length[1]) if length else 0
        if length is None and b"\ntransfer-encoding:" in head.lower():
            self.refused = HTTPStatus.LENGTH_REQUIRED
        elif size > MAX_BODY_BYTES:
            self.refused = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        elif len(held) < end + len(_END_OF_HEAD) + size:
            return None
        body = end + len(_END_OF_HEAD)
        self._to_drop_bytes = (size or math.inf) - (len(held) - body)
        self.body = b"" if self.refused else bytes(held[body : body + size])
        without_body = _BODY_HEADERS.sub(b"", bytes(held[:end]))
        return b"GET " + without_body.partition(b" ")[2] + _END_OF_HEAD
