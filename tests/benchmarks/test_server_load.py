"""Many who talk to one offline server at once: when they are answered, and without a gap."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ..server.process import ROOT, child
from ..server.wire import KEY
from ..speech import say
from .figures import show
from .talkers import Turn

pytestmark = pytest.mark.slow

QUESTIONS = [
    "Please tell me a story about a lighthouse.",
    "I would like to hear a story before I go to sleep.",
    "Could you tell my children another story?",
    "Tell me a long story, if you have the time for it.",
]
#: How many talk at once, and how often each.
LONG_FORM = [(1, 20), (5, 4), (10, 3), (20, 3)]
#: On an idle machine with 2 cores: medians of one talker.
DETECTION_TARGET_MS, ANSWER_TARGET_MS = 130, 60
PATIENCE_S = 300
LOUD = 200  # -44 dBFS


@pytest.fixture(scope="module")
def speeches(tmp_path_factory) -> list[Path]:
    """Questions, each a file that ends with its last sound."""
    folder = tmp_path_factory.mktemp("questions")
    paths = [folder / f"{number}.pcm" for number, _question in enumerate(QUESTIONS)]
    for path, question in zip(paths, QUESTIONS, strict=True):
        samples = np.frombuffer(say(question), "<i2")
        last = np.flatnonzero(np.abs(samples.astype(int)) > LOUD)[-1]
        path.write_bytes(samples[: last + 1].tobytes())
    return paths


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server in a process of its own."""
    with child() as (_process, ready):
        yield ready["url"]


def talked(url: str, speeches: list[Path], talkers: int, turns: int) -> list[Turn]:
    """Let talkers loose on a server, in a process of their own."""
    program = [sys.executable, "-m", "tests.benchmarks.talkers"]
    done = subprocess.run(
        [*program, url, KEY, str(talkers), str(turns), *map(str, speeches)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    return [Turn(**json.loads(line)) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("talkers", "turns"),
    [
        (1, 1),
        (3, 1),
        *(pytest.param(*pair, marks=pytest.mark.long) for pair in LONG_FORM),
    ],
)
def test_talkers_are_answered_without_a_gap(url, speeches, talkers, turns):
    found = talked(url, speeches, talkers, turns)
    assert len(found) == talkers * turns
    assert all(len(turn.chunks) > 20 for turn in found)
    name = f"{talkers} at once"
    detection = f"last sound to speech_stopped beyond the silence (target {DETECTION_TARGET_MS} ms)"
    answer = f"speech_stopped to first sound (target {ANSWER_TARGET_MS} ms)"
    show(f"{name}, {detection}", [turn.detection_ms for turn in found])
    show(f"{name}, {answer}", [turn.answer_ms for turn in found])
    show(f"{name}, least time in hand of a chunk", [turn.slack_ms for turn in found])
    assert [turn.slack_ms for turn in found if turn.slack_ms < 0] == []
