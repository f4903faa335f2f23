"""One WebSocket connection to a Realtime server.

Errors of the connection become one sentence and never carry the request's headers.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import email.utils
import logging
import ssl
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import websockets.asyncio.client
import websockets.exceptions as wse
from websockets.datastructures import Headers
from websockets.http11 import Response
from websockets.version import version

from ..errors import ConfigError, ConnectionLost, RealtimeError, ServerError
from ..protocol.events import MAX_FRAME_BYTES
from ..secret import RedactingFilter
from .backends import LOOPBACK, Backend
from .transport import Outbox

__all__ = [
    "PING_INTERVAL_SECONDS",
    "PING_TIMEOUT_SECONDS",
    "WebSocketTransport",
    "untrusted",
    "unusable_proxy",
]

logger = logging.getLogger("rt_notebook.wire")
logger.addFilter(RedactingFilter())

_REFUSALS = {
    401: ("invalid_api_key", "the server did not accept the key (401); check it and connect again"),
    403: ("forbidden", "the server refused this key or project (403); check what it may use"),
    404: ("not_found", "the server has no such address or model (404); check URL and model"),
    429: ("rate_limited", "the server has no room now (429); wait a little and connect again"),
    500: ("unavailable", "the server failed (500); wait a little and connect again"),
    502: ("unavailable", "nobody answers behind the gateway (502); wait a little and try again"),
    503: ("unavailable", "the server is full or down (503); wait a little and connect again"),
    504: ("unavailable", "nobody answers behind the gateway (504); wait a little and try again"),
}
#: A peer that is gone is found within the sum of the first two, and not waited for longer.
PING_INTERVAL_SECONDS = 15.0
PING_TIMEOUT_SECONDS = 15.0
_CLOSE_SECONDS = 2.0
#: Before websockets 15 no proxy is used, and there are no errors of one.
_KNOWS_PROXIES = int(version.split(".")[0]) >= 15
_INVALID_PROXY = (wse.InvalidProxy,) if _KNOWS_PROXIES else ()
_PROXY_REFUSES = (wse.ProxyError,) if _KNOWS_PROXIES else ()
_UNUSABLE_PROXY: tuple[type[Exception], ...] = (ValueError, ImportError, *_INVALID_PROXY)
#: No WebSocket, no UTF-8, too big a frame, no answer to a ping.
_FAILED_BY_US = (1002, 1007, 1009, 1011)


class WebSocketTransport:
    """A connection that is open until it says otherwise. Use it on one loop only."""

    def __init__(self, connection: websockets.asyncio.client.ClientConnection, host: str) -> None:
        self._connection = connection
        self._host = host
        self._asked_to_close = False
        self.outbox = Outbox()
        self._writer = asyncio.ensure_future(self._write())

    @classmethod
    async def open(cls, backend: Backend, timeout: float) -> WebSocketTransport:
        """Connect within `timeout` seconds.

        Raises
        ------
        ServerError
            If the server answers and refuses (401, 403, 404, 429, 503).
        ConnectionLost
            If there is no server, or it does not answer in time.
        ConfigError
            If the proxy, given or the environment's, cannot be used.
        """
        host = urlsplit(backend.url).netloc if backend.server is None else "the offline server"
        failure: RealtimeError
        try:
            # The call's frame holds the headers: whatever it raises is replaced below,
            # outside the except clause, so that no traceback leads back into it.
            return cls(
                await _Connect(
                    backend.url,
                    additional_headers=backend.headers(),
                    open_timeout=timeout,
                    max_size=MAX_FRAME_BYTES,
                    compression=None,
                    close_timeout=_CLOSE_SECONDS,
                    logger=logger,
                    **_path_options(backend),
                ),
                host,
            )
        except wse.InvalidStatus as error:
            failure = _refusal(error.response)
        except (TimeoutError, asyncio.TimeoutError):
            failure = ConnectionLost(f"{host} did not answer within {timeout:g} s")
        except (OSError, wse.InvalidHandshake, wse.InvalidURI, EOFError) as error:
            failure = ConnectionLost(f"cannot reach {host}: {_plain(error)}")
        except _UNUSABLE_PROXY as error:
            failure = unusable_proxy(error, "python-socks")
        raise failure

    def send(self, text: str, *, droppable: bool = False) -> None:
        """Queue a text frame; it goes out in order."""
        self.outbox.put(text, droppable=droppable)

    async def frames(self) -> AsyncIterator[str | bytes]:
        """Yield frames until the connection ends.

        Raises
        ------
        ConnectionLost
            When the connection ends and `close` was not called: with code and reason.
        """
        try:
            while True:
                yield await self._connection.recv()
        except wse.ConnectionClosed as closed:
            code, reason = _how(closed)
        if not self._asked_to_close:
            told = f" ({reason})" if reason else ""
            raise ConnectionLost(
                f"the connection to {self._host} ended with code {code}{told}",
                code=code,
                reason=reason,
            )

    async def close(self) -> None:
        """Close the connection; what is still queued is not sent."""
        self._asked_to_close = True
        self._writer.cancel()
        self.outbox.close()
        await self._connection.close()

    async def _write(self) -> None:
        with contextlib.suppress(wse.ConnectionClosed):
            while True:
                await self._connection.send(await self.outbox.get())


class _Connect(websockets.asyncio.client.connect):
    """Follows no redirect: the key is for the host that was named."""

    def process_redirect(self, exc: Exception) -> Exception:
        return exc


def _path_options(backend: Backend) -> dict[str, Any]:
    """Options for the way there: a proxy, or none to a server on this machine."""
    if backend.proxy is not None and not _KNOWS_PROXIES:
        raise ConfigError(f"a proxy needs websockets 15 or newer, got {version}")
    options: dict[str, Any] = {
        # A healthy server of ours must not die of a busy machine.
        "ping_interval": None if backend.server is not None else PING_INTERVAL_SECONDS,
        "ping_timeout": PING_TIMEOUT_SECONDS,
    }
    if _KNOWS_PROXIES and urlsplit(backend.url).hostname in LOOPBACK:
        options["proxy"] = None
    elif backend.proxy is not None:
        options["proxy"] = backend.proxy.reveal()
    return options


def _how(closed: wse.ConnectionClosed) -> tuple[int, str]:
    """Close code and reason: the peer's, or ours where it was us who failed the connection."""
    if closed.sent is not None and closed.sent.code in _FAILED_BY_US and not closed.rcvd_then_sent:
        return closed.sent.code, closed.sent.reason
    if closed.rcvd is not None and closed.rcvd_then_sent is not False:
        return closed.rcvd.code, closed.rcvd.reason
    return 1006, ""


