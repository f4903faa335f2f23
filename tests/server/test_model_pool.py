"""A model's thread: one task at a time, a bounded queue, and what does not load."""

from __future__ import annotations

import asyncio
import threading

import pytest

from rt_notebook.server.model_pool import MAX_WAITING, ModelBusy, ModelFailed, ModelPool


def test_a_full_queue_says_that_it_is_busy_and_takes_tasks_again_later():
    async def fill() -> None:
        gate = threading.Event()
        thread: ModelPool[int] = ModelPool("counting", lambda: 1)
        waiting = [thread.run(lambda model: (gate.wait(10), model)[1]) for _ in range(MAX_WAITING)]
        with pytest.raises(ModelBusy, match="The counting model is busy; try again"):
            await thread.run(lambda model: model)
        gate.set()
        assert await asyncio.gather(*waiting) == [1] * MAX_WAITING
        assert await thread.run(lambda model: model + 1) == 2
        thread.close()

    asyncio.run(fill())


def test_a_cancelled_task_leaves_the_queue():
    async def cancel() -> None:
        gate = threading.Event()
        thread: ModelPool[int] = ModelPool("counting", lambda: 1)
        first = thread.run(lambda _model: gate.wait(10))
        for _ in range(3 * MAX_WAITING):
            task = thread.run(lambda model: model)
            task.cancel()
            await asyncio.sleep(0)
        last = thread.run(lambda model: model)
        gate.set()
        assert await last == 1
        await first
        thread.close()

    asyncio.run(cancel())


def test_a_model_that_does_not_load_fails_every_task_with_the_reason():
    def load() -> int:
        raise OSError("no such file")

    async def fail() -> None:
        thread = ModelPool("counting", load)
        for _ in range(2):
            with pytest.raises(ModelFailed, match="counting model could not be loaded: no such"):
                await thread.run(lambda model: model)
        thread.close()

    asyncio.run(fail())
