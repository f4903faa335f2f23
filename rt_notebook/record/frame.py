"""The log as a table of pandas, for whoever asks for it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from ..errors import RealtimeError
from ..secret import redacted
from .entry import Direction

if TYPE_CHECKING:
    import pandas

    from .entry import Entry
    from .log import Log

__all__ = ["frame_of"]

_BYTES_PER_MS = 48  # PCM16 at 24 kHz


def frame_of(log: Log) -> pandas.DataFrame:
    """Return the table of `Log.to_pandas`.

    Raises
    ------
    RealtimeError
        If pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError:
        sentence = "a table needs pandas; install it with: pip install 'rt_notebook[analysis]'"
        raise RealtimeError(sentence) from None

    def texts(values: list[Any]) -> Any:
        return pd.array([value if isinstance(value, str) else None for value in values], "string")

    # Each column's type is given: what a talk happens to hold must not decide it.
    entries = list(log)
    events = redacted([entry.event for entry in entries])
    began = entries[0].time if entries else 0.0
    columns: dict[str, Any] = {
        "time_s": np.array([entry.time - began for entry in entries], dtype=float),
        "wall_time": pd.to_datetime(_microseconds(entries), utc=True),
        "direction": pd.Categorical(
            [entry.direction for entry in entries], categories=get_args(Direction)
        ),
        "type": pd.Categorical([event["type"] for event in events]),
        "event_id": texts([event.get("event_id") for event in events]),
        "item_id": texts([_id(event, "item_id", "item") for event in events]),
        "response_id": texts([_id(event, "response_id", "response") for event in events]),
        "size_bytes": np.array([entry.size_bytes for entry in entries], dtype=np.int64),
        "audio_ms": np.array([_audio_ms(entry) for entry in entries], dtype=float),
        "cell": pd.array([entry.cell for entry in entries], dtype="Int64"),
        "caused_by": pd.array(_causes(entries), dtype="Int64"),
        "event": pd.Series(events, dtype=object),
    }
    return pd.DataFrame(columns)


def _microseconds(entries: list[Entry]) -> np.ndarray[Any, np.dtype[np.datetime64]]:
    seconds = np.array([entry.wall_time for entry in entries], dtype=float)
    return np.rint(seconds * 1e6).astype("datetime64[us]")


def _audio_ms(entry: Entry) -> float:
    return entry.audio.length / _BYTES_PER_MS if entry.audio else math.nan


def _id(event: dict[str, Any], name: str, noun: str) -> Any:
    if name in event:
        return event[name]
    whole = event.get(noun)
    return whole.get("id") if isinstance(whole, dict) else None


def _causes(entries: list[Entry]) -> list[int | None]:
    """For each entry the row of the event that it refuses, if it is an error that names one."""
    sent: dict[object, int] = {}
    causes: list[int | None] = []
    for row, entry in enumerate(entries):
        event = entry.event
        if entry.direction == "sent" and isinstance(event.get("event_id"), str):
            sent[event["event_id"]] = row
        error = event.get("error") if event["type"] == "error" else None
        refused = error.get("event_id") if isinstance(error, dict) else None
        causes.append(sent.get(refused) if isinstance(refused, str) else None)
    return causes
