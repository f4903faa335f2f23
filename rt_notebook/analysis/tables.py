"""Turns, waits and bills as text for terminals, and as HTML for cells.

Every text from outside is escaped; styles stand in the elements, because saved notebooks
are read where style sheets are dropped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from .bill import Bill
from .cost import Tokens, dollars_text, duration_seconds
from .latency import PARTS
from .waterfall import TOTALS, Spread, Waterfall

if TYPE_CHECKING:
    from .turn import Turn
    from .turns import Turns

__all__ = [
    "bill_html",
    "bill_text",
    "forecast_html",
    "turns_html",
    "turns_text",
    "waterfall_html",
    "waterfall_text",
]

#: Dollars are dollars: Jupyter would set what stands between two of them as mathematics.
AS_IS = "tex2jax_ignore mathjax_ignore"
_TABLE = "border-collapse:collapse;font-size:90%"
_CELL = "padding:3px 10px;vertical-align:top;border-bottom:1px solid #8884"
_TEXT = f"{_CELL};text-align:left;min-width:9em;max-width:26em;overflow-wrap:anywhere"
_NUMBER = f"{_CELL};text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums"
_CUT = "opacity:.55;text-decoration:line-through"
_QUIET = "opacity:.7"

_KINDS = {
    "text": "text in",
    "cached_text": "text in, cached",
    "audio": "audio in",
    "cached_audio": "audio in, cached",
    "image": "image in",
    "cached_image": "image in, cached",
    "text_out": "text out",
    "audio_out": "audio out",
}


def turns_text(turns: Turns) -> str:
    """Return one line a turn."""
    lines = [
        f"{turn.number:>3}  {_clock(turn.began_s):>6}  {_short(turn.said, 34):<34}  "
        f"{_short(turn.answer, 40):<40}  {dollars_text(turn.dollars):>8}  {_wait(turn):>8}"
        for turn in turns
    ]
    head = f"{'':>3}  {'at':>6}  {'said':<34}  {'answer':<40}  {'cost':>8}  {'wait':>8}"
    return "\n".join([head, *lines, _total(turns.bill)])


def turns_html(turns: Turns) -> str:
    """Return a table with a row a turn; what of an answer was cut is struck out."""
    head = ("", "at", "said", "answer", "tools", "tokens", "cost", "wait", "config")
    rows = [_turn_cells(turn) for turn in turns]
    styles = (_NUMBER, _NUMBER, _TEXT, _TEXT, _CELL, _NUMBER, _NUMBER, _NUMBER, _NUMBER)
    caption = escape(_total(turns.bill))
    return _table(head, rows, styles, caption)


def waterfall_text(waterfall: Waterfall) -> str:
    """Return one line a part of the wait."""
    rows = _spreads(waterfall)
    lines = [
        f"{label:<52} {_with_error(one):>14} {one.p95_ms:>7.0f} {one.n_turns:>6}"
        for label, one in rows
    ]
    head = f"{'milliseconds':<52} {'median':>14} {'p95':>7} {'turns':>6}"
    return "\n".join([head, *lines, *_clock_error(waterfall)])


def waterfall_html(waterfall: Waterfall) -> str:
    """Return a table with a row a part of the wait."""
    rows = [
        (escape(label), _with_error(one), f"{one.p95_ms:.0f}", str(one.n_turns))
        for label, one in _spreads(waterfall)
    ]
    head = ("the wait, in ms", "median", "p95", "turns")
    caption = escape(" ".join(_clock_error(waterfall)))
    return _table(head, rows, (_TEXT, _NUMBER, _NUMBER, _NUMBER), caption)


def bill_text(bill: Bill) -> str:
    """Return one line a kind of charge, and the sum."""
    lines = [f"{name:<22} {count:>9} {cost:>10}" for name, count, cost in _bill_rows(bill)]
    return "\n".join([*lines, _total(bill)])


def bill_html(bill: Bill) -> str:
    """Return a table with a row a kind of charge, and the sum."""
    rows = [tuple(map(escape, row)) for row in _bill_rows(bill)]
    head = ("what", "tokens", "cost")
    return _table(head, rows, (_CELL, _NUMBER, _NUMBER), escape(_total(bill)))


def forecast_html(rows: Sequence[tuple[str, ...]]) -> str:
    """Return a table with a row a turn to come; the cells are HTML already."""
    return _table(("", "costs", "in all"), rows, (_CELL, _NUMBER, _NUMBER), "")


def _bill_rows(bill: Bill) -> list[tuple[str, str, str]]:
    """What was paid for, how much of it, and what it came to."""
    rows = []
    for title, kind in (("", "response"), ("transcript: ", "transcription")):
        mine = Bill(tuple(charge for charge in bill.charges if charge.kind == kind))
        tokens, parts = mine.tokens.by_kind(), mine.known.parts
        for name, label in _KINDS.items():
            if tokens[name]:
                cost = dollars_text(parts.get(name)) if name in parts else "unknown"
                rows.append((f"{title}{label}", str(tokens[name]), cost))
        seconds = sum(duration_seconds(charge.usage) or 0 for charge in mine.charges)
        if seconds:
            cost = dollars_text(parts.get("minutes"))
            rows.append((f"{title}{seconds:g} s of audio", "", cost))
    return rows


_NOUNS = {"response": "answer", "transcription": "transcript"}


def _total(bill: Bill) -> str:
    """The sum in words; where a part is unknown, which, and what may be done."""
    if bill.dollars is not None:
        return f"{dollars_text(bill.dollars)} in all."
    models = sorted(
        {one.model or "a model without a name" for one in bill.unknown if one.is_metered}
    )
    lacks = Counter(_NOUNS[one.kind] for one in bill.unknown if not one.is_metered)
    unmetered = [f"{n} {noun}{'s' if n > 1 else ''}" for noun, n in lacks.items()]
    why = [f"no price is known for {', '.join(models)}"] if models else []
    why += (
        [f"{' and '.join(unmetered)} came without a usage that can be priced"] if unmetered else []
    )
    known = bill.known.dollars
    least = f"at least {dollars_text(known)}" if known else "unknown"
    return f"The cost is {least}: {'; '.join(why)}."


def _turn_cells(turn: Turn) -> tuple[str, ...]:
    tools = "<br>".join(
        f'<code title="{escape(call.output or "no output yet")}">'
        f"{escape(call.name)}({escape(_short(call.arguments, 60))})</code>"
        for call in turn.tools
    )
    tokens = f'<span title="{escape(_tokens_told(turn.tokens))}">{turn.tokens.total}</span>'
    return (
        str(turn.number),
        _clock(turn.began_s),
        escape(turn.said) or f'<span style="{_QUIET}">–</span>',
        _answer(turn),
        tools,
        tokens,
        dollars_text(turn.dollars),
        _wait(turn),
        f"<code>{escape(turn.config)}</code>",
    )


def _answer(turn: Turn) -> str:
    """The answer, with what was never heard of it struck out."""
    if not turn.interrupted or turn.heard is None or not turn.answer.startswith(turn.heard):
        note = f' <i style="{_QUIET}">(interrupted)</i>' if turn.interrupted else ""
        return escape(turn.answer) + note
    cut = turn.answer[len(turn.heard) :].strip()
    struck = f' <s style="{_CUT}" title="never heard">{escape(cut)}</s>' if cut else ""
    after = f' <i style="{_QUIET}">(interrupted after {turn.heard_ms / 1000:.1f} s)</i>'
    return escape(turn.heard) + struck + after


def _tokens_told(tokens: Tokens) -> str:
    counts = tokens.by_kind()
    told = [f"{label} {counts[name]}" for name, label in _KINDS.items() if counts[name]]
    return ", ".join([*told, *([f"reasoning {tokens.reasoning}"] if tokens.reasoning else [])])


def _wait(turn: Turn) -> str:
    wait_ms = turn.latency.wait_ms
    return "" if wait_ms is None else f"{wait_ms:.0f} ms"


def _spreads(waterfall: Waterfall) -> list[tuple[str, Spread]]:
    labels = {**PARTS, **TOTALS}
    return [(labels[name], one) for name, one in (waterfall.parts | waterfall.totals).items()]


def _with_error(spread: Spread) -> str:
    return f"{spread.median_ms:.0f}" + (f" ± {spread.error_ms:.0f}" if spread.n_turns > 1 else "")


def _clock_error(waterfall: Waterfall) -> list[str]:
    error = waterfall.clock_error_ms
    return [] if error is None else [f"Times in the page are right to ± {error:.1f} ms."]


def _clock(seconds: float) -> str:
    return f"{int(seconds // 60)}:{int(seconds % 60):02d}"


def _short(text: str, letters: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= letters else f"{line[: letters - 1]}…"


def _table(
    head: Sequence[str], rows: Iterable[Sequence[str]], styles: Sequence[str], caption: str
) -> str:
    """A table of cells that are HTML already."""
    titles = "".join(
        f'<th style="{style};{_QUIET}">{escape(title)}</th>'
        for title, style in zip(head, styles, strict=True)
    )
    body = "".join(f"<tr>{_cells(row, styles)}</tr>" for row in rows)
    below = f'<div style="font-size:90%;margin:4px 0">{caption}</div>'
    return (
        f'<div class="{AS_IS}"><table style="{_TABLE}"><thead><tr>{titles}</tr></thead>'
        f"<tbody>{body}</tbody></table>{below}</div>"
    )


def _cells(row: Sequence[str], styles: Sequence[str]) -> str:
    pairs = zip(row, styles, strict=True)
    return "".join(f'<td style="{style}">{cell}</td>' for cell, style in pairs)
