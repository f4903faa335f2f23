"""Figures as they are printed: N, median, p95, and the machine's noise beside them."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

__all__ = ["p95", "show"]


def p95(values: Sequence[float]) -> float:
    """The value that 95 % do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]


def show(name: str, values: Sequence[float], unit: str = "ms") -> None:
    """Print one figure; ``pytest -s`` or the captured output shows it."""
    print(
        f"{name}: N={len(values)} median={statistics.median(values):.1f} {unit} "
        f"p95={p95(values):.1f} {unit} min={min(values):.1f} max={max(values):.1f}"
    )
