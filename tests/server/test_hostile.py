"""What a hostile client sends: the server lives, grows by nothing, and others do not notice.

The server is a process of its own; F11 to F15 are rows of the fault table, turned against it.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
import random
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from .http import PATIENCE_S, address
from .mutations import VALID, mutated
from .process import program
from .wire import KEY, Event, Wire, run, wired

pytestmark = pytest.mark.slow

MIB = 1024 * 1024
MOST_GROWTH_MIB = 30
TEXT = {"output_modalities": ["text"]}

#: Frames that are refused, each with one error, in a session that goes on.
REFUSED = {
    "F11 what is no event": [
        "", "{", "[1, 2]", "null", "5", "{}", '{"type": NaN}', '{"type": 5}', '{"type": null}',
        '{"type": "response.cancel", "type": "nonsense"}', '{"type": "\\ud83d"}',
    ],
    "F12 nesting": [
        "[" * 100_000 + "]" * 100_000,
        '{"type": "session.update", "session": ' + '{"a":' * 5000 + "1" + "}" * 5001,
    ],
    "F12 9 MB": [
        f'{{"type": "{"x" * 9_000_000}"}}',
        "{" + ", ".join(f'"key-{n}": {n}' for n in range(400_000)) + "}",
        '{"type": "response.cancel", "event_id": ' + "9" * 100_000 + "}",
    ],
    "F13 what is no audio": [
        json.dumps({"type": "input_audio_buffer.append", "audio": audio})
        for audio in ("@@@@", "AAA", "AAAA", "ÄÖÜ", 5, None, ["AAAA"])
    ],
    "F14 what is unknown": [
        json.dumps(event)
        for event in (
            {"type": "response.explode"},
            {"type": "input_audio_buffer.clear", "softly": True},
            {"type": "session.update", "session": {"type": "realtime", "mood": "good"}},
        )
    ],
    "F15 binary": [b"", b"\x00\xff" * 1000, b'{"type": "input_audio_buffer.clear"}'],
}  # fmt: skip

#: Bytes after which the connection ends with this close code.
ENDING = {
    "F12 a compressed bomb": (b"\xc1\x85mask" + b"12345", 1002),
    "F15 invalid UTF-8": (b"\x81\x82\0\0\0\0\xff\xfe", 1007),
    "a frame of 17 MiB": (b"\x81\xff" + (17 * MIB).to_bytes(8, "big") + b"mask", 1009),
    "a reserved opcode": (b"\x83\x80mask", 1002),
    "a frame without a mask": (b"\x81\x01x", 1002),
}


@pytest.fixture(scope="module")
def victim() -> Iterator[tuple[str, int]]:
    """URL and process id of a server that has loaded its models."""
    with program("--key", KEY, module="tests.server.checked_server") as (process, url, _key):

        @run
        async def warm_up() -> None:
            async with wired(url) as wire:
                await wire.say("Say exactly: ready.")
                await wire.respond()
                await wire.append(bytes(48 * 500))
                await wire.configure(instructions="Warm.")

        warm_up()
        yield url, process.pid
        process.terminate()
        process.wait(PATIENCE_S)
        assert process.stderr.read() == ""  # no exception, no event that is none


@asynccontextmanager
async def unaffected(url: str) -> AsyncIterator[None]:
    """Have another session talk before, and go on talking after."""
    async with wired(url) as bystander:
        await bystander.configure(**TEXT)
        await bystander.say("My favourite number is seven.")
        await bystander.respond()
        yield
        await bystander.say("What is my favourite number?")
        [item] = (await bystander.respond())[-2]["response"]["output"]
        assert item["content"][0]["text"] == "Your favourite number is seven."


async def send_refused(url: str, frames: list[str | bytes]) -> None:
    async with wired(url) as wire:
        for frame in frames:
            await wire.socket.send(frame)
            error = (await wire.one("error"))["error"]
            assert error["type"] == "invalid_request_error"
            assert len(error["message"]) < 2000
            wire.events.clear()
        await wire.configure(instructions="Still here.")


def send_ending(url: str, sent: bytes, code: int) -> None:
    with opened(url) as connection:
        connection.sendall(sent)
        answer = b""
        while received := connection.recv(65536):
            answer += received
    assert code.to_bytes(2, "big") in answer


@contextmanager
def opened(url: str) -> Iterator[socket.socket]:
    """Open a WebSocket by hand and yield its connection, to send what no library would."""
    request = (
        f"GET /v1/realtime HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {'A' * 22}==\r\n"
        f"Sec-WebSocket-Version: 13\r\nAuthorization: Bearer {KEY}\r\n\r\n"
    )
    with socket.create_connection(address(url), timeout=PATIENCE_S) as connection:
        connection.sendall(request.encode())
        assert connection.recv(1024).startswith(b"HTTP/1.1 101")
        yield connection


@pytest.mark.parametrize("frames", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_leaves_its_session_and_others_as_they_were(victim, frames):
    @run
    async def talk() -> None:
        async with unaffected(victim[0]):
            await send_refused(victim[0], frames)

    talk()


@pytest.mark.parametrize(("sent", "code"), ENDING.values(), ids=ENDING)
def test_what_breaks_the_protocol_ends_its_own_session_only(victim, sent, code):
    @run
    async def talk() -> None:
        async with unaffected(victim[0]):
            await asyncio.to_thread(send_ending, victim[0], sent, code)

    talk()


async def flood_of_events(url: str) -> None:
    """Send much and read nothing until the end."""
    async with wired(url) as wire:
        for number in range(3000):
            await wire.socket.send(json.dumps({"type": "nonsense", "event_id": f"e{number}"}))
        errors = [(await wire.one("error"))["error"]["event_id"] for _ in range(3000)]
        assert errors == [f"e{number}" for number in range(3000)]


async def flood_of_items(url: str) -> None:
    part = {"type": "input_text", "text": "x" * 10_000}
    item = {"type": "message", "role": "user", "content": [part]}
    async with wired(url) as wire:
        for _ in range(300):
            await wire.send({"type": "conversation.item.create", "item": item})
            await wire.until("conversation.item.done")
            wire.events.clear()


async def flood_of_sound(url: str) -> None:
    audio = base64.b64encode(bytes(48 * 20_000)).decode()
    async with wired(url) as wire:
        await wire.configure(audio={"input": {"turn_detection": None}})
        for _ in range(40):  # 800 s, and the buffer holds 600
            await wire.send({"type": "input_audio_buffer.append", "audio": audio})
        assert (await wire.until("error"))[-1]["error"]["code"] == "input_audio_buffer_full"


async def flood_of_connections(url: str) -> None:
    for _ in range(100):
        async with wired(url):
            pass


async def resets(url: str) -> None:
    for _ in range(20):
        with opened(url) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.sendall(b"\x81\xfe\x10\x00abcd half")


FLOODS = [flood_of_events, flood_of_items, flood_of_sound, flood_of_connections, resets]


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_is_answered_and_does_not_reach_others(victim, flood):
    @run
    async def talk() -> None:
        async with unaffected(victim[0]):
            await flood(victim[0])

    talk()


def test_who_hangs_half_open_or_speaks_a_byte_at_a_time_keeps_nobody_waiting(victim):
    beginnings = [b"", b"G", b"GET /v1/realtime HTTP/1.1\r\nHost: loc", b"POST /v1/realtime/c"]

    @run
    async def talk() -> None:
        with ExitStack() as held:
            async with unaffected(victim[0]):
                slow = []
                for beginning in beginnings * 20:
                    connection = socket.create_connection(address(victim[0]), timeout=PATIENCE_S)
                    slow.append(held.enter_context(connection))
                    connection.sendall(beginning)
                for byte in b"X-Slow: loris":
                    for connection in slow[2::4]:
                        connection.sendall(bytes([byte]))
                    async with wired(victim[0]) as wire:
                        await wire.configure(instructions="Let in at once.")

    talk()


def resident_mib(pid: int) -> float:
    """Return how much memory a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_no_attack_leaves_memory_behind(victim):
    url, pid = victim

    @run
    async def attack() -> None:
        for frames in REFUSED.values():
            await send_refused(url, frames)
        for sent, code in ENDING.values():
            await asyncio.to_thread(send_ending, url, sent, code)
        for flood in FLOODS:
            await flood(url)

    sizes = []
    for _ in range(3):
        attack()
        sizes.append(resident_mib(pid))
    # An allocator keeps some of what it had; what leaks grows each time.
    assert min(after - before for before, after in itertools.pairwise(sizes)) < MOST_GROWTH_MIB


def fuzz(url: str, seed: int, cases: int) -> None:
    dice = random.Random(seed)

    @run
    async def talk() -> None:
        for _session in range(cases // 100):
            async with wired(url) as wire:
                sent = [mutated(dice.choice(VALID), dice) for _ in range(100)]
                await wire.send(*sent, {"type": "input_audio_buffer.clear"})
                for event in await until_cleared(wire):
                    error = event.get("error") or {}
                    assert error.get("type") != "server_error", f"seed {seed}: {sent}"

    talk()


async def until_cleared(wire: Wire) -> list[Event]:
    while not wire.events or wire.events[-1]["type"] != "input_audio_buffer.cleared":
        await wire.receive()
    return wire.events


def test_mutated_events_never_reach_an_exception(victim):
    @run
    async def bystander() -> None:
        async with unaffected(victim[0]):
            await asyncio.to_thread(fuzz, victim[0], 7, 1000)

    bystander()


@pytest.mark.long
def test_a_hundred_thousand_mutated_events_never_reach_an_exception(victim):
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    fuzz(victim[0], seed, 100_000)
