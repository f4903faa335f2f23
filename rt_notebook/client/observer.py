"""What follows a session closely: the panel, or nothing at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..protocol.tool_turns import FunctionCall
from .approvals import Approval

__all__ = ["Observer"]


class Observer:
    """Is told what happens, on the loop thread; this base class takes no notice.

    Attributes
    ----------
    can_play : bool
        Whether audio that is handed over now will be played and counted.
    """

    can_play: bool = False

    @property
    def facts(self) -> Mapping[str, Any]:
        """What it knows that no event tells: fields of `analysis.explain.Facts`."""
        return {}

    def items_changed(self, item_ids: Iterable[str]) -> None:
        """Show these items anew."""

    def speaking(self, who: str) -> None:
        """Say who the server hears: ``user``, ``assistant`` or ``nobody``."""

    def play(self, item_id: str, pcm: bytes) -> None:
        """Play mono PCM16 at 24 kHz."""

    def play_end(self, item_id: str) -> None:
        """Note that nothing more of the item is to be played."""

    def flush(self, epoch: int) -> None:
        """Be silent at once, then call `RealtimeSession.flushed` with the count."""

    def notice(self, level: str, text: str) -> None:
        """Tell the user: `level` is ``info``, ``warning`` or ``error``."""

    def status_changed(self, status: str) -> None:
        """Show ``open``, ``reconnecting``, ``closed`` or ``lost``."""

    def config_changed(self) -> None:
        """Show the configuration that the server acknowledged."""

    def approvals_changed(self, approvals: Sequence[Approval]) -> None:
        """Ask the user these questions, and no other ones."""

    def tool_returned(self, call: FunctionCall, value: object) -> None:
        """Show what a tool returned. On the tool's own thread: it may take its time."""
