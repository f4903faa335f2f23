"""The messages between page and kernel: both lists agree, and only whole messages pass."""

import json
import re
import struct
from pathlib import Path

import pytest

from rt_notebook.notebook.comm import (
    KERNEL_KINDS,
    PAGE_KINDS,
    MalformedMessage,
    Message,
    pack,
    page_message,
    unpack,
)

COMM_JS = Path(__file__).parents[2] / "js" / "src" / "comm.js"


def frame(content, audio=b""):
    head = json.dumps(content).encode()
    return struct.pack("<I", len(head)) + head + audio


def test_the_page_and_the_kernel_know_the_same_kinds():
    quoted = set(re.findall(r"""["']?([a-z]+(?:-[a-z]+)*)["']?: *\[""", COMM_JS.read_text()))
    assert {*PAGE_KINDS, *KERNEL_KINDS} <= quoted


def test_no_kind_goes_both_ways():
    assert not PAGE_KINDS.keys() & KERNEL_KINDS.keys()


def test_a_packed_message_is_length_json_and_audio():
    packed = pack(Message("play-chunk", b"\x01\x02", client="c", epoch=3, item_id="i"))
    (length,) = struct.unpack_from("<I", packed)
    assert json.loads(packed[4 : 4 + length]) == {
        "kind": "play-chunk", "client": "c", "epoch": 3, "item_id": "i",
    }  # fmt: skip
    assert packed[4 + length :] == b"\x01\x02"


def test_a_pages_frame_is_read_with_its_audio():
    content = {"kind": "mic-chunk", "client": "c", "seq": 7, "dropped_ms": 0}
    message = unpack(frame(content, b"\x01\x02\x03\x04"))
    assert (message.kind, message["seq"], message.audio) == ("mic-chunk", 7, b"\x01\x02\x03\x04")


@pytest.mark.parametrize(
    "bad",
    [
        "text",
        b"",
        b"\x00",
        struct.pack("<I", 4) + b"nope",
        struct.pack("<I", 1 << 31) + b"{}",
        frame([]),
        frame({"kind": "play-chunk", "client": "c"}),
        frame({"kind": "claim"}),
        frame({"kind": "say", "client": "c"}),
        frame({"kind": "mic-chunk", "client": "c", "seq": 0, "dropped_ms": 0}, b"\x01"),
    ],
)
def test_what_is_no_page_message_is_refused(bad):
    with pytest.raises(MalformedMessage):
        unpack(bad)


def test_a_comm_message_is_checked_like_a_frame():
    assert page_message({"kind": "claim", "client": "c"}).kind == "claim"
    with pytest.raises(MalformedMessage, match="lacks text"):
        page_message({"kind": "say", "client": "c"})
