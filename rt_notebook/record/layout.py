"""What an ``.rtsession`` holds, packed or while it is recorded.

Packed it is one zip of `MEMBERS`. While recording it is a folder ``NAME.rtsession.part``
with the same manifest and events, and the audio as bare PCM16 (`PART_MEMBERS`): whatever
ends the process, what was flushed can be read.

Events are JSON lines (`record.entry`); their ``audio`` is ``[track, start, length,
offset]`` in bytes, and `offset` counts in the WAV's or PCM's samples of that side.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..config.hidden import masked
from ..errors import RealtimeError
from ..protocol.surrogates import escaped
from ..secret import redact

__all__ = [
    "ASSISTANT_PCM",
    "ASSISTANT_WAV",
    "EVENTS",
    "MANIFEST",
    "MEMBERS",
    "PART_MEMBERS",
    "SAMPLE_RATE_HZ",
    "SUFFIX",
    "USER_PCM",
    "USER_WAV",
    "MalformedRecording",
    "manifest",
    "manifest_json",
    "part_of",
    "recording_path",
]

FORMAT, VERSION = "rtsession", 1
SAMPLE_RATE_HZ = 24000
MANIFEST, EVENTS = "manifest.json", "events.jsonl"
USER_WAV, ASSISTANT_WAV = "user.wav", "assistant.wav"
USER_PCM, ASSISTANT_PCM = "user.pcm", "assistant.pcm"
MEMBERS = (ASSISTANT_WAV, EVENTS, MANIFEST, USER_WAV)
PART_MEMBERS = (ASSISTANT_PCM, EVENTS, MANIFEST, USER_PCM)
SUFFIX, PART_SUFFIX = ".rtsession", ".part"

_PACKAGES = ("rt_notebook", "ipykernel", "ipython", "jupyterlab", "numpy", "websockets")


class MalformedRecording(RealtimeError):
    """A file that is no recording, or not a whole one."""


def part_of(path: Path) -> Path:
    """Return the folder in which a recording grows."""
    return path.with_name(path.name + PART_SUFFIX)


def recording_path(path: str | os.PathLike[str]) -> Path:
    """Return where a recording is to be written: the name ends with ``.rtsession``."""
    whole = Path(path).expanduser()
    return whole if whole.suffix == SUFFIX else whole.with_name(whole.name + SUFFIX)


def manifest(**of_the_talk: Any) -> dict[str, Any]:
    """Return a manifest: the format, the packages, and what is said of the talk."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "python": platform.python_version(),
        "packages": {name: found for name in _PACKAGES if (found := _version(name))},
        **of_the_talk,
    }


def manifest_json(manifest: Mapping[str, Any]) -> str:
    """Return a manifest as text, without secrets."""
    text = json.dumps(masked(manifest), indent=2, sort_keys=True, ensure_ascii=False)
    return redact(escaped(text)) + "\n"


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
