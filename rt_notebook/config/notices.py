"""Warnings about what the API will take away, told once."""

from __future__ import annotations

import sys
import warnings

from .catalogue import Named

__all__ = ["DeprecationNotice", "told", "warn_of_end"]

_PACKAGE = __name__.partition(".")[0]

#: What was told already; clear it to hear everything again.
told: set[str] = set()


class DeprecationNotice(UserWarning):
    """A value that the API accepts today and has announced to refuse."""


def warn_of_end(one: Named) -> None:
    """Warn of the day on which the API refuses something, unless it was told before."""
    if one.farewell and one.farewell not in told:
        told.add(one.farewell)
        warnings.warn(one.farewell, DeprecationNotice, stacklevel=_depth_of_caller())


def _depth_of_caller() -> int:
    """Stack level of the first frame outside the package, as `warnings.warn` counts."""
    depth = 1
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == _PACKAGE:
        frame = frame.f_back
        depth += 1
    return depth
