"""Who may open a connection: decided from the request's headers, before the upgrade.

The server listens on the user's own machine, where any web page may try to reach it:
a page shows itself by its Origin, a rebound DNS name by the Host header.
"""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import SplitResult, parse_qs, urlsplit

from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from ..secret import Secret

__all__ = [
    "PATH",
    "PATHS",
    "Gate",
    "error_response",
    "is_loopback",
    "json_response",
    "offered_protocols",
    "shown_keys",
    "split_url",
]

PATH = "/v1/realtime"
#: Where sessions are opened, and the dialect that is spoken there by itself. Source of Azure's
#: two: its how-to *Use the GPT Realtime API via WebSockets*, and its guide to migration.
PATHS = {PATH: "ga", "/openai/v1/realtime": "ga", "/openai/realtime": "beta"}
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
        """Return the HTTP answer to a request that came by way of a foreign name or page."""
        hosts = request.headers.get_all("Host")
        if self.loopback and not all(
            is_loopback(split_url(f"//{host}").hostname) for host in hosts
        ):
            return error_response(
                HTTPStatus.FORBIDDEN, "invalid_host", "This Host is not served here."
            )
        for origin in request.headers.get_all("Origin"):
            if not is_loopback(split_url(origin).hostname):
                sentence = "Pages of this Origin may not connect."
                return error_response(HTTPStatus.FORBIDDEN, "invalid_origin", sentence)
        return None

    def has_key(self, request: Request) -> bool:
        """Whether a request shows the server's own key, or none is asked for."""
        return self.key is None or any(given == self.key for given in shown_keys(request))


def split_url(url: str) -> SplitResult:
    """Return the parts of a URL; a malformed one has none, so that it is nobody's."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


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


def shown_keys(request: Request) -> list[Secret]:
    """Return every key that a request shows, in each of the API's four ways."""
    headers, query = request.headers, parse_qs(split_url(request.path).query)
    schemes = [value.partition(" ") for value in headers.get_all("Authorization")]
    offered = offered_protocols(request)
    return [
        *(Secret(key) for scheme, _space, key in schemes if scheme.lower() == "bearer"),
        *map(Secret, headers.get_all("api-key")),
        *map(Secret, query.get("api-key", [])),
        *(Secret(p[len(_KEY_PROTOCOL) :]) for p in offered if p.startswith(_KEY_PROTOCOL)),
    ]


def offered_protocols(request: Request) -> list[str]:
    """Return the subprotocols that a request offers."""
    values = request.headers.get_all("Sec-WebSocket-Protocol")
    return [protocol.strip() for value in values for protocol in value.split(",")]


def error_response(status: HTTPStatus, code: str, message: str) -> Response:
    """Return an HTTP response with the API's ``error`` object."""
    error = {"type": "invalid_request_error", "code": code, "message": message, "param": None}
    return json_response(status, {"error": error})
