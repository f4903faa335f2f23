"""Reads an ``.rtsession``, packed or as the folder of a talk that was cut off.

Theory of operation
-------------------
A recording may come from anybody. Nothing of it is written to disk by its own name, no
member but the four is read, and sizes are bounded before and while they are read. Events
pass the checks that events of the wire pass. Whatever is wrong is told in one sentence.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
import struct
import wave
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from ..protocol.events import MAX_EVENT_BYTES, MalformedEvent, check_event, decode_json
from . import layout
from .entry import CLIENT_EVENTS, PLAYER_EVENTS, Entry, entry_of
from .layout import MalformedRecording
from .log import Log

__all__ = ["unpack"]

MAX_MEMBER_BYTES = 4 * 1024**3  # WAV's own limit: a day of talk
MAX_MANIFEST_BYTES = 1024 * 1024
MAX_RATIO = 200  # event lines deflate 10 to 60 times
_ALWAYS_ALLOWED_BYTES = 16 * 1024 * 1024
MAX_TALK_SECONDS = 366 * 24 * 3600
_LAST_WALL_TIME = 253_402_300_799  # ends the year 9999, after which there are no dates
_LARGEST_NUMBER = 2**53  # up to which every reader of JSON sees the same integer
_WRONG_FORM = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
#: What the readers of zip and WAV raise at bytes that nobody wrote so.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    wave.Error,
    struct.error,
    NotImplementedError,
    OverflowError,
    ValueError,
)
#: Neither another file by a link, nor waiting for whoever writes into a pipe.
_NO_DETOUR = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_DIRECTIONS = ("sent", "received", "player", "client")


def unpack(path: Path) -> tuple[dict[str, Any], Log]:
    """Return a recording's manifest and log.

    Parameters
    ----------
    path : Path
        The zip or the folder. Without the zip, the folder beside it is read.

    Raises
    ------
    MalformedRecording
        If it is no recording, is damaged, or holds what no recording holds.
    OSError
        If it cannot be read.
    """
    if not path.exists() and layout.part_of(path).is_dir():
        path = layout.part_of(path)
    try:
        with _opened(path) as source:
            return source.manifest(), source.log()
    except MalformedRecording as error:
        raise MalformedRecording(f"{path.name} {error}") from None
    except _DAMAGED as error:
        raise MalformedRecording(f"{path.name} is damaged: {error}".rstrip(": ")) from None
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        # A directory of members that points before the file's begin.
        raise MalformedRecording(f"{path.name} is damaged") from None


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[_Source]:
    if path.is_dir():
        with contextlib.ExitStack() as stack:
            yield _Folder(path, stack)
        return
    if not path.exists():
        raise MalformedRecording("does not exist; check the path")
    if not zipfile.is_zipfile(path):
        raise MalformedRecording("is no recording; choose a file that session.save wrote")
    with zipfile.ZipFile(path) as archive, contextlib.ExitStack() as stack:
        yield _Zip(archive, stack)


class _Source:
    """Where the members come from; `stack` closes what was opened."""

    #: Whether the last line may be a part of one: the process was killed as it wrote.
    may_be_cut = False

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self._stack = stack

    def open(self, name: str) -> IO[bytes]:
        raise NotImplementedError

    def sounds(self) -> dict[str, Callable[[int], bytes]]:
        """For each side what reads its next bytes of PCM16."""
        raise NotImplementedError

    def manifest(self) -> dict[str, Any]:
        text = self.open(layout.MANIFEST).read(MAX_MANIFEST_BYTES + 1)
        try:
            manifest = json.loads(text) if len(text) <= MAX_MANIFEST_BYTES else None
        except (ValueError, RecursionError):
            manifest = None
        if not isinstance(manifest, dict) or manifest.get("format") != layout.FORMAT:
            raise MalformedRecording("has no manifest of a recording; save the talk again")
        if manifest.get("version") != layout.VERSION:
            raise MalformedRecording(
                f"has version {manifest.get('version')!r}, expected {layout.VERSION}; "
                "open it with the release of rt_notebook that wrote it"
            )
        return manifest

    def log(self) -> Log:
        log, sounds = Log(), self.sounds()
        at = dict.fromkeys(sounds, 0)
        began: float | None = None
        for number, entry in self._entries():
            began = entry.time if began is None else began
            if abs(entry.time - began) > MAX_TALK_SECONDS:
                raise MalformedRecording(f"lasts longer than a year by line {number} of its events")
            audio = b""
            if span := entry.audio:
                side = "user" if span.track == "user" else "assistant"
                if span.offset != at[side] or not 0 < span.length <= MAX_EVENT_BYTES:
                    raise MalformedRecording(f"points to audio out of order in line {number}")
                audio = sounds[side](span.length)
                at[side] += len(audio)
                if len(audio) < span.length and not self.may_be_cut:
                    raise MalformedRecording(f"has less audio than line {number} points to")
            log.append(
                entry.direction,
                entry.event,
                time=entry.time,
                wall_time=entry.wall_time,
                audio=audio,
                size_bytes=entry.size_bytes,
                cell=entry.cell,
            )
        return log

    def _entries(self) -> Iterator[tuple[int, Entry]]:
        lines = self.open(layout.EVENTS)
        number = 0
        while line := lines.readline(MAX_EVENT_BYTES + 1):
            number += 1
            if not line.endswith(b"\n"):
                if self.may_be_cut and len(line) <= MAX_EVENT_BYTES:
                    return
                raise MalformedRecording(f"breaks off in line {number} of its events")
            yield number, _entry(line, number)


class _Folder(_Source):
    may_be_cut = True

    def __init__(self, path: Path, stack: contextlib.ExitStack) -> None:
        super().__init__(stack)
        self._path = path

    def open(self, name: str) -> IO[bytes]:
        try:
            opened = open(self._path / name, "rb", opener=_plainly)  # noqa: SIM115
            file = self._stack.enter_context(opened)
        except FileNotFoundError:
            raise MalformedRecording(f"has no {name}; choose the folder of a recording") from None
        except OSError:
            if not (self._path / name).is_symlink():
                raise
            raise MalformedRecording(f"has a link for its {name}; copy the file there") from None
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise MalformedRecording(f"has a {name} that is no file; save the talk again")
        return file

    def sounds(self) -> dict[str, Callable[[int], bytes]]:
        files = {"user": layout.USER_PCM, "assistant": layout.ASSISTANT_PCM}
        return {side: self.open(name).read for side, name in files.items()}


def _plainly(path: str, flags: int) -> int:
    return os.open(path, flags | _NO_DETOUR)


class _Zip(_Source):
    def __init__(self, archive: zipfile.ZipFile, stack: contextlib.ExitStack) -> None:
        super().__init__(stack)
        self._archive = archive
        self._check()

    def open(self, name: str) -> IO[bytes]:
        return self._stack.enter_context(self._archive.open(name))

    def sounds(self) -> dict[str, Callable[[int], bytes]]:
        files = {"user": layout.USER_WAV, "assistant": layout.ASSISTANT_WAV}
        return {side: self._wav(name) for side, name in files.items()}

    def _wav(self, name: str) -> Callable[[int], bytes]:
        wav = self._stack.enter_context(wave.open(self.open(name)))  # noqa: SIM115
        if (wav.getnchannels(), wav.getsampwidth(), wav.getframerate()) != (1, 2, 24000):
            raise MalformedRecording(f"has a {name} that is not mono PCM16 at 24 kHz")
        return lambda n_bytes: wav.readframes(n_bytes // 2)

    def _check(self) -> None:
        members = self._archive.infolist()
        names = sorted(member.filename for member in members)
        if names != sorted(layout.MEMBERS):
            odd = next((name for name in names if name not in layout.MEMBERS), None)
            what = f"holds {odd!r}" if odd else f"holds {', '.join(names) or 'nothing'}"
            raise MalformedRecording(f"{what}, expected {', '.join(layout.MEMBERS)}")
        for member in members:
            if member.flag_bits & 1:
                raise MalformedRecording("is encrypted; save the talk without a password")
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise MalformedRecording(f"packs {member.filename} in a way that is not read")
            if member.file_size > _allowed_bytes(member.compress_size):
                raise MalformedRecording(
                    f"says that {member.filename} has {member.file_size} bytes, "
                    "which is more than a talk has"
                )


def _allowed_bytes(packed_bytes: int) -> int:
    return min(MAX_MEMBER_BYTES, max(_ALWAYS_ALLOWED_BYTES, MAX_RATIO * packed_bytes))


def _entry(line: bytes, number: int) -> Entry:
    try:
        entry = entry_of(decode_json(line.decode()))
        if entry.direction not in _DIRECTIONS or not _is_sound(entry):
            raise MalformedEvent("got an entry of another form")
        if entry.direction == "received":
            check_event(entry.event)
        elif entry.direction == "player":
            _check_player(entry)
        elif entry.direction == "client":
            _check_client(entry)
    except (MalformedEvent, *_WRONG_FORM):
        raise MalformedRecording(f"has no event in line {number} of its events") from None
    return entry


def _is_sound(entry: Entry) -> bool:
    """Whether the fields have the types that `Entry` promises."""
    span = entry.audio
    integers = [entry.size_bytes, 0 if entry.cell is None else entry.cell, *(span or ())[1:]]
    return (
        _is_number(entry.time)
        and _is_number(entry.wall_time)
        and 0 <= entry.wall_time <= _LAST_WALL_TIME
        and all(isinstance(value, int) and _is_number(value) for value in integers)
        and isinstance(entry.event.get("type"), str)
        and (span is None or isinstance(span.track, str))
    )


def _check_player(entry: Entry) -> None:
    known = PLAYER_EVENTS.get(entry.event.type, ())
    values = [entry.event.get(name) for name in known]
    if entry.event.type != "player.audible" and None in values:
        raise MalformedEvent("got too few fields")
    if not all(value is None or _is_number(value) for value in values):
        raise MalformedEvent("got a field of another type")


def _check_client(entry: Entry) -> None:
    known = CLIENT_EVENTS.get(entry.event.type, ())
    values = [entry.event[name] for name in known if name in entry.event]
    if (known and not values) or not all(isinstance(value, (str, float, int)) for value in values):
        raise MalformedEvent("got no field that tells, or one of another type")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and abs(value) <= _LARGEST_NUMBER
