"""A model and the one thread that may touch it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

__all__ = ["ModelThread"]

Model = TypeVar("Model")
Result = TypeVar("Result")


class ModelThread(Generic[Model]):
    """Loads a model at once in a thread of its own and runs everything with it there.

    Parameters
    ----------
    name : str
        The thread's name.
    load : callable
        Imports and builds the model; nobody waits for it but the first task.
    """

    def __init__(self, name: str, load: Callable[[], Model]) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._model = self._pool.submit(load)

    def run(self, task: Callable[[Model], Result]) -> asyncio.Future[Result]:
        """Queue `task`; cancelling the future before it ran takes it off the queue.

        Raises
        ------
        Exception
            In the future: what the task raised, or what loading the model raised.
        """
        return asyncio.wrap_future(self._pool.submit(lambda: task(self._model.result())))

    def close(self) -> None:
        """Take no more tasks and forget the queued ones; the running one ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)
