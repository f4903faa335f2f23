"""Too much at once, one way or the other: bounded, counted, paced."""

from __future__ import annotations

import pytest

from rt_notebook.notebook.status import status_of

from ..notebook.test_panel import Stage
from .matrix import fault
from .stand import TEXT, until

pytestmark = pytest.mark.slow

BURST_S = 60
DELTAS = BURST_S * 50
MAX_OUTBOX_BYTES = 4 * 1024 * 1024


@fault(
    "F22",
    "the server reads 10 kB a second",
    "what waits is bounded; the oldest sound is dropped and counted, and the status says so",
)
def test_a_slow_server_costs_the_oldest_sound_and_no_more(faulty):
    session = faulty("slow-reader:10000").connect()
    session.send_audio(bytes(48 * 240_000), pace="fast", commit=False)
    outbox = session.core.line.transport.outbox
    until(lambda: outbox.dropped, 60)
    assert outbox.size_bytes <= MAX_OUTBOX_BYTES
    assert "behind" in status_of(session)["network"]
    assert session.status == "open"


@fault(
    "F23",
    "a minute of audio in one burst",
    "all of it is kept; the page gets 5 s ahead and no more; a stop is immediate",
)
@fault("F34")
def test_a_burst_is_kept_whole_and_paced_for_the_page(faulty):
    session = faulty(f"burst:{BURST_S}", speaks=True).connect()
    stage = Stage(session)
    stage.page("hello", views=1)
    reply = session.say("hello").wait(30)
    assert len(reply.audio) > BURST_S * 48_000
    session.configure(instructions="Quiet.").wait(10)
    posted = [stage.posted.get_nowait() for _ in range(stage.posted.qsize())]
    chunks = [message for message in posted if message.kind == "play-chunk"]
    assert 0 < len(chunks) < 200 < DELTAS
    assert sum(len(chunk.audio) for chunk in chunks) < len(reply.audio) / 2
    session.cancel()
    stage.next("flush-playback")
    session.say("and now?", **TEXT).wait(20)
    rest = [stage.posted.get_nowait() for _ in range(stage.posted.qsize())]
    assert [message for message in rest if message.kind == "play-chunk"] == []
