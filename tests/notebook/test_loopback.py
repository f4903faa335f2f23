"""The direct path lets in whom it invited, once, and proves itself. The page's side of the
handshake is written here by hand."""

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
import struct

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from rt_notebook.errors import RealtimeError
from rt_notebook.notebook.comm import Message
from rt_notebook.notebook.loopback import Loopback

ORIGIN = "http://127.0.0.1:8888"


def b64(data):
    return base64.b64encode(data).decode()


class Page:
    """What a page does, as the protocol says."""

    def __init__(self, client="page-1"):
        self.client = client
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.nonce = b64(secrets.token_bytes(32))

    @property
    def public_key(self):
        return b64(
            self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        )

    def proof(self, who, offer, first, second):
        peer = ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), base64.b64decode(offer["public_key"])
        )
        shared = self.key.exchange(ec.ECDH(), peer)
        words = f"{who}|{self.client}|{first}|{second}"
        return hmac.new(shared, words.encode(), hashlib.sha256).hexdigest()

    def hello(self, offer):
        proof = self.proof("page", offer, offer["nonce"], self.nonce)
        return json.dumps({"client": self.client, "nonce": self.nonce, "proof": proof})


class House:
    """A loopback and what it did."""

    def __init__(self):
        self.messages = asyncio.Queue()
        self.links = asyncio.Queue()
        self.gone = asyncio.Queue()
        self.loopback = Loopback(
            self.links.put_nowait, self.gone.put_nowait, self.messages.put_nowait
        )

    def connect(self, offer, origin=ORIGIN, **options):
        return connect(f"ws://{offer['host']}:{offer['port']}/", origin=origin, **options)


def story(function):
    """Run an async test with a house that is closed afterwards."""

    def test():
        async def run():
            house = House()
            try:
                await asyncio.wait_for(function(house), 20)
            finally:
                await house.loopback.close()

        asyncio.run(run())

    test.__name__, test.__doc__ = function.__name__, function.__doc__
    return test


async def refused(connection):
    with pytest.raises(ConnectionClosed) as closed:
        await connection.recv()
    assert closed.value.rcvd.code == 1008


@story
async def test_both_sides_prove_the_secret_and_then_audio_flows(house):
    page = Page()
    offer = await house.loopback.offer(page.client, ORIGIN, page.public_key)
    async with house.connect(offer) as connection:
        await connection.send(page.hello(offer))
        answer = json.loads(await connection.recv())
        assert answer["proof"] == page.proof("kernel", offer, page.nonce, offer["nonce"])
        head = b'{"kind":"mic-chunk","client":"page-1","seq":0,"dropped_ms":0}'
        await connection.send(struct.pack("<I", len(head)) + head + b"\x01\x02")
        message = await house.messages.get()
        assert (message.kind, message.audio) == ("mic-chunk", b"\x01\x02")
        link = await house.links.get()
        link.send(Message("mic-ack", client="page-1", seq=0))
        assert b'"mic-ack"' in await connection.recv()
    assert (await house.gone.get()) is link


@story
async def test_the_offer_and_the_handshake_never_hold_the_secret(house):
    page = Page()
    offer = await house.loopback.offer(page.client, ORIGIN, page.public_key)
    peer = ec.EllipticCurvePublicKey.from_encoded_point(
        ec.SECP256R1(), base64.b64decode(offer["public_key"])
    )
    shared = page.key.exchange(ec.ECDH(), peer)
    said = json.dumps(offer) + page.hello(offer)
    assert b64(shared) not in said
    assert shared.hex() not in said


@pytest.mark.threat("T11")
@story
async def test_another_client_that_read_the_offer_is_not_let_in(house):
    page, eavesdropper = Page(), Page()
    offer = await house.loopback.offer(page.client, ORIGIN, page.public_key)
    async with house.connect(offer) as connection:
        await connection.send(eavesdropper.hello(offer))
        await refused(connection)
    assert house.links.empty()


@story
async def test_an_offer_admits_once(house):
    page = Page()
    offer = await house.loopback.offer(page.client, ORIGIN, page.public_key)
    async with house.connect(offer) as first:
        await first.send(page.hello(offer))
        await first.recv()
        # A second offer keeps the origin welcome, the used one is spent.
        await house.loopback.offer("page-2", ORIGIN, Page("page-2").public_key)
        async with house.connect(offer) as second:
            await second.send(page.hello(offer))
            await refused(second)


@story
async def test_a_wrong_proof_spends_the_offer(house):
    page = Page()
    offer = await house.loopback.offer(page.client, ORIGIN, page.public_key)
    async with house.connect(offer) as connection:
        hello = json.loads(page.hello(offer)) | {"proof": "0" * 64}
        await connection.send(json.dumps(hello))
        await refused(connection)
    await house.loopback.offer("page-2", ORIGIN, Page("page-2").public_key)
    async with house.connect(offer) as connection:
        await connection.send(page.hello(offer))
        await refused(connection)


@pytest.mark.threat("T11")
@story
async def test_a_first_frame_that_is_no_proof_is_refused(house):
    words = {"client": "page-1", "nonce": "n", "proof": "p"}
    odd = [words | {"proof": "é"}, words | {"proof": "\ud800"}, words | {"nonce": "\ud800"}, [], {}]
    for frame in ("[" * 200_000, b"\xff\xfe", *map(json.dumps, odd)):
        offer = await house.loopback.offer("page-1", ORIGIN, Page().public_key)
        async with house.connect(offer) as connection:
            await connection.send(frame)
            await refused(connection)


@pytest.mark.threat("T11")
@story
async def test_a_foreign_or_absent_origin_is_forbidden(house):
    page = Page()
    offer = await house.loopback.offer(page.client, ORIGIN, page.public_key)
    for origin in ("http://evil.example", "http://localhost:8888", None):
        with pytest.raises(InvalidStatus) as refusal:
            await house.connect(offer, origin)
        assert refusal.value.response.status_code == 403


@pytest.mark.threat("T12")
@story
async def test_a_rebound_host_name_is_forbidden(house):
    page = Page()
    offer = await house.loopback.offer(page.client, ORIGIN, page.public_key)
    url = f"ws://evil.example:{offer['port']}/"
    with pytest.raises(InvalidStatus) as refusal:
        await connect(url, host="127.0.0.1", port=offer["port"], origin=ORIGIN)
    assert refusal.value.response.status_code == 403


@story
async def test_it_listens_on_loopback_alone(house):
    offer = await house.loopback.offer("page-1", ORIGIN, Page().public_key)
    assert offer["host"] == "127.0.0.1"


@story
async def test_frames_that_are_no_messages_or_anothers_are_dropped(house):
    page = Page()
    offer = await house.loopback.offer(page.client, ORIGIN, page.public_key)
    async with house.connect(offer) as connection:
        await connection.send(page.hello(offer))
        await connection.recv()
        await connection.send(b"\xff" * 40)
        for client in ("page-2", "page-1"):
            head = json.dumps({"kind": "claim", "client": client}).encode()
            await connection.send(struct.pack("<I", len(head)) + head)
        assert (await house.messages.get())["client"] == "page-1"


@story
async def test_a_key_that_is_no_point_is_refused(house):
    for key in ("", "AAAA", b64(b"\x04" + bytes(64)), None, 5, "é"):
        with pytest.raises(RealtimeError):
            await house.loopback.offer("page-1", ORIGIN, key)
