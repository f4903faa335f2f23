"""What can be seen of a talk, whether it is open or was read from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..record.log import Log
    from .bill import Bill
    from .picture import Picture
    from .turns import Turns

__all__ = ["TalkViews"]


class TalkViews:
    """Views of a log: what has one inherits them."""

    @property
    def log(self) -> Log:
        """Every event both ways, and the audio."""
        raise NotImplementedError

    @property
    def turns(self) -> Turns:
        """One row a turn: said, heard, tools, tokens, dollars, waits; see `analysis.turns`."""
        from .turns import turns

        return turns(self.log)

    @property
    def cost(self) -> Bill:
        """What the talk was charged for so far; see `analysis.bill`."""
        from .bill import bill

        return bill(self.log)

    def timeline(self, **options: Any) -> Picture:
        """Return the talk as a picture on one time axis.

        Parameters
        ----------
        **options
            ``start``, ``end`` (seconds), ``theme`` (``light`` or ``dark``); see
            `timeline_plot.timeline_figure`.

        Raises
        ------
        RealtimeError
            If matplotlib is not installed.
        """
        from .timeline import timeline

        return timeline(self.log).plot(**options)
