"""A model and the one thread that may touch it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from ..errors import RealtimeError

__all__ = ["ModelFailed", "ModelThread"]

Model = TypeVar("Model")
Result = TypeVar("Result")


class ModelFailed(RealtimeError):
    """A model is installed and does not load; the message says why."""


class ModelThread(Generic[Model]):
    """Loads a model at once in a thread of its own and runs everything with it there.

    Parameters
    ----------
    name : str
        What the model is for; the thread is called so.
    load : callable
        Imports and builds the model; nobody waits for it but the first task.
    """

    def __init__(self, name: str, load: Callable[[], Model]) -> None:
        self._name = name
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._model = self._pool.submit(load)

    def run(self, task: Callable[[Model], Result]) -> asyncio.Future[Result]:
        """Queue `task`; cancelling the future before it ran takes it off the queue.

        Raises
        ------
        ModelFailed
            In the future: the model could not be loaded.
        """
        return asyncio.wrap_future(self._pool.submit(lambda: task(self._loaded())))

    def _loaded(self) -> Model:
        try:
            return self._model.result()
        except Exception as error:
            raise ModelFailed(f"The {self._name} model could not be loaded: {error}") from error

    def close(self) -> None:
        """Take no more tasks and forget the queued ones; the running one ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)
