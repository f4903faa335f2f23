"""Plain HTTP requests for the tests: sent as they are, read until the server closes."""

from __future__ import annotations

import json
import socket
from typing import Any
from urllib.parse import urlsplit

from .wire import KEY

__all__ = ["address", "post", "raw"]

PATIENCE_S = 20


def address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return str(parts.hostname), int(parts.port or 0)


def raw(url: str, *pieces: bytes) -> bytes:
    """Send bytes, one piece after the other, and return all that is answered."""
    with socket.create_connection(address(url), timeout=PATIENCE_S) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            connection.sendall(piece)
        answer = b""
        while received := connection.recv(65536):
            answer += received
    return answer


def post(
    url: str, path: str, body: Any, key: str | None = KEY, **headers: str
) -> tuple[int, Any, dict[str, str]]:
    """Post JSON and return the status, the JSON of the answer, and its headers."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"Host": "127.0.0.1", "Content-Length": str(len(content)), **headers}
    if key is not None:
        given["Authorization"] = f"Bearer {key}"
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    answer = raw(url, "\r\n".join([*lines, "", ""]).encode() + content)
    head, _, payload = answer.partition(b"\r\n\r\n")
    status, *fields = head.decode().split("\r\n")
    return int(status.split()[1]), json.loads(payload), dict(f.split(": ", 1) for f in fields)
