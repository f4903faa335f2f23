"""A configuration as aligned text: what is in force, the server's defaults, what differs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ..client.session import RealtimeSession
from ..config.flat import to_flat
from ..config.hidden import masked, revealed
from ..config.nesting import value_at
from ..config.options import OPTIONS, option_named

__all__ = ["configuration", "shown"]

_LONGEST = 30  # with the longest flag, a row fits the width of a cell
_FLAGS = {option.name: option.flag for option in OPTIONS}
_HEADS = ("", "in force", "server's default")


def configuration(session: RealtimeSession, names: Iterable[str] = ()) -> str:
    """Return a session's configuration.

    Parameters
    ----------
    session : RealtimeSession
        Whose.
    names : iterable of str
        The options to show; all by default. A whole stands for its parts.
    """
    settings = session.core.settings
    in_force = to_flat(session.config)
    kept = _chosen(in_force, set(names))
    rows = [_row(name, in_force, settings.defaults) for name in kept]
    model = session.config.get("model") or session.backend.model
    head = f"{session.backend.label}, {model}" if model else session.backend.label
    lines = [] if names else [f"Configuration at {head}; * is not the server's default", ""]
    lines += _aligned([_HEADS, *rows])
    differing = _differing(to_flat(settings.asked), in_force)
    if differing:
        lines += ["", "Asked for, and not what is in force:", *_aligned(differing)]
    return "\n".join(lines)


def shown(value: Any, longest: int = _LONGEST) -> str:
    """Return a value as a person would type it, cut at `longest` characters."""
    text = _text(masked(value))
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _chosen(flat: Mapping[str, Any], names: set[str]) -> list[str]:
    """The options to show, in the table's order: those named, their parts and their wholes."""
    paths = [option_named(name).path for name in names]
    chosen = []
    for option in OPTIONS:
        related = any(_related(option.path, path) for path in paths)
        if option.name in flat and (related or not names):
            chosen.append(option.name)
    return chosen


def _related(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _row(name: str, in_force: Mapping[str, Any], began: Mapping[str, Any]) -> tuple[str, ...]:
    value, defaults = shown(in_force[name]), to_flat(began)
    if name in defaults and revealed(defaults[name]) == revealed(in_force[name]):
        return f"  {_FLAGS[name]}", value, ""
    whole = value_at(began, option_named(name).path)  # what is off now may have been on, in parts
    default = whole.get("type", whole) if isinstance(whole, Mapping) else "not there"
    return f"* {_FLAGS[name]}", value, shown(defaults.get(name, default))


def _differing(asked: Mapping[str, Any], in_force: Mapping[str, Any]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for name, value in asked.items():
        if name not in in_force:
            rows.append((f"  {_FLAGS[name]}", f"asked {shown(value)}", "the server does not tell"))
        elif _ordered(revealed(in_force[name])) != _ordered(revealed(value)):
            rows.append(
                (f"  {_FLAGS[name]}", f"asked {shown(value)}", f"is {shown(in_force[name])}")
            )
    return rows


def _ordered(value: Any) -> Any:
    """Words of a list have no order: of modalities the server tells its own."""
    is_words = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return sorted(value) if is_words else value


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _text(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value in ("", []):
        return "''" if value == "" else "[]"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ",".join(value)
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        return ", ".join(str(one.get("name") or one.get("server_label") or "?") for one in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return f"{value:g}" if isinstance(value, float) else str(value)
