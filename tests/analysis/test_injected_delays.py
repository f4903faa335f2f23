"""Delays that a server puts in come back in their own part of the wait, and in no other."""

from __future__ import annotations

import queue

import pytest

import rt_notebook as rt
from rt_notebook.analysis.waterfall import Waterfall

from ..benchmarks.figures import show
from ..client.scripted import scripted_server
from .slow_server import PARTS, SPEECH_MS, SlowServer
from .talk import tone

pytestmark = pytest.mark.slow

TARGET_MS = 10
#: Of an injected delay: what may be found where it is not, or missed where it is.
MAX_ASTRAY = 0.15
TURNS = pytest.mark.parametrize("n_turns", [5, pytest.param(20, marks=pytest.mark.long)])


@pytest.fixture(scope="module")
def server():
    server = SlowServer()
    with scripted_server(server.script) as server.url:
        yield server


@pytest.fixture(scope="module")
def session(server):
    with rt.connect(server.url, name="delays", quiet=True) as session:
        yield session


def take_turns(session, server, n_turns, part, delay_ms):
    """Return the waits of some turns, and how long the server waited in truth."""
    done = queue.Queue()
    stop = session.on("response.done", done.put)
    server.delay(part, delay_ms)
    before = len(session.turns)
    for _ in range(n_turns):
        session.send_audio(tone(SPEECH_MS), pace="fast", commit=False)
        done.get(timeout=20)
    stop()
    waterfall = Waterfall([turn.latency for turn in session.turns[before:]])
    return waterfall.parts, server.median_wait_ms()


@TURNS
@pytest.mark.parametrize("part", PARTS)
def test_a_delay_comes_back_in_its_own_part_and_in_no_other(session, server, part, n_turns):
    parts, waited = take_turns(session, server, n_turns, part, 0)
    for delay_ms in (200, 500):
        slow_parts, slow_waited = take_turns(session, server, n_turns, part, delay_ms)
        for name in PARTS:
            moved = slow_parts[name].median_ms - parts[name].median_ms
            injected = slow_waited[name] - waited[name]
            assert moved == pytest.approx(injected, abs=MAX_ASTRAY * delay_ms), name
            if name == part:
                error = slow_parts[name].error_ms + parts[name].error_ms
                show(f"{delay_ms} ms in {part}: came back as, ± {error:.1f} ms", [moved])
                print(f"{moved - injected:+.1f} ms beside what was injected (target ± {TARGET_MS})")
                assert injected >= delay_ms - 1
