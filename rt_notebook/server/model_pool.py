"""A model, the threads that run it, and the tasks that wait for one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeVar

from ..errors import RealtimeError

__all__ = ["ModelBusy", "ModelFailed", "ModelPool"]

MAX_WAITING = 128

Model = TypeVar("Model")
Result = TypeVar("Result")


class ModelFailed(RealtimeError):
    """A model is installed and does not load; the message says why."""


class ModelBusy(RealtimeError):
    """A model has more to do than it will get done soon."""


class ModelPool(Generic[Model]):
    """Loads a model at once in a thread of its own and runs everything with it beside the loop.

    Parameters
    ----------
    name : str
        What the model is for; the threads are called so.
    load : callable
        Imports and builds the model; nobody waits for it but the first tasks.
    threads : int
        How many tasks may run with it at once.
    """

    def __init__(self, name: str, load: Callable[[], Model], threads: int = 1) -> None:
        self._name = name
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix=name)
        self._model = self._pool.submit(load)
        self._waiting = 0

    @property
    def is_idle(self) -> bool:
        """Whether nothing is running or queued."""
        return self._waiting == 0

    def run(self, task: Callable[[Model], Result]) -> asyncio.Future[Result]:
        """Queue `task`; cancelling the future before it ran takes it off the queue.

        Raises
        ------
        ModelFailed, ModelBusy
            In the future: the model could not be loaded, or too many tasks wait for it.
        """
        if self._waiting >= MAX_WAITING:
            busy: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
            busy.set_exception(ModelBusy(f"The {self._name} model is busy; try again."))
            return busy
        self._waiting += 1
        future = asyncio.wrap_future(self._pool.submit(lambda: task(self._loaded())))
        future.add_done_callback(self._ended)
        return future

    def _ended(self, _future: asyncio.Future[Any]) -> None:
        self._waiting -= 1

    def _loaded(self) -> Model:
        try:
            return self._model.result()
        except Exception as error:
            raise ModelFailed(f"The {self._name} model could not be loaded: {error}") from error

    def close(self) -> None:
        """Take no more tasks and forget the queued ones; the running one ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)
