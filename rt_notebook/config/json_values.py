"""What JSON can hold, so that what it cannot is refused before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from ..secret import Secret
from .reading import shown

__all__ = ["misfit_in", "place"]

Path = tuple[str | int, ...]

_DEEPEST = 64  # as deep as the protocol reads; what holds itself is deeper


class _Misfit(NamedTuple):
    """Something that JSON cannot hold, and where it is."""

    path: Path
    got: str


def misfit_in(value: Any, name: str = "") -> str:
    """Return what in a value JSON cannot hold, as a sentence; empty when all of it can be sent.

    A `Secret` is looked at as the text that goes over the wire.

    Parameters
    ----------
    value
        What is to be sent.
    name : str
        What it is called; without a name, its parts have names of their own.
    """
    misfit = _first_misfit(value, ())
    if misfit is None:
        return ""
    where = f"{name}{place(misfit.path)}".lstrip(".") or "an event"
    return f"{where} takes what JSON can hold, got {misfit.got}"


def place(path: Path) -> str:
    """Write a path as it stands behind a name: ``[0].name``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


def _first_misfit(value: Any, path: Path) -> _Misfit | None:
    if len(path) > _DEEPEST:
        return _Misfit((), f"something that is nested deeper than {_DEEPEST} levels")
    children: Iterable[tuple[Any, Any]]
    if isinstance(value, dict):
        if wrong := [key for key in value if not _is_key(key)]:
            return _Misfit(path, f"{shown(wrong[0])} as a key")
        children = value.items()
    elif isinstance(value, (list, tuple)):
        children = enumerate(value)
    else:
        return None if _fits(value) else _Misfit(path, _named(value))
    found = (_first_misfit(child, (*path, key)) for key, child in children)
    return next((misfit for misfit in found if misfit is not None), None)


def _is_key(key: Any) -> bool:
    return isinstance(key, (str, int)) and _fits(key)


def _fits(value: Any) -> bool:
    if isinstance(value, Secret):
        value = value.reveal()
    if isinstance(value, str):
        return value.isascii() or not any("\ud800" <= one <= "\udfff" for one in value)
    if isinstance(value, float):
        return value - value == 0  # neither infinite nor not a number
    return value is None or isinstance(value, int)


def _named(value: Any) -> str:
    is_text = isinstance(value, (str, Secret))
    return "text with half of a surrogate pair" if is_text else shown(value)
