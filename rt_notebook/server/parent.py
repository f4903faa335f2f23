"""Tells a child process that its parent is gone, whatever ended the parent."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from typing import BinaryIO

__all__ = ["parent_gone"]

_LOOK_EVERY_S = 1.0


async def parent_gone(pipe: BinaryIO, parent: int) -> None:
    """Return when `pipe` ends or this process has another parent.

    Parameters
    ----------
    pipe : binary file
        Standard input; the parent holds its other end and writes nothing more.
    parent : int
        The parent's process id, taken when the parent was surely alive.

    Notes
    -----
    The pipe tells at once, and on every platform. But a process that the parent forked
    may hold it open after the parent's death: then, on POSIX, the parent's id changes.
    """
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def read_to_end() -> None:
        while pipe.read(1024):
            pass
        with contextlib.suppress(RuntimeError):  # the loop may have ended before the pipe
            loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=read_to_end, name="rt-parent", daemon=True).start()
    while not ended.is_set():
        try:
            await asyncio.wait_for(ended.wait(), _LOOK_EVERY_S)
        except asyncio.TimeoutError:
            if sys.platform != "win32" and os.getppid() != parent:
                return
