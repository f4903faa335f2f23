"""Many who talk to one offline server at once: when they are answered, and without a gap."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ..server.process import ROOT, child
from ..server.wire import KEY
from ..speech import say
from .figures import show
from .talkers import Turn

pytestmark = pytest.mark.slow

QUESTION = "Please tell me a story about a lighthouse."
PATIENCE_S = 300
LOUD = 200  # -44 dBFS


@pytest.fixture(scope="module")
def speech(tmp_path_factory) -> Path:
    """A question that ends with its last sound."""
    samples = np.frombuffer(say(QUESTION), "<i2")
    path = tmp_path_factory.mktemp("load") / "question.pcm"
    path.write_bytes(samples[: np.flatnonzero(np.abs(samples.astype(int)) > LOUD)[-1]].tobytes())
    return path


def talked(url: str, speech: Path, talkers: int, turns: int) -> list[Turn]:
    """Let talkers loose on a server, in a process of their own."""
    module = [sys.executable, "-m", "tests.benchmarks.talkers"]
    arguments = [url, KEY, str(speech), str(talkers), str(turns)]
    done = subprocess.run(
        [*module, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert done.returncode == 0, done.stderr
    return [Turn(**json.loads(line)) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("talkers", "turns"),
    [(1, 1), (3, 1), *(pytest.param(n, 3, marks=pytest.mark.long) for n in (1, 5, 10, 20))],
)
def test_talkers_are_answered_without_a_gap(speech, talkers, turns):
    with child() as (_process, ready):
        found = talked(ready["url"], speech, talkers, turns)
    assert len(found) == talkers * turns
    assert all(len(turn.chunks) > 20 for turn in found)
    name = f"{talkers} at once"
    show(f"{name}, speech_stopped to first sound", [turn.wait_ms for turn in found])
    show(f"{name}, beyond the silence", [turn.beyond_silence_ms for turn in found])
    show(f"{name}, time in hand", [turn.slack_ms for turn in found])
    assert [turn.slack_ms for turn in found if turn.slack_ms < 0] == []
