"""Writes a log as one ``.rtsession``: the same log gives the same bytes."""

from __future__ import annotations

import contextlib
import io
import os
import wave
import zipfile
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import IO, Any

from . import layout
from .entry import to_json
from .log import Log
from .track import Track

__all__ = ["pack"]

_FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)
_BLOCK_BYTES = 1024 * 1024


def pack(path: Path, log: Log, manifest: Mapping[str, Any]) -> None:
    """Write a recording in one move: what stood at `path` is replaced or left alone.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    n_entries = len(log)
    lengths = _lengths(log, n_entries)
    with _replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        _wav(archive, layout.ASSISTANT_WAV, log.assistant, lengths["assistant"])
        with _member(archive, layout.EVENTS, zipfile.ZIP_DEFLATED) as member:
            for entry in islice(log, n_entries):
                member.write(to_json(entry).encode() + b"\n")
        with _member(archive, layout.MANIFEST, zipfile.ZIP_DEFLATED) as member:
            member.write(layout.manifest_json(manifest).encode())
        _wav(archive, layout.USER_WAV, log.user, lengths["user"])


def _lengths(log: Log, n_entries: int) -> dict[str, int]:
    """How much audio these entries point into; more may come while it is written."""
    lengths = {"user": 0, "assistant": 0}
    for entry in islice(log, n_entries):
        if entry.audio is not None:
            side = "user" if entry.audio.track == "user" else "assistant"
            lengths[side] = entry.audio.offset + entry.audio.length
    return lengths


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a file beside `path` that takes its place when all went well."""
    beside = path.with_name(path.name + ".tmp")
    descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _member(archive: zipfile.ZipFile, name: str, compression: int) -> IO[bytes]:
    info = zipfile.ZipInfo(name, _FIRST_DAY_OF_ZIP)
    info.compress_type = compression
    info.create_system, info.external_attr = 3, 0o600 << 16
    return archive.open(info, "w", force_zip64=True)


def _wav(archive: zipfile.ZipFile, name: str, track: Track, length: int) -> None:
    # Sound barely deflates, and stored it is read in place by any unzip.
    with _member(archive, name, zipfile.ZIP_STORED) as member:
        member.write(_wav_header(length))
        for start in range(0, length, _BLOCK_BYTES):
            member.write(track.read(start, min(_BLOCK_BYTES, length - start)))


def _wav_header(length: int) -> bytes:
    """What stands before `length` bytes of PCM16; a member of a zip cannot be patched later."""
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(layout.SAMPLE_RATE_HZ)
        wav.setnframes(length // 2)
        wav.writeframesraw(b"")
        return file.getvalue()
