"""What the next turns will cost, as a table: every turn sends the conversation again."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from html import escape

from .cost import dollars_text
from .turns import Turns

__all__ = ["Forecast"]


@dataclass(frozen=True)
class Forecast:
    """The turns to come, if the talk goes on as it went.

    Parameters
    ----------
    turns : Turns
        Those that were.
    n_turns : int
        How many to look ahead.
    """

    turns: Turns
    n_turns: int

    @property
    def dollars(self) -> list[Decimal | None]:
        """What each of them costs; None where it cannot be known."""
        return [
            None if cost is None else cost.dollars for cost in self.turns.forecast(self.n_turns)
        ]

    def _lines(self) -> list[tuple[str, str, str]]:
        total: Decimal | None = self.turns.bill.known.dollars
        least = "≥ " if self.turns.bill.unknown else ""
        lines = []
        for number, dollars in enumerate(self.dollars, len(self.turns) + 1):
            total = None if total is None or dollars is None else total + dollars
            in_all = dollars_text(total) if total is None else f"{least}{dollars_text(total)}"
            lines.append((f"turn {number}", dollars_text(dollars), in_all))
        return lines

    def __repr__(self) -> str:
        head = f"{'':<10} {'costs':>10} {'in all':>10}"
        return "\n".join([head, *(f"{a:<10} {b:>10} {c:>10}" for a, b, c in self._lines())])

    def _repr_html_(self) -> str:
        from .tables import forecast_html

        return forecast_html([tuple(map(escape, line)) for line in self._lines()])
