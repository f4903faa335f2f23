"""Lets the log know which cell asked for what."""

from __future__ import annotations

from IPython.core.interactiveshell import ExecutionInfo, InteractiveShell

from ..record.cell import CELL

__all__ = ["name_cells"]


def name_cells(shell: InteractiveShell) -> None:
    """Mark the context of each cell with its execution count."""

    def enter(info: ExecutionInfo) -> None:
        # Releases of IPython differ in when they count; the history has a line a cell.
        history = shell.history_manager
        count = len(history.input_hist_parsed) if history is not None else None
        CELL.set(count if info.store_history else None)

    if not any(hook is _leave for hook in shell.events.callbacks["post_run_cell"]):
        shell.events.register("pre_run_cell", enter)
        shell.events.register("post_run_cell", _leave)


def _leave(*_: object) -> None:
    CELL.set(None)
