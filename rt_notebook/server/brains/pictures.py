"""What can be said of a picture without seeing it: its kind, its size, its bytes."""

from __future__ import annotations

import base64
import re
import struct

__all__ = ["described", "size_of"]

_DATA_URI = re.compile(r"data:image/([\w.+-]+)[^,]*,", re.I)
_SOFS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # JPEG: where the size stands


def described(uri: str) -> str:
    """Return words for a picture: ``a PNG image of 640 by 480 pixels, 12 kilobytes``.

    Parameters
    ----------
    uri : str
        A data URI as the API takes it; of anything else only that it is a picture is said.
    """
    head = _DATA_URI.match(uri)
    if head is None:
        return "an image that is somewhere else"
    try:
        data = base64.b64decode(uri[head.end() :], validate=True)
    except ValueError:
        return f"a {head[1].upper()} image that cannot be read"
    size = _size(data)
    pixels = f" of {size[0]} by {size[1]} pixels" if size else ""
    kilobytes = max(1, round(len(data) / 1000))
    unit = "kilobyte" if kilobytes == 1 else "kilobytes"
    return f"a {head[1].upper()} image{pixels}, {kilobytes} {unit}"


def size_of(uri: str) -> tuple[int, int] | None:
    """Return width and height in pixels of a picture as the API takes it, where they are found."""
    head = _DATA_URI.match(uri)
    try:
        return _size(base64.b64decode(uri[head.end() :])) if head else None
    except ValueError:
        return None


def _size(data: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG, GIF or JPEG."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        return struct.unpack(">II", data[16:24])
    if data[:4] == b"GIF8" and len(data) >= 10:
        return struct.unpack("<HH", data[6:10])
    return _jpeg_size(data) if data[:2] == b"\xff\xd8" else None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in _SOFS:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None