def _refusal(response: Response) -> RealtimeError:
    status = response.status_code
    if 300 <= status < 400:
        sentence = f"the server sends elsewhere ({status}); if you trust it, connect there itself"
        return ServerError(sentence, code="redirect")
    # Gateways have codes of their own above 500; all of them say that it may pass.
    other = "unavailable" if status >= 500 else "http_error"
    code, sentence = _REFUSALS.get(status, (other, f"the server answered with status {status}"))
    return ServerError(sentence, code=code, retry_after=_retry_after(response.headers))


def _retry_after(headers: Headers) -> float | None:
    """Seconds to wait (RFC 9110 §10.2.3): given as such, or as a date."""
    text = headers.get("Retry-After")
    if text is None:
        return None
    if text.strip().isdecimal():
        return float(text)
    with contextlib.suppress(ValueError, TypeError):
        when = email.utils.parsedate_to_datetime(text)
        return max(0.0, (when - datetime.datetime.now(datetime.timezone.utc)).total_seconds())
    return None


def untrusted(error: BaseException | None) -> str | None:
    """Return what to do when a server could not prove who it is; None for other errors."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    if error is None:
        return None
    return (
        f"nobody vouches for its certificate ({error.verify_message}); if the server is yours, "
        "set SSL_CERT_FILE to the file of its certificate authority"
    )


def unusable_proxy(error: Exception, package: str) -> ConfigError:
    """Return what to do about a proxy's address; it is not quoted, for it may hold a password."""
    if isinstance(error, ImportError):
        return ConfigError(
            f"a SOCKS proxy needs the package {package}; install it, or use an http:// proxy"
        )
    return ConfigError("the proxy's address cannot be used; write it as http://HOST:PORT")


def _plain(error: Exception) -> str:
    """A connection error in a few words, without addresses and headers."""
    if (told := untrusted(error)) is not None:
        return told
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    if isinstance(error, _PROXY_REFUSES):
        return "the proxy does not let us through"
    if isinstance(error, (wse.InvalidHandshake, ConnectionError)):  # the latter from websockets 13
        return "it does not speak WebSocket there"
    return type(error).__name__
