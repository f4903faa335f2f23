"""The talk as HTML that is read without a kernel: what was said, what it cost, the sound."""

from __future__ import annotations

import base64
from html import escape

from ..analysis.bill import Bill
from ..analysis.cost import dollars_text
from ..analysis.sounds import SpokenLine, spoken_lines
from ..client.session import RealtimeSession
from ..protocol.item import Item
from ..record.log import Log
from ..secret import redact
from .render import AS_IS, QUIET

__all__ = ["MAX_SOUND_BYTES", "empty_html", "sounds_html", "transcript_html"]

#: Base64 letters of sound that a notebook keeps at most: about two minutes.
MAX_SOUND_BYTES = 8_000_000
_SPEAKERS = {"user": "You", "assistant": "Assistant", "system": "System", "tool": "Tool"}
_STYLE = {
    "box": "border:1px solid #8886;border-radius:8px;padding:8px 12px;margin:4px 0;max-width:46em",
    "head": "font-size:85%;opacity:.75;margin-bottom:4px",
    "line": "margin:2px 0;white-space:pre-wrap;overflow-wrap:anywhere",
    "who": "font-weight:600;margin-right:.5em",
    "sound": "display:block;height:32px;margin:2px 0 8px",
}
# Reopened without a kernel, Jupyter says "Error displaying widget" above the copy that is
# there in its place. A live panel and a panel that failed have elements in that output.
_NO_ERROR = (
    "<style>.jp-OutputArea-child:has(+.jp-OutputArea-child .rt-static)"
    ">.jupyter-widgets:not(:has(*)){display:none}</style>"
)


def transcript_html(session: RealtimeSession, panel_id: str, began: str, bill: Bill) -> str:
    """Return the talk as HTML that needs no kernel, no script and no network."""
    model = session.config.get("model") or session.backend.model
    head = f"Talk of {began} with {escape(str(model))} ({escape(session.backend.label)})"
    lines = [_line(item) for item in session.items if item.text or item.error or item.is_wordless]
    body = "".join(lines) or f'<div style="{QUIET}">Nothing has been said yet.</div>'
    return (
        f'<div class="rt-static {AS_IS}" data-panel="{escape(panel_id)}" style="{_STYLE["box"]}">'
        f'{_NO_ERROR}<div style="{_STYLE["head"]}">{head}{_cost(bill)}</div>{body}</div>'
    )


def sounds_html(log: Log, panel_id: str, max_bytes: int = MAX_SOUND_BYTES) -> str:
    """Return a player for each thing that was said, as many as fit."""
    players: list[str] = []
    n_bytes, lines = 0, spoken_lines(log)
    for line in lines:
        player = _player(line)
        n_bytes += len(player)
        if n_bytes > max_bytes:
            break
        players.append(player)
    left_out = len(lines) - len(players)
    note = f"The sound of {left_out} further lines did not fit." if left_out else ""
    body = "".join(players) + (f'<div style="{QUIET}">{note}</div>' if note else "")
    return _more(panel_id, body, _STYLE["box"]) if body else empty_html(panel_id)


def empty_html(panel_id: str) -> str:
    """Return what stands where something may come."""
    return _more(panel_id, "", "")


def _more(panel_id: str, body: str, style: str) -> str:
    return (
        f'<div class="rt-static-more {AS_IS}" data-panel="{escape(panel_id)}" style="{style}">'
        f"{body}</div>"
    )


def _player(line: SpokenLine) -> str:
    from ..audio import wav

    sound = base64.b64encode(wav.to_bytes(line.sound)).decode("ascii")
    who, text = _SPEAKERS[line.who], escape(redact(line.text))
    return (
        f'<div style="{_STYLE["line"]}"><span style="{_STYLE["who"]}">{who}:</span>{text}'
        f'<audio controls preload="metadata" style="{_STYLE["sound"]}" '
        f'src="data:audio/wav;base64,{sound}"></audio></div>'
    )


def _cost(bill: Bill) -> str:
    """What it cost, behind the heading; nothing before anything was charged."""
    if not bill.charges:
        return ""
    known = bill.known.dollars
    if bill.dollars is None and known:
        return f" · at least {dollars_text(known)}"
    return f" · {'cost ' if bill.dollars is None else ''}{dollars_text(bill.dollars)}"


def _line(item: Item) -> str:
    who = escape(_SPEAKERS.get(item.role, item.role))
    aside = f' <span style="{QUIET}">({_aside(item)})</span>' if _aside(item) else ""
    text = escape(item.error or item.text)
    name = f'<span style="{_STYLE["who"]}">{who}:</span>'
    return f'<div style="{_STYLE["line"]}">{name}{text}{aside}</div>'


def _aside(item: Item) -> str:
    if item.is_wordless:
        return "spoken, not transcribed"
    if item.state != "interrupted":
        return ""
    return "interrupted" + ("" if item.heard_ms is None else f" after {item.heard_ms / 1000:.1f} s")
