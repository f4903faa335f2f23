"""Who may open a connection: decided from the request's headers, before the upgrade.

The server listens on the user's own machine, where any web page may try to reach it:
a page shows itself by its Origin, a rebound DNS name by the Host header.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from ..secret import Secret

__all__ = ["PATH", "Gate", "is_loopback", "json_response"]

PATH = "/v1/realtime"
_KEY_PROTOCOL = "openai-insecure-api-key."


@dataclass(frozen=True)
class Gate:
    """The rules of one server.

    Parameters
    ----------
    key : Secret or None
        What a client must show; None lets anybody in who reaches the server.
    loopback : bool
        Whether the server is bound to loopback, so that any other Host is a rebound name.
    """

    key: Secret | None
    loopback: bool

    def refuse(self, request: Request) -> Response | None:
        """Return the HTTP answer to a request that may not be upgraded, else None."""
        hosts = request.headers.get_all("Host")
        if self.loopback and not all(is_loopback(urlsplit(f"//{host}").hostname) for host in hosts):
            return _error(HTTPStatus.FORBIDDEN, "invalid_host", "This Host is not served here.")
        for origin in request.headers.get_all("Origin"):
            if not is_loopback(urlsplit(origin).hostname):
                sentence = "Pages of this Origin may not connect."
                return _error(HTTPStatus.FORBIDDEN, "invalid_origin", sentence)
        url = urlsplit(request.path)
        if url.path != PATH:
            return _error(HTTPStatus.NOT_FOUND, "not_found", f"Nothing here; try {PATH}.")
        if self.key is not None and not self._has_key(request, url.query):
            sentence = "Incorrect API key provided."
            return _error(HTTPStatus.UNAUTHORIZED, "invalid_api_key", sentence)
        if "transcription" in parse_qs(url.query).get("intent", []):
            sentence = "This server has no sessions that only transcribe."
            return _error(HTTPStatus.BAD_REQUEST, "invalid_intent", sentence)
        return None

    def _has_key(self, request: Request, query: str) -> bool:
        return any(Secret(given) == self.key for given in _keys(request.headers, query))


def is_loopback(host: str | None) -> bool:
    """Whether a host name or address is this machine's loopback."""
    if host is None:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def json_response(status: HTTPStatus, body: object) -> Response:
    """Return an HTTP response with a JSON body."""
    encoded = json.dumps(body).encode()
    headers = Headers(
        [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(encoded))),
            ("Connection", "close"),
        ]
    )
    return Response(status.value, status.phrase, headers, encoded)


def _keys(headers: Headers, query: str) -> Iterator[str]:
    """Every key that a request shows, in each of the API's four ways."""
    for value in headers.get_all("Authorization"):
        scheme, _space, key = value.partition(" ")
        if scheme.lower() == "bearer":
            yield key
    yield from headers.get_all("api-key")
    yield from parse_qs(query).get("api-key", [])
    for value in headers.get_all("Sec-WebSocket-Protocol"):
        for protocol in value.split(","):
            if protocol.strip().startswith(_KEY_PROTOCOL):
                yield protocol.strip()[len(_KEY_PROTOCOL) :]


def _error(status: HTTPStatus, code: str, message: str) -> Response:
    error = {"type": "invalid_request_error", "code": code, "message": message, "param": None}
    return json_response(status, {"error": error})
