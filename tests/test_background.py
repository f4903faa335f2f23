"""Waiting from outside the loop."""

import asyncio
import concurrent.futures
import os
import signal
import threading
import time

import pytest

from rt_notebook.background import LoopThread, loop_thread, wait


async def answer(value):
    return value


def test_there_is_one_loop_thread_and_it_never_holds_up_the_exit():
    assert loop_thread() is loop_thread()
    assert loop_thread().thread.daemon


def test_a_coroutine_runs_on_the_loop_thread():
    async def where():
        return threading.current_thread().name

    assert loop_thread().run(where()) == "rt-loop"


def test_waiting_on_the_loop_thread_itself_is_refused():
    async def wait_for_oneself():
        loop_thread().run(answer(1))

    with pytest.raises(RuntimeError, match="own thread"):
        loop_thread().run(wait_for_oneself())


def test_a_timeout_cancels_the_coroutine():
    cancelled = threading.Event()

    async def forever():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    with pytest.raises(TimeoutError):
        loop_thread().run(forever(), timeout=0.01)
    assert cancelled.wait(5)


def test_an_interrupt_ends_the_waiting_and_leaves_the_future_running():
    future = concurrent.futures.Future()
    interrupt = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT))
    interrupt.start()
    with pytest.raises(KeyboardInterrupt):
        wait(future, timeout=30)
    assert not future.done()


def test_it_works_inside_a_running_loop():
    async def cell():
        return loop_thread().run(answer("inside"))

    assert asyncio.run(cell()) == "inside"


def test_another_loop_thread_is_independent():
    other = LoopThread("other")
    assert other.run(answer(2), timeout=5) == 2
    other.loop.call_soon_threadsafe(other.loop.stop)
    other.thread.join(5)
    other.loop.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork")
def test_a_forked_child_gets_a_loop_of_its_own():
    loop_thread()
    pid = os.fork()
    if pid == 0:
        os._exit(loop_thread().run(answer(7), timeout=10))
    deadline = time.monotonic() + 20
    while (result := os.waitpid(pid, os.WNOHANG))[0] == 0 and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    assert os.waitstatus_to_exitcode(result[1]) == 7
