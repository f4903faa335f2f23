"""The log as people read it: deltas in one row with their count, errors with their cause."""

from __future__ import annotations

import fnmatch
import json
from collections import deque
from dataclasses import dataclass, field
from html import escape
from typing import Any

from ..protocol.surrogates import escaped
from ..record.log import Entry, Log
from ..secret import redact
from .user_track import BYTES_PER_MS

__all__ = ["MAX_ROWS", "LogRow", "LogView"]

MAX_ROWS = 200
_MAX_JSON_LETTERS = 4000
_ARROWS = {"sent": "→", "received": "←", "player": "♪", "client": "•"}
_DIRECTIONS = {
    "sent": "sent",
    "received": "received",
    "player": "from the player",
    "client": "by this side itself",
}
#: What comes many times a second: such events of one kind share a row.
_MANY = ("input_audio_buffer.append", "player.played")
_ROW = "display:grid;grid-template-columns:4em 5em 1.4em minmax(14em,1fr) auto;gap:0 8px"
_SMALL = "font-variant-numeric:tabular-nums;opacity:.7;text-align:right"
_JSON = "margin:2px 0 6px 10em;max-height:24em;overflow:auto;font-size:90%;white-space:pre-wrap"


@dataclass
class LogRow:
    """One event, or many of a kind.

    Parameters
    ----------
    number : int
        Of the first event in the log, from 0.
    first, last : Entry
        The ends.
    count : int
        How many events.
    size_bytes : int
        Theirs on the wire.
    audio_bytes : int
        Of the sound they brought, as PCM16 at 24 kHz.
    cause : tuple of int and Entry, or None
        Of an error: what it refuses.
    """

    number: int
    first: Entry
    last: Entry
    count: int = 1
    size_bytes: int = 0
    audio_bytes: int = 0
    cause: tuple[int, Entry] | None = None

    def add(self, entry: Entry) -> None:
        """Take one more event of the kind."""
        self.last = entry
        self.count += 1
        self.weigh(entry)

    def weigh(self, entry: Entry) -> None:
        """Add up an event's sizes."""
        self.size_bytes += entry.size_bytes
        self.audio_bytes += entry.audio.length if entry.audio else 0

    @property
    def type(self) -> str:
        """The API's name of the event."""
        return self.first.event.type

    @property
    def item_id(self) -> str:
        """The item that it is about, or the response."""
        event = self.first.event
        inner = event.get("item") or event.get("response") or {}
        found = event.get("item_id") or (inner.get("id") if isinstance(inner, dict) else None)
        return str(found or event.get("response_id") or "")


