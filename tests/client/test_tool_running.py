"""What the model is told of a result, and where functions run."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import queue
import threading

import numpy as np
import pytest

from rt_notebook import Secret
from rt_notebook.background import loop_thread
from rt_notebook.client.clock import SystemClock
from rt_notebook.client.tool_running import (
    MAX_ABANDONED,
    Outcome,
    ToolThreads,
    failure,
    output_text,
)
from rt_notebook.client.tool_schema import tool_of


class Shown:
    def __str__(self):
        return "a picture"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain text", "plain text"),
        (None, "null"),
        (True, "true"),
        ({"sky": "klar ☀"}, '{"sky": "klar ☀"}'),
        ([1, 2.5], "[1, 2.5]"),
        (np.float32(0.5), "0.5"),
        (np.arange(3), "[0, 1, 2]"),
        ({"n": np.int64(7)}, '{"n": 7}'),
        (float("nan"), "NaN"),
        ({"lowest": float("-inf")}, '{"lowest": "-Infinity"}'),
        (np.array([0.5, np.nan]), '[0.5, "NaN"]'),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (Shown(), "a picture"),
        pytest.param([Shown()], '["a picture"]', id="a list of what shows itself"),
        ({3: "three"}, '{"3": "three"}'),
    ],
    ids=str,
)
def test_a_result_is_text_or_json(value, expected):
    assert output_text(value) == expected


def test_a_table_is_told_as_it_prints():
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame({"city": ["Oslo"], "degrees": [21]})
    assert output_text(table) == str(table)


def test_a_result_that_holds_itself_is_text():
    value = []
    value.append(value)
    assert output_text(value) == "[[...]]"


def test_ten_megabytes_are_cut_with_a_note():
    text = output_text("x" * 10_000_000, limit=100)
    assert text == "x" * 100 + "… (cut: 100 of 10,000,000 characters)"


@pytest.mark.parametrize(
    ("told", "sent"), [("caf\udce9", "caf\ufffd"), ("two \ud83d\ude00", "two \U0001f600")]
)
def test_what_the_model_is_told_can_be_sent(told, sent):
    assert Outcome(output_text(told)).output == sent
    assert json.loads(failure(told).output) == {"error": sent}


class Bench:
    """Tool threads, and what comes of them."""

    def __init__(self):
        self.outcomes, self.shown = queue.Queue(), queue.Queue()
        self.threads = ToolThreads(SystemClock())

    def start(self, function, timeout=30.0, **arguments):
        tool = tool_of(function, timeout=timeout, name="it")

        async def start():
            self.threads.start(tool, arguments, self.outcomes.put, self.shown.put)

        loop_thread().run(start())

    def outcome(self):
        return self.outcomes.get(timeout=10)

    def settled(self):
        """Let the loop do what is due."""
        loop_thread().run(asyncio.sleep(0))


@pytest.fixture
def bench():
    return Bench()


def test_a_function_runs_on_a_daemon_thread_of_its_own(bench):
    def where() -> str:
        thread = threading.current_thread()
        return f"{thread.name} {thread.daemon}"

    bench.start(where)
    assert bench.outcome().output == "rt-tool it True"
    assert bench.shown.get(timeout=10) == "rt-tool it True"


def test_a_coroutine_runs_on_a_loop_that_carries_no_audio(bench):
    async def where() -> bool:
        await asyncio.sleep(0)
        return asyncio.get_running_loop() is loop_thread().loop

    bench.start(where)
    assert bench.outcome().output == "false"


def boom():
    raise ValueError("no such city\nand a second line")


def leaks():
    raise RuntimeError(f"refused key {'sk-test-' + 'k' * 20}")


def leaves():
    raise SystemExit


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (boom, "ValueError: no such city"),
        (leaks, "RuntimeError: refused key •••"),
        (leaves, "SystemExit"),
    ],
)
def test_an_exception_is_a_short_error_without_traceback_and_secrets(bench, function, expected):
    key = Secret("sk-test-" + "k" * 20)
    bench.start(function)
    outcome = bench.outcome()
    assert outcome.failed
    assert json.loads(outcome.output) == {"error": expected}
    assert key


def test_a_call_that_hangs_is_answered_counted_and_its_late_result_dropped(bench):
    release = threading.Event()
    bench.start(release.wait, timeout=0.01)
    assert "gave nothing within 0.01 s" in bench.outcome().output
    assert bench.threads.abandoned == {"it": 1}
    (thread,) = [one for one in threading.enumerate() if one.name == "rt-tool it"]
    release.set()
    thread.join(10)
    bench.settled()
    assert bench.threads.abandoned == {"it": 0}
    assert bench.outcomes.empty()
    assert bench.shown.empty()


def test_a_tool_that_always_hangs_is_not_given_threads_without_end(bench):
    release = threading.Event()
    for _ in range(MAX_ABANDONED + 1):
        bench.start(release.wait, timeout=0.01)
        last = bench.outcome()
    assert "earlier calls have not ended" in last.output
    assert bench.threads.abandoned == {"it": MAX_ABANDONED}
    release.set()
