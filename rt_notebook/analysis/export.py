"""A talk in other people's formats: stereo WAV, Markdown, SRT subtitles, JSON.

All of them have the talk's time axis (`timeline`): what was said stands where it sounded,
and of an answer that was cut only what was heard sounds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Any

from ..errors import ConfigError
from ..protocol.heard import HeardItem
from ..protocol.item import Item
from ..protocol.surrogates import escaped
from ..record.log import Log
from .stereo import write_stereo
from .timeline import Line, timeline_of
from .trace import Trace, trace

__all__ = ["FORMATS", "export", "said"]

_SPEAKERS = {"user": "You", "assistant": "Assistant", "system": "System", "tool": "Tool"}
_READING_SECONDS = 2.0  # how long a subtitle without sound stands
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~$&])")


def export(path: Path, log: Log, manifest: Mapping[str, Any]) -> None:
    """Write a talk in the format that the file's name ends with (`FORMATS`).

    Raises
    ------
    ConfigError
        If there is no such format.
    RealtimeError
        If it is too long for a WAV file.
    OSError
        If it cannot be written.
    """
    write = FORMATS.get(path.suffix.lower())
    if write is None:
        raise ConfigError(
            f"a talk can be written as .rtsession, {', '.join(FORMATS)}, got {path.name!r}"
        )
    with path.open("wb") as file:
        write(file, trace(log), manifest)


def said(read: Trace) -> list[dict[str, Any]]:
    """Return what was said, in the order of the conversation, with its times in seconds."""
    line = timeline_of(read)
    times = {one.item_id: one for one in (*line.user, *line.assistant)}
    heard = read.heard
    return [
        _said(item, times.get(item.id), heard.get(item.id))
        for item in read.conversation
        if item.text or item.is_wordless
    ]


def _said(item: Item, at: Line | None, heard: HeardItem | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": item.id,
        "type": item.type,
        "role": item.role,
        "text": " ".join(item.text.split()),
    }
    if item.is_wordless:
        told["transcribed"] = False
    if at is not None:
        end_s = at.start_s + (at.heard_s or 0) if at.was_cut else at.end_s
        told |= {"start_s": round(at.start_s, 3), "end_s": round(end_s, 3)}
    if heard is not None and heard.state == "cut":
        told |= {"cut": True, "heard": heard.heard_text, "unheard": heard.unheard_text}
    return told


def _wav(file: IO[bytes], read: Trace, _: Mapping[str, Any]) -> None:
    write_stereo(file, timeline_of(read))


# Words


def _markdown(file: IO[bytes], read: Trace, manifest: Mapping[str, Any]) -> None:
    began = next((entry.wall_time for entry in read.log), 0.0)
    day = datetime.fromtimestamp(began, timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    who = " on ".join(str(manifest[key]) for key in ("model", "backend") if manifest.get(key))
    parts = [f"# Talk with {_plain(who or 'nobody')}, {day}"]
    parts += [_paragraph(one) for one in said(read)]
    file.write(("\n\n".join(parts) + "\n").encode())


def _paragraph(one: Mapping[str, Any]) -> str:
    at = f" {_clock(one['start_s'])}" if "start_s" in one else ""
    text = _plain(_words(one))
    if one.get("cut"):
        text = f"{_plain(one['heard'])} ~~{_plain(one['unheard'])}~~".strip()
    return f"**{_SPEAKERS.get(one['role'], one['role'])}**{at}: {text}"


def _words(one: Mapping[str, Any]) -> str:
    return str(one["text"]) if one.get("transcribed", True) else "(spoken, not transcribed)"


def _plain(text: str) -> str:
    """Words that are only words, whatever shows the Markdown."""
    return _MARKDOWN.sub(r"\\\1", text)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _subtitles(file: IO[bytes], read: Trace, _: Mapping[str, Any]) -> None:
    timed = sorted((one for one in said(read) if "start_s" in one), key=lambda one: one["start_s"])
    cues = []
    for number, one in enumerate(timed, 1):
        start, end = one["start_s"], one["end_s"]
        end = end if end > start else start + _READING_SECONDS
        text = (one["heard"] or "…") if one.get("cut") else _words(one)
        text = text.replace("-->", "→")  # which would begin another cue
        name = _SPEAKERS.get(one["role"], one["role"])
        cues.append(f"{number}\n{_srt(start)} --> {_srt(end)}\n{name}: {text}\n")
    file.write("\n".join(cues).encode())


def _srt(seconds: float) -> str:
    ms = max(0, round(seconds * 1000))
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d},{ms % 1000:03d}"


def _json(file: IO[bytes], read: Trace, manifest: Mapping[str, Any]) -> None:
    about = {key: manifest[key] for key in ("backend", "model") if key in manifest}
    told = {**about, "seconds": round(timeline_of(read).end_s, 3), "items": said(read)}
    file.write((escaped(json.dumps(told, indent=2, ensure_ascii=False)) + "\n").encode())


#: End of a file's name → what writes it.
FORMATS: dict[str, Callable[[IO[bytes], Trace, Mapping[str, Any]], None]] = {
    ".wav": _wav,
    ".md": _markdown,
    ".srt": _subtitles,
    ".json": _json,
}
