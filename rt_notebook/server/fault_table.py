"""The table of faults: what breaks, where in the talk, and the frames that go on instead.

A fault strikes at a moment: before the upgrade (``upgrade``), at a server's event on its
way out (``out TYPE``) or at a client's event on its way in (``in TYPE``). It is given the
frame and returns those that go on in its place: none, others, or the same one later.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import socket as sockets
import struct
import zlib
from http import HTTPStatus
from typing import Any

from websockets.frames import Frame, Opcode

from . import fault_parameters as takes
from .fault import ALWAYS, Fault, Going, Line, Raw, Strike
from .gate import error_response
from .ids import make_id
from .mutation import mutation

__all__ = ["FAULTS"]

_DELTA = r"out response\.output_(audio|text)\.delta"
_AUDIO = r"out response\.output_audio\.delta"
_BEGUN = r"out response\.created"
_GREETING = r"out session\.created"
_SAMPLES_PER_S = 24_000
_BURST_DELTA_BYTES = 960  # 20 ms
_FAINT = bytes(value % 64 for value in range(256))  # below -50 dBFS
_COMPRESSED = 0x40  # RSV1 of RFC 7692, which nobody has agreed to
_WHY = {
    1000: "bye",
    1001: "going away",
    1008: "policy violation",
    1009: "message too big",
    1011: "keepalive ping timeout",
    1013: "try again later",
}


# Before there is a session


async def _never(line: Line, _frame: str, _param: str) -> list[Going]:
    await line.socket.wait_closed()
    return []


async def _refuse(_line: Line, _frame: str, param: str) -> list[Going]:
    status, _, seconds = param.partition("/")
    response = error_response(HTTPStatus(int(status)), "refused", "Refused on request.")
    if seconds:
        response.headers["Retry-After"] = seconds
    return [response]


async def _error_first(_line: Line, frame: str, param: str) -> list[Going]:
    return [_error(param, "This comes before the session.")]


# The end of a connection


async def _close(line: Line, frame: str, param: str) -> list[Going]:
    code = int(param)
    await line.socket.send(frame)
    if code == 1006:
        line.socket.transport.abort()
    else:
        await line.socket.close(code, _WHY.get(code, "closed on request"))
    return []


async def _expire(line: Line, frame: str, _param: str) -> list[Going]:
    sentence = "Your session hit the maximum duration of 60 minutes."
    await line.socket.send(frame)
    await line.socket.send(_error("session_expired", sentence))
    await line.socket.close(1001, "session_expired")
    return []


async def _quota(line: Line, frame: str, param: str) -> list[Going]:
    await line.socket.send(frame)
    await line.socket.send(_error(param, "You exceeded your current quota."))
    await line.socket.close(1000, param)
    return []


async def _half_frame(line: Line, frame: str, _param: str) -> list[Going]:
    whole = _text_frame(frame.encode())
    line.socket.transport.write(whole[: line.random.randrange(4, len(whole))])
    line.socket.transport.close()
    return []


async def _reset(line: Line, frame: str, _param: str) -> list[Going]:
    whole, transport = _text_frame(frame.encode()), line.socket.transport
    transport.write(whole[: line.random.randrange(4, len(whole))])
    # To linger for no second is to end with RST.
    connection = transport.get_extra_info("socket")
    connection.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    return []


async def _black_hole(line: Line, frame: str, param: str) -> list[Going]:
    line.socket.transport.pause_reading()
    return await _never(line, frame, param)


# Frames that are no events


def _before(*frames: Going) -> Strike:
    """Return the strike that lets these frames go before the one that was due."""

    async def strike(_line: Line, frame: str, _param: str) -> list[Going]:
        return [*frames, frame]

    return strike


async def _deep_json(_line: Line, frame: str, param: str) -> list[Going]:
    depth = int(param)
    return ['{"type":"deep","x":' + "[" * depth + "]" * depth + "}", frame]


async def _big_frame(_line: Line, frame: str, param: str) -> list[Going]:
    return [json.dumps({"type": "big", "x": "x" * int(param)}), frame]


async def _bomb(_line: Line, frame: str, param: str) -> list[Going]:
    packed = _text_frame(zlib.compress(b" " * int(param)))
    return [Raw(bytes([packed[0] | _COMPRESSED]) + packed[1:]), frame]


async def _mutated(line: Line, frame: str, param: str) -> list[Going]:
    return [*(mutation(frame, line.random) for _ in range(int(param))), frame]


# Sound and its order


def _spoilt_first(**fields: Any) -> Strike:
    """Return the strike that lets the same event go first with other fields."""

    async def strike(_line: Line, frame: str, _param: str) -> list[Going]:
        return [json.dumps({**json.loads(frame), **fields}), frame]

    return strike


async def _new_field(_line: Line, frame: str, _param: str) -> list[Going]:
    return [json.dumps({**json.loads(frame), "mood": {"so": ["so"]}})]


async def _odd_audio(_line: Line, frame: str, _param: str) -> list[Going]:
    odd = base64.b64encode(b"odd").decode()
    return [json.dumps({**json.loads(frame), "delta": odd}), frame]


async def _burst(line: Line, frame: str, param: str) -> list[Going]:
    seconds, _, wanted = param.partition("/")
    sound = _faint_noise(line, round(float(seconds) * _SAMPLES_PER_S))
    count = int(wanted or len(sound) // _BURST_DELTA_BYTES)
    cuts = [len(sound) // 2 * n // count * 2 for n in range(count + 1)]
    deltas = (base64.b64encode(sound[at:to]).decode() for at, to in itertools.pairwise(cuts))
    event = json.loads(frame)
    made = ({**event, "event_id": make_id("event"), "delta": delta} for delta in deltas)
    return [*map(json.dumps, made), frame]


def _faint_noise(line: Line, n_samples: int) -> bytes:
    """Nobody hears it, and no two pieces of it are alike: what is lost or moved can be seen."""
    sound = bytearray(2 * n_samples)
    sound[::2] = line.random.randbytes(n_samples).translate(_FAINT)
    return bytes(sound)


async def _twice(_line: Line, frame: str, _param: str) -> list[Going]:
    return [frame, frame]


async def _swapped(line: Line, frame: str, _param: str) -> list[Going]:
    line.held.append(frame)
    return [line.held.pop(), line.held.pop()] if len(line.held) == 2 else []


async def _stray(_line: Line, frame: str, _param: str) -> list[Going]:
    event = json.loads(frame)
    unknown = {**event, "event_id": make_id("event"), "item_id": make_id("item")}
    return [json.dumps({**unknown, "response_id": make_id("resp")}), frame]


async def _after_done(_line: Line, frame: str, _param: str) -> list[Going]:
    done = json.loads(frame)
    late = {
        "type": "response.output_audio.delta",
        "event_id": make_id("event"),
        "delta": base64.b64encode(bytes(960)).decode(),
    }
    same = ("response_id", "item_id", "output_index", "content_index")
    return [frame, json.dumps({**late, **{name: done[name] for name in same}})]


# Responses and turns


async def _swallowed(_line: Line, _frame: str, _param: str) -> list[Going]:
    return []


async def _own_response(_line: Line, frame: str, _param: str) -> list[Going]:
    asked = json.loads(frame).get("response") or {}
    own = {name: value for name, value in asked.items() if name != "metadata"}
    return [json.dumps({"type": "response.create", "response": own}), frame]


async def _late_response(line: Line, frame: str, param: str) -> list[Going]:
    line.deaf_to.add("response.cancel")
    await asyncio.sleep(float(param) / 1000)
    line.deaf_to.clear()
    return [frame]


async def _false_starts(_line: Line, frame: str, param: str) -> list[Going]:
    frames: list[Going] = [frame]
    for number in range(int(param)):
        item_id = make_id("item")
        for kind, place in (("started", "audio_start_ms"), ("stopped", "audio_end_ms")):
            event = {"type": f"input_audio_buffer.speech_{kind}", "event_id": make_id("event")}
            frames.append(json.dumps({**event, "item_id": item_id, place: 100 * number}))
    return frames


async def _bad_arguments(_line: Line, frame: str, _param: str) -> list[Going]:
    return [json.dumps(_with_bad_arguments(json.loads(frame)))]


def _with_bad_arguments(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_bad_arguments(part) for part in value]
    if not isinstance(value, dict):
        return value
    spoilt = {"arguments": "{not JSON"} if "arguments" in value else {}
    return {name: _with_bad_arguments(part) for name, part in value.items()} | spoilt


async def _slow_reader(line: Line, frame: str, param: str) -> list[Going]:
    connection = line.socket.transport.get_extra_info("socket")
    connection.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    await asyncio.sleep(len(frame) / float(param))
    return [frame]


def _error(code: str, message: str) -> str:
    error = {"type": "invalid_request_error", "code": code, "message": message, "param": None}
    return json.dumps({"type": "error", "event_id": make_id("event"), "error": error})


def _text_frame(text: bytes) -> bytes:
    return Frame(Opcode.TEXT, text).serialize(mask=False)


_NO_UTF8 = Raw(_text_frame(b'{"type":"\xff\xfe"}'))
_TWICE = '{"type":"response.done","type":"error","error":{"message":"a key twice"}}'
_NEW = '{"type":"response.thought.delta","event_id":"event_new","thought":{"depth":[1,{"a":2}]}}'

#: Name → what it does; in the order of the fault matrix.
FAULTS: dict[str, Fault] = {
    "never-upgrade": Fault("F2", "upgrade", "takes the connection and never answers", _never),
    "refuse": Fault(
        "F3",
        "upgrade",
        "answers HTTP status PARAM; 503/2 adds Retry-After: 2",
        _refuse,
        takes.STATUS,
        "401",
    ),
    "error-first": Fault(
        "F4",
        _GREETING,
        "sends an error of code PARAM, and no session",
        _error_first,
        takes.ERROR_CODE,
        "model_busy",
    ),
    "silence": Fault("F5", _GREETING, "opens the connection and says nothing", _never),
    "close": Fault(
        "F6", _DELTA, "closes with code PARAM amid a response", _close, takes.CLOSE_CODE, "1011"
    ),
    "expire": Fault("F7", r"out response\.done", "ends the session as after 60 min", _expire),
    "quota": Fault(
        "F8",
        _GREETING,
        "greets, refuses with code PARAM and closes",
        _quota,
        takes.ERROR_CODE,
        "insufficient_quota",
    ),
    "half-frame": Fault("F9", _DELTA, "sends half a frame and closes", _half_frame),
    "reset": Fault("F9", _DELTA, "sends half a frame and resets the connection", _reset),
    "black-hole": Fault("F10", _DELTA, "neither reads nor answers any more", _black_hole),
    "not-json": Fault("F11", _BEGUN, "sends text that is no JSON", _before("{not JSON")),
    "array": Fault("F11", _BEGUN, "sends a JSON array", _before('["type"]')),
    "null": Fault("F11", _BEGUN, "sends null", _before("null")),
    "no-type": Fault("F11", _BEGUN, "sends an object without a type", _before('{"a":1}')),
    "int-type": Fault("F11", _BEGUN, "sends a type that is a number", _before('{"type":5}')),
    "nan": Fault("F11", _BEGUN, "sends NaN", _before('{"type":"x","a":NaN}')),
    "infinite": Fault(
        "F11", _BEGUN, "sends a number beyond all", _before('{"type":"x","a":1e999}')
    ),
    "duplicate-keys": Fault("F11", _BEGUN, "sends an object with a key twice", _before(_TWICE)),
    "deep-json": Fault(
        "F12", _BEGUN, "sends JSON that is PARAM deep", _deep_json, takes.DEPTH, "100000"
    ),
    "big-frame": Fault(
        "F12", _BEGUN, "sends a frame of PARAM bytes", _big_frame, takes.BYTES, "9437184"
    ),
    "bomb": Fault("F12", _BEGUN, "sends PARAM bytes, compressed", _bomb, takes.BYTES, "9437184"),
    "bad-base64": Fault("F13", _AUDIO, "sends audio as @@@@!", _spoilt_first(delta="@@@@!")),
    "odd-audio": Fault("F13", _AUDIO, "sends a sample and a half", _odd_audio),
    "non-ascii-audio": Fault("F13", _AUDIO, "sends audio as é", _spoilt_first(delta="ééé=")),
    "int-audio": Fault("F13", _AUDIO, "sends audio that is a number", _spoilt_first(delta=7)),
    "new-event": Fault("F14", _BEGUN, "sends an event that nobody knows", _before(_NEW)),
    "new-field": Fault("F14", _BEGUN, "adds a field that nobody knows", _new_field),
    "binary": Fault("F15", _BEGUN, "sends a binary frame", _before(b"\x00\x01\x02")),
    "bad-utf8": Fault("F15", _BEGUN, "sends text that is no UTF-8", _before(_NO_UTF8)),
    "twice": Fault("F16", _DELTA, "sends every delta twice", _twice, times=ALWAYS),
    "swapped": Fault(
        "F16", _AUDIO, "sends a delta after the one that follows it", _swapped, times=2
    ),
    "stray": Fault("F16", _DELTA, "sends deltas of an unknown item", _stray, times=ALWAYS),
    "after-done": Fault(
        "F16", r"out response\.output_audio\.done", "sends a delta after its end", _after_done
    ),
    "no-cancel": Fault("F16", r"in response\.cancel", "sees no cancel, and speaks on", _swallowed),
    "no-done": Fault("F17", r"out response\.done", "keeps the end of a response", _swallowed),
    "own-response": Fault(
        "F18", r"in response\.create", "begins a response just before the client's", _own_response
    ),
    "late-response": Fault(
        "F19",
        _BEGUN,
        "tells of a response PARAM ms late; a cancel until then is lost",
        _late_response,
        takes.MILLISECONDS,
        "1000",
    ),
    "false-starts": Fault(
        "F21", _DELTA, "hears somebody speak PARAM times in a row", _false_starts, takes.COUNT, "20"
    ),
    "late-starts": Fault(
        "F21",
        r"out response\.done",
        "hears somebody speak PARAM times when the answer is made",
        _false_starts,
        takes.COUNT,
        "1",
    ),
    "slow-reader": Fault(
        "F22",
        "in .*",
        "reads PARAM bytes a second",
        _slow_reader,
        takes.BYTES_PER_S,
        "10000",
        ALWAYS,
    ),
    "burst": Fault(
        "F23, F34",
        _AUDIO,
        "sends PARAM s of faint noise at once; 7/3500: in 3,500 deltas",
        _burst,
        takes.SOUND,
        "60",
    ),
    "bad-arguments": Fault(
        "F33",
        r"out (response|conversation)\..*done",
        "sends a function's arguments that are no JSON",
        _bad_arguments,
        times=ALWAYS,
    ),
    "mutated": Fault(
        "T7", "out .*", "sends PARAM mutations of a frame before it", _mutated, takes.COUNT, "1000"
    ),
}
