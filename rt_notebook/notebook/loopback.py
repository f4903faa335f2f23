"""The direct path: a WebSocket from the page into the kernel, when both are on one host.

It listens on 127.0.0.1 only and lets in who it invited. An *offer* goes to one page over
the comm; page and kernel make a shared secret from it (ECDH on P-256), so that other
clients of the kernel, who can read the offer, learn nothing from it. On the socket each
proves the secret to the other by HMAC over both nonces before any audio flows: the port
may have been forwarded to someone else. One offer admits one connection, once.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import http
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from ..errors import RealtimeError
from .comm import MAX_MESSAGE_BYTES, MalformedMessage, Message, pack, unpack

__all__ = ["DirectLink", "Loopback"]

HOST = "127.0.0.1"
PROOF_SECONDS = 5.0


@dataclass
class _Offer:
    client: str
    origin: str
    nonce: str
    shared: bytes


class DirectLink:
    """An open direct path to one page."""

    def __init__(self, client: str, connection: ServerConnection) -> None:
        self.client = client
        self._connection = connection
        self._outbox: asyncio.Queue[bytes] = asyncio.Queue()
        self._writer = asyncio.ensure_future(self._write())

    def send(self, message: Message) -> None:
        """Queue a message; order is kept."""
        self._outbox.put_nowait(pack(message))

    async def close(self) -> None:
        """Close the connection."""
        self._writer.cancel()
        await self._connection.close()

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self._connection.send(await self._outbox.get())


class Loopback:
    """The listening end in the kernel; all of it runs on the background loop.

    Parameters
    ----------
    opened, closed : callable
        Called with a `DirectLink` when a page has proved itself, and when it left.
    received : callable
        Called with each `Message` of a page that has proved itself.
    """

    def __init__(
        self,
        opened: Callable[[DirectLink], None],
        closed: Callable[[DirectLink], None],
        received: Callable[[Message], None],
    ) -> None:
        self._opened = opened
        self._closed = closed
        self._received = received
        self._offers: dict[str, _Offer] = {}
        self._server: Server | None = None

    async def offer(self, client: str, origin: str, public_key: str) -> Message:
        """Open the door for one page and return the message that tells it where.

        Raises
        ------
        RealtimeError
            If the page's public key is none.
        """
        own_key, shared = _agree(public_key)
        nonce = _b64(secrets.token_bytes(32))
        self._offers[client] = _Offer(client, origin, nonce, shared)
        if self._server is None:
            self._server = await serve(
                self._serve,
                HOST,
                0,
                process_request=self._check_request,
                max_size=MAX_MESSAGE_BYTES,
                compression=None,
                ping_interval=None,
            )
        return Message(
            "direct-offer",
            client=client,
            host=HOST,
            port=self.port,
            public_key=own_key,
            nonce=nonce,
        )

    @property
    def port(self) -> int:
        """The port that it listens on."""
        assert self._server is not None
        return int(next(iter(self._server.sockets)).getsockname()[1])

    async def close(self) -> None:
        """Stop listening and close every link."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def _check_request(self, connection: ServerConnection, request: Request) -> Response | None:
        # Host: a name that was rebound to 127.0.0.1 is not ours. Origin: exactly the page's.
        hosts = {f"{name}:{self.port}" for name in (HOST, "localhost")}
        origins = {offer.origin for offer in self._offers.values()}
        headers = request.headers
        if headers.get("Host") in hosts and headers.get("Origin") in origins:
            return None
        return connection.respond(http.HTTPStatus.FORBIDDEN, "forbidden\n")

    async def _serve(self, connection: ServerConnection) -> None:
        try:
            client = await asyncio.wait_for(self._prove(connection), PROOF_SECONDS)
        except (TimeoutError, asyncio.TimeoutError, RealtimeError, ConnectionClosed):
            await connection.close(1008, "not proved")
            return
        link = DirectLink(client, connection)
        self._opened(link)
        try:
            async for frame in connection:
                self._take(client, frame)
        except ConnectionClosed:
            pass
        finally:
            await link.close()
            self._closed(link)

    def _take(self, client: str, frame: str | bytes) -> None:
        with contextlib.suppress(MalformedMessage):
            message = unpack(frame)
            if message["client"] == client:
                self._received(message)

    async def _prove(self, connection: ServerConnection) -> str:
        """Check the page's proof, send ours, and return the page's client id."""
        hello = _read_proof(await connection.recv())
        offer = self._offers.pop(hello["client"], None)
        if offer is None:
            raise RealtimeError("no offer for this page")
        expected = _proof(offer.shared, "page", offer.client, offer.nonce, hello["nonce"])
        if not hmac.compare_digest(expected.encode(), hello["proof"].encode()):
            raise RealtimeError("the page does not hold the secret")
        answer = _proof(offer.shared, "kernel", offer.client, hello["nonce"], offer.nonce)
        await connection.send(json.dumps({"proof": answer}))
        return offer.client


def _agree(public_key: str) -> tuple[str, bytes]:
    """Return our public key (base64 of the raw point) and the secret shared with its peer."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    try:
        raw = base64.b64decode(public_key, validate=True)
        peer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    except (ValueError, TypeError):
        raise RealtimeError("the page's public key is none") from None
    own = ec.generate_private_key(ec.SECP256R1())
    point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return _b64(point), own.exchange(ec.ECDH(), peer)


def _read_proof(frame: str | bytes) -> dict[str, str]:
    try:
        hello: Any = json.loads(frame)
        return {name: _encodable(str(hello[name])) for name in ("client", "nonce", "proof")}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise RealtimeError("the first frame is no proof") from None


def _encodable(text: str) -> str:
    text.encode()  # JSON may hold lone surrogates, over which no proof can be made
    return text


def _proof(shared: bytes, *words: str) -> str:
    return hmac.new(shared, "|".join(words).encode(), hashlib.sha256).hexdigest()


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
