"""The wait over many turns: median and 95th percentile of each of its parts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from .latency import PARTS, TurnLatency
from .picture import Picture

if TYPE_CHECKING:
    import pandas

__all__ = ["TOTALS", "Spread", "Waterfall", "percentile"]

#: Beside the parts: sums that people ask for.
TOTALS = {
    "total": "end of speech → first sound in the kernel",
    "to_audible": "end of speech → first sound in the page",
}

_COLUMNS = {
    "part": "object",
    "n_turns": "int64",
    **dict.fromkeys(("median_ms", "error_ms", "p95_ms"), "float64"),
}


@dataclass(frozen=True)
class Spread:
    """How long one part took over the turns that had it, in milliseconds.

    Parameters
    ----------
    n_turns : int
        How many turns had it.
    median_ms, p95_ms : float
        Median and 95th percentile.
    error_ms : float
        Half of the interval in which the true median lies with 95 % confidence, read off the
        ordered values themselves (a binomial interval).
    """

    n_turns: int
    median_ms: float
    p95_ms: float
    error_ms: float = 0.0

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """Return the spread of one part's values, at least one."""
        ordered = sorted(values)
        reach = 0.98 * math.sqrt(len(ordered))  # 1.96 standard deviations of n coins
        low = max(0, math.floor(len(ordered) / 2 - reach))
        high = min(len(ordered) - 1, math.ceil(len(ordered) / 2 + reach))
        error = (ordered[high] - ordered[low]) / 2
        return cls(len(ordered), percentile(ordered, 50), percentile(ordered, 95), error)


class Waterfall:
    """What of the wait was where, over the turns of a talk.

    Parameters
    ----------
    latencies : sequence of TurnLatency
        One a turn.
    """

    def __init__(self, latencies: Sequence[TurnLatency]) -> None:
        self.latencies = tuple(latencies)

    @property
    def parts(self) -> dict[str, Spread]:
        """Spread by the names of `latency.PARTS`; parts that no turn had are missing."""
        return self._spreads(PARTS)

    @property
    def totals(self) -> dict[str, Spread]:
        """Spread of the sums: `total` to the kernel, `to_audible` to the page."""
        return self._spreads(TOTALS)

    @property
    def clock_error_ms(self) -> float | None:
        """How far off the parts that end in the page may be: half the shortest round trip."""
        errors = [one.clock_error_ms for one in self.latencies if one.clock_error_ms is not None]
        return max(errors) if errors else None

    def to_pandas(self) -> pandas.DataFrame:
        """Return one row a part; needs pandas (``pip install 'rt_notebook[analysis]'``).

        Raises
        ------
        RealtimeError
            If pandas is not installed.
        """
        from .extra import table

        spreads = {**self.parts, **self.totals}.items()
        return table([{"part": name, **asdict(one)} for name, one in spreads], _COLUMNS)

    def plot(self, **options: Any) -> Picture:
        """Return the picture; the options are those of `waterfall_plot.waterfall_figure`.

        Raises
        ------
        RealtimeError
            If matplotlib is not installed.
        """
        from .waterfall_plot import waterfall_figure

        return Picture(waterfall_figure(self, **options), repr(self))

    def _spreads(self, names: dict[str, str]) -> dict[str, Spread]:
        found = {}
        for name in names:
            values = [getattr(one, f"{name}_ms") for one in self.latencies]
            known = [value for value in values if value is not None]
            if known:
                found[name] = Spread.of(known)
        return found

    def __repr__(self) -> str:
        from .tables import waterfall_text

        return waterfall_text(self)

    def _repr_html_(self) -> str:
        from .tables import waterfall_html

        return waterfall_html(self)


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Return a percentile of sorted values, between two of them in proportion."""
    place = (len(ordered) - 1) * percent / 100
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    return low + (high - low) * (place - math.floor(place))
