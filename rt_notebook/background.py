"""The one background thread: an asyncio loop that owns every socket.

A kernel's own loop belongs to the kernel: a cell that waits would stop it, and the
audio with it. So every coroutine of rt_notebook runs on the loop of this thread, and
callers in any other thread, or on any other loop, wait for it from outside.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

__all__ = ["LoopThread", "loop_thread", "wait"]

T = TypeVar("T")
_POLL_SECONDS = 0.1  # a lock wait without a timeout cannot be interrupted on Windows


class LoopThread:
    """A daemon thread with an asyncio loop that never stops."""

    def __init__(self, name: str = "rt-loop") -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Start a coroutine on the loop and return its future; callable from any thread."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    def call_soon(self, callback: Callable[..., object], *args: object) -> None:
        """Hand a call over to the loop and return at once; callable from any thread."""
        self.loop.call_soon_threadsafe(callback, *args)

    def run(self, coroutine: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
        """Run a coroutine on the loop and wait for its result.

        Ctrl-C cancels the coroutine and returns at once.

        Raises
        ------
        RuntimeError
            If called on the loop's own thread, which would wait for itself.
        TimeoutError
            If `timeout` seconds pass; the coroutine is cancelled.
        """
        if threading.current_thread() is self.thread:
            coroutine.close()
            raise RuntimeError("cannot wait for the background loop on its own thread")
        future = self.submit(coroutine)
        try:
            return wait(future, timeout)
        except BaseException:
            future.cancel()
            raise


def wait(future: concurrent.futures.Future[T], timeout: float | None = None) -> T:
    """Wait for a future so that Ctrl-C returns at once and leaves it running.

    Raises
    ------
    TimeoutError
        If `timeout` seconds pass first.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    while not future.done():
        left = (
            _POLL_SECONDS if deadline is None else min(_POLL_SECONDS, deadline - time.monotonic())
        )
        if left <= 0:
            raise TimeoutError(f"no result after {timeout} s")
        concurrent.futures.wait([future], timeout=left)
    return future.result()


_shared: LoopThread | None = None
_lock = threading.Lock()


def loop_thread() -> LoopThread:
    """Return the process's loop thread, started on first use."""
    global _shared
    with _lock:
        if _shared is None:
            _shared = LoopThread()
        return _shared


def _forget_after_fork() -> None:
    # A forked child has the object but not the thread.
    global _shared, _lock
    _shared, _lock = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)
