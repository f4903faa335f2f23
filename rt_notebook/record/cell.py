"""Which cell the running code belongs to.

A context goes with every call to the background loop and with every task, so that what a
cell asks for is known as that cell's even when it is done later.
"""

from __future__ import annotations

from contextvars import ContextVar

__all__ = ["CELL"]

#: Execution count of the cell; None outside of cells.
CELL: ContextVar[int | None] = ContextVar("rt_cell", default=None)
