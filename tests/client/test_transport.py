"""Every text that was put in goes out, waits, or is dropped and counted."""

import asyncio

from rt_notebook.client.core import SessionCore
from rt_notebook.client.transport import Outbox

from .wire import Wire


def test_a_full_outbox_drops_the_oldest_microphone_audio_and_counts_it():
    async def main():
        outbox = Outbox(max_bytes=10)
        outbox.put("create")
        for text in ("aaaa", "bbbb", "cccc"):
            outbox.put(text, droppable=True)
        assert (outbox.accepted, outbox.handed_over, outbox.dropped) == (4, 0, 2)
        assert [await outbox.get(), await outbox.get()] == ["create", "cccc"]
        assert outbox.accepted == outbox.handed_over + outbox.dropped

    asyncio.run(main())


def test_a_session_runs_over_anything_that_carries_frames():
    async def main():
        wire = Wire()
        core = SessionCore(wire)
        await asyncio.wait_for(core.created, 10)
        core.append_audio(bytes(960))
        assert (await wire.told())["type"] == "input_audio_buffer.append"
        await core.close()
        assert (core.status, wire.closed) == ("closed", True)

    asyncio.run(main())
