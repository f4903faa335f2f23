"""What is said of a picture that nobody sees."""

from __future__ import annotations

import base64

import pytest

from rt_notebook.server.brains.pictures import described

# Hand-written heads: PNG IHDR 640 by 480; JPEG with an APP0 segment before its SOF0 of 320
# by 200; GIF89a of 16 by 9.
PNG = (
    b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00\x00\x02\x80\x00\x00\x01\xe0" + bytes(2000)
)
JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\xc8\x01\x40" + bytes(20)
GIF = b"GIF89a\x10\x00\x09\x00" + bytes(20)


def uri(kind: str, data: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (uri("png", PNG), "a PNG image of 640 by 480 pixels, 2 kilobytes"),
        (uri("jpeg", JPEG), "a JPEG image of 320 by 200 pixels, 1 kilobyte"),
        (uri("gif", GIF), "a GIF image of 16 by 9 pixels, 1 kilobyte"),
        (uri("webp", bytes(3000)), "a WEBP image, 3 kilobytes"),
        (uri("png", PNG[:12]), "a PNG image, 1 kilobyte"),
        ("data:image/png;base64,@@@", "a PNG image that cannot be read"),
        ("https://example.org/x.png", "an image that is somewhere else"),
    ],
)
def test_kind_size_and_bytes_are_told(given, words):
    assert described(given) == words
