"""Pictures for ``input_image``: from a file, an address, PIL or matplotlib, as a data URI.

The API takes PNG and JPEG. Neither PIL nor matplotlib is imported here: what they make is
known by what it can do.
"""

from __future__ import annotations

import base64
import os
from io import BytesIO
from pathlib import Path
from typing import Any

from ..errors import ConfigError
from ..protocol.events import MAX_SAID_BACK_BYTES

__all__ = ["data_uri"]

MAX_BYTES = MAX_SAID_BACK_BYTES * 3 // 4  # as base64 it is a third longer
FETCH_SECONDS = 15.0
_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_PIL_MODES = {"1", "L", "LA", "P", "RGB", "RGBA"}


def data_uri(picture: Any) -> str:
    """Return a picture as the API takes it.

    Parameters
    ----------
    picture : path, str, bytes, PIL image or matplotlib figure
        A file's name, an ``https://`` address (fetched now), a ``data:`` URI, the bytes of
        a PNG or JPEG file, or something that can save or draw itself.

    Raises
    ------
    ConfigError
        If it cannot be read, is no PNG or JPEG, or is over 5.9 MiB.
    """
    if isinstance(picture, str) and picture.startswith("data:"):
        return picture
    content = _content(picture)
    kind = next((name for start, name in _KINDS.items() if content.startswith(start)), None)
    if kind is None:
        raise ConfigError("the API takes PNG and JPEG pictures, and this is neither")
    if len(content) > MAX_BYTES:
        size, most = (n_bytes / 1024 / 1024 for n_bytes in (len(content), MAX_BYTES))
        raise ConfigError(
            f"the picture has {size:.1f} MiB, and {most:.1f} are the most: scale it down"
        )
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _content(picture: Any) -> bytes:
    if isinstance(picture, (bytes, bytearray, memoryview)):
        return bytes(picture)
    if isinstance(picture, str) and picture.startswith(("https://", "http://")):
        return _fetched(picture)
    if isinstance(picture, (str, os.PathLike)):
        return _from_file(Path(picture))
    return _drawn(picture)


def _from_file(path: Path) -> bytes:
    try:
        return path.expanduser().read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot read the picture {path}: {error.strerror}") from None


def _fetched(address: str) -> bytes:
    import httpx

    try:
        answer = httpx.get(address, timeout=FETCH_SECONDS, follow_redirects=True)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ConfigError(f"cannot fetch the picture: {type(error).__name__}") from None
    if not answer.is_success:
        raise ConfigError(f"cannot fetch the picture: its server says {answer.status_code}")
    return answer.content


def _drawn(picture: Any) -> bytes:
    """What a PIL image, a matplotlib figure or the figure of its axes looks like, as PNG."""
    buffer = BytesIO()
    figure: Any = picture if hasattr(picture, "savefig") else getattr(picture, "figure", None)
    if hasattr(figure, "savefig"):
        figure.savefig(buffer, format="png")
    elif hasattr(picture, "save") and hasattr(picture, "mode"):
        plain = picture if picture.mode in _PIL_MODES else picture.convert("RGB")
        plain.save(buffer, format="PNG")
    else:
        raise ConfigError(
            "a picture is a file's name, an address, a PIL image or a matplotlib figure, "
            f"got {type(picture).__name__}"
        )
    return buffer.getvalue()
