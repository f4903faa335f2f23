"""A log of 100,000 events: its memory, and the time of its table."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

# In a process of its own, so that memory is the log's.
CODE = """
import time, psutil
import pandas
from rt_notebook.protocol.events import Event
from rt_notebook.record.log import Log

process = psutil.Process()
before = process.memory_info().rss
log, chunk = Log(), bytes(1920)
for n in range(100_000):
    if n % 3:
        event = Event(type="input_audio_buffer.append", event_id=f"event_{n}")
        log.append("sent", event, time=n / 25, wall_time=n / 25, audio=chunk, size_bytes=2600)
    else:
        event = Event(
            type="response.output_audio_transcript.delta", event_id=f"event_{n}",
            response_id=f"resp_{n // 300}", item_id=f"item_{n // 300}", output_index=0,
            content_index=0, delta="word ",
        )
        log.append("received", event, time=n / 25, wall_time=n / 25, size_bytes=220)
grown = process.memory_info().rss - before
began = time.perf_counter()
table = log.to_pandas()
print(len(table), grown / 1e6, time.perf_counter() - began, len(log.user) / 1e6)
"""


def test_a_hundred_thousand_events_fit_into_memory_and_become_a_table():
    shown = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    rows, grown_mb, seconds, audio_mb = map(float, shown.stdout.split())
    print(
        f"log of {rows:.0f} events and {audio_mb:.0f} MB of audio: +{grown_mb:.0f} MB "
        f"(target 200 MB), to_pandas {seconds:.2f} s (target 1 s)"
    )
    assert rows == 100_000
    assert grown_mb < 200
