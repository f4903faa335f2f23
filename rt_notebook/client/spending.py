"""A session keeps its budget: it ends before the budget is exceeded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..analysis.bill import Meter
from ..analysis.budget import Budget, check_price, exhausted
from ..errors import LocalProtocolError
from ..protocol.events import Event

if TYPE_CHECKING:
    from .core import SessionCore

__all__ = ["Spending"]

_TICK_SECONDS = 1.0
_COSTS = (
    "response.created",
    "response.done",
    "conversation.item.input_audio_transcription.completed",
)


class Spending:
    """Looks at what a session takes, whenever it takes something.

    Parameters
    ----------
    core : SessionCore
        The session, which is stopped.
    budget : Budget
        Its limits.
    model : str
        Whose list prices count.

    Raises
    ------
    ConfigError
        If dollars are limited and the model has no price.
    """

    def __init__(self, core: SessionCore, budget: Budget, model: str) -> None:
        check_price(budget, model)
        self._core, self._budget, self._model = core, budget, model
        self._meter = Meter(core.log)
        self._began = core.clock.monotonic()
        self._n_begun = 0

    async def run(self) -> None:
        """Look at the time until the session has ended."""
        while self._core.is_alive:
            await self._core.clock.sleep(_TICK_SECONDS)
            self._look()

    def received(self, event: Event) -> None:
        """Take an event that the session has dealt with."""
        self._n_begun += event.type == "response.created"
        if event.type in _COSTS:
            self._look()

    def refusal(self, n_requested: int) -> LocalProtocolError | None:
        """Return why no further response may be asked for, None while there is room.

        Parameters
        ----------
        n_requested : int
            Responses that were asked for and have not begun.
        """
        reason = self._exhausted(self._n_begun + n_requested + 1)
        return (
            None if reason is None else LocalProtocolError(f"{reason}; connect with a larger one")
        )

    def _look(self) -> None:
        reason = self._exhausted(self._n_begun)
        if reason is not None:
            self._core.stop(reason)

    def _exhausted(self, n_begun: int) -> str | None:
        return exhausted(
            self._budget,
            # A tick later would be too late.
            seconds=self._core.clock.monotonic() - self._began + _TICK_SECONDS,
            n_begun=n_begun,
            bill=self._meter.read(),
            model=self._model,
        )
