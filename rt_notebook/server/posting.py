"""HTTP POST on the port of the WebSocket server, which by itself answers GET only.

A `PostingConnection` reads a POST request as a whole, within bounds, keeps its body aside
and hands the head on as a GET; so the answer, the deadline of the opening handshake and
the end of the connection stay those of the websockets package. Anything but a POST passes
through untouched.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import ServerConnection

__all__ = ["MAX_BODY_BYTES", "PostingConnection"]

MAX_BODY_BYTES = 1024 * 1024
_MAX_HEAD_BYTES = 32 * 1024
_POST = b"POST "
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,12})[ \t]*$", re.I | re.M)
# What tells of a body: the request that is handed on has none.
_BODY_HEADERS = re.compile(rb"\r\n(?:content-length|transfer-encoding|expect):[^\r]*", re.I)


class PostingConnection(ServerConnection):
    """A connection that may begin with a POST request.

    Attributes
    ----------
    posted : bytes or None
        The body of a POST request; None for any other.
    refused : HTTPStatus or None
        Why the body of a POST request was not read.
    session : dict or None
        The configuration that the client's key brings along, once it was looked at.
    """

    posted: bytes | None = None
    refused: HTTPStatus | None = None
    session: dict[str, Any] | None = None
    _held: bytearray | None = None
    _passing = False

    def data_received(self, data: bytes) -> None:
        """Take in bytes: hold them back while they may be, or are, a POST request."""
        if self._passing:
            super().data_received(data)
            return
        self._held = self._held or bytearray()
        self._held += data
        start = bytes(self._held[: len(_POST)])
        ready = self._request(self._held) if start == _POST else bytes(self._held)
        if ready is not None and (start == _POST or not _POST.startswith(start)):
            self._passing, self._held = True, None
            super().data_received(ready)

    def _request(self, held: bytearray) -> bytes | None:
        """Return the head as a GET request, None while something of the POST is missing."""
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
        self.posted = b"" if self.refused else bytes(held[body : body + size])
        without_body = _BODY_HEADERS.sub(b"", bytes(held[:end]))
        return b"GET " + without_body[len(_POST) :] + _END_OF_HEAD