@dataclass
class LogView:
    """The last rows of a log that pass the filters; `read` takes in what is new.

    Parameters
    ----------
    log : Log
        Of a session, open or recorded.
    type : str
        Event names, ``*`` standing for anything: ``response.*``, or a part of a name.
    item : str
        Id of an item or response.
    text : str
        Letters that must occur in the event, big or small.
    max_rows : int
        How many rows are kept.
    """

    log: Log
    type: str = ""
    item: str = ""
    text: str = ""
    max_rows: int = MAX_ROWS
    rows: deque[LogRow] = field(init=False)
    n_hidden: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.rows = deque(maxlen=self.max_rows)
        self._n_read = 0
        self._began: float | None = None
        self._open: dict[tuple[str, ...], LogRow] = {}
        self._sent: dict[str, tuple[int, Entry]] = {}
        self.read()

    def read(self) -> bool:
        """Take in what the log got since; say whether a row changed."""
        before = self._n_read
        for entry in self.log.since(before):
            if self._began is None:
                self._began = entry.time
            self._take(self._n_read, entry)
            self._n_read += 1
        return self._n_read > before

    def _take(self, number: int, entry: Entry) -> None:
        event = entry.event
        if entry.direction == "sent" and isinstance(event.get("event_id"), str):
            self._sent[event["event_id"]] = number, entry
        if not self._passes(entry):
            return
        key = _kind(entry)
        if key in self._open:
            self._open[key].add(entry)
            return
        row = LogRow(number, entry, entry, cause=self._cause(entry))
        row.weigh(entry)
        if key:
            self._open[key] = row
        else:
            self._open.clear()  # what comes behind another event stands behind it
        self.n_hidden += len(self.rows) == self.max_rows
        self.rows.append(row)

    def _passes(self, entry: Entry) -> bool:
        name = entry.event.type
        if self.type and self.type not in name and not fnmatch.fnmatchcase(name, self.type):
            return False
        if not (self.item or self.text):
            return True
        whole = _json(entry)
        if self.item and json.dumps(self.item, ensure_ascii=False) not in whole:
            return False
        # As it is read, or as it stands in the JSON that is shown.
        read = json.dumps(self.text, ensure_ascii=False)[1:-1]
        return any(text.lower() in whole.lower() for text in (read, self.text))

    def _cause(self, entry: Entry) -> tuple[int, Entry] | None:
        error = entry.event.get("error") if entry.event.type == "error" else None
        return self._sent.get(str(error.get("event_id"))) if isinstance(error, dict) else None

    def __repr__(self) -> str:
        lines = [f"{row.number:>6} {self._time(row):>9}  {_told(row)}" for row in self.rows]
        return "\n".join([*lines, self._summary()])

    def _repr_html_(self) -> str:
        rows = "".join(self._row_html(row) for row in self.rows)
        return (
            f'<div class="rt-events" style="font-size:90%"><div>{rows}</div>'
            f'<div style="opacity:.7;margin-top:4px">{escape(self._summary())}</div></div>'
        )

    def _row_html(self, row: LogRow) -> str:
        direction = row.first.direction
        colour = ";color:#d92d20;font-weight:600" if row.type == "error" else ""
        summary = (
            f'<span style="{_SMALL}">{row.number}</span>'
            f'<span style="{_SMALL}">{self._time(row)}</span>'
            f'<span title="{_DIRECTIONS[direction]}">{_ARROWS[direction]}</span>'
            f'<span style="overflow-wrap:anywhere{colour}">{escape(_name(row))}</span>'
            f'<span style="{_SMALL}">{escape(_sizes(row))}</span>'
        )
        shown = _json(row.last, indent=2)
        if len(shown) > _MAX_JSON_LETTERS:
            shown = f"{shown[:_MAX_JSON_LETTERS]}… ({len(shown)} letters)"
        return (
            f'<details><summary style="{_ROW};cursor:pointer">{summary}</summary>'
            f'<pre style="{_JSON}">{escape(shown)}</pre></details>'
        )

    def _time(self, row: LogRow) -> str:
        return f"{row.first.time - (self._began or 0.0):.3f}"

    def _summary(self) -> str:
        if self._n_read and not self.rows:
            return f"None of {self._n_read} events matches."
        earlier = f" {self.n_hidden} earlier rows are not shown." if self.n_hidden else ""
        return f"{self._n_read} events.{earlier}"


def _kind(entry: Entry) -> tuple[str, ...]:
    """What events that share a row have in common; nothing for those that stand alone."""
    event = entry.event
    if not event.type.endswith(".delta") and event.type not in _MANY:
        return ()
    return entry.direction, event.type, str(event.get("item_id")), str(event.get("epoch"))


def _name(row: LogRow) -> str:
    """The event in a line: its name, how many, what it is about, and for errors why."""
    count = f" ×{row.count}" if row.count > 1 else ""
    about = f"  {row.item_id}" if row.item_id else ""
    cell = f"  from cell [{row.first.cell}]" if row.first.cell is not None else ""
    return redact(f"{row.type}{count}{about}{cell}{_reason(row)}")


def _reason(row: LogRow) -> str:
    if row.first.direction == "client" and "reason" in row.first.event:
        return f": {row.first.event['reason']}"
    error = row.first.event.get("error") if row.type == "error" else None
    if not isinstance(error, dict):
        return ""
    said = f": {error.get('message') or error.get('code') or 'no reason given'}"
    if row.cause is None:
        return said
    number, sent = row.cause
    cell = f" from cell [{sent.cell}]" if sent.cell is not None else ""
    return f"{said} (refuses {number}: {sent.event.type}{cell})"


def _sizes(row: LogRow) -> str:
    audio = f"{row.audio_bytes / BYTES_PER_MS / 1000:.2f} s" if row.audio_bytes else ""
    size = f"{row.size_bytes:,} B" if row.size_bytes else ""
    return "  ".join(filter(None, (audio, size)))


def _told(row: LogRow) -> str:
    return f"{_ARROWS[row.first.direction]} {_name(row)}  {_sizes(row)}".rstrip()


def _json(entry: Entry, indent: int | None = None) -> str:
    """An event as JSON, without secrets."""
    event: dict[str, Any] = entry.event
    return redact(escaped(json.dumps(event, indent=indent, ensure_ascii=False, default=str)))
