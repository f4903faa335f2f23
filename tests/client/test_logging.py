"""What the log keeps of a session: sizes, cells, and what the player told."""

import asyncio

from rt_notebook.client.clock import VirtualClock
from rt_notebook.client.core import SessionCore
from rt_notebook.client.observer import Observer
from rt_notebook.client.reply import Reply
from rt_notebook.client.waiting import Acknowledgement
from rt_notebook.protocol.events import Event, encode_audio
from rt_notebook.record.cell import CELL

from .wire import Wire

SILENCE = encode_audio(bytes(480))


class Player(Observer):
    can_play = True


def logged(core, direction):
    return [
        {**entry.event, "cell": entry.cell} for entry in core.log if entry.direction == direction
    ]


async def opened():
    wire = Wire()
    core = SessionCore(wire, clock=VirtualClock(wall=1000))
    await core.created
    return wire, core


async def received(core, wire, *events):
    """Let the server say these, and wait until the last one has been handled."""
    handled = core.listeners.events()
    waiting = asyncio.ensure_future(_take(handled, len(events)))
    await asyncio.sleep(0)
    wire.say(*events)
    await waiting


async def _take(events, count):
    return [await anext(events) for _ in range(count)]


def test_sizes_are_those_of_the_wire():
    async def main():
        wire, core = await opened()
        event = Event(type="conversation.item.delete", event_id="event_1", item_id="ünïcode")
        core.request(Acknowledgement(event))
        sent = (await wire.outbox.get()).encode()
        assert [entry.size_bytes for entry in core.log][1:] == [len(sent)]
        await core.close()

    asyncio.run(main())


def test_an_event_is_of_the_cell_that_asked_for_it_even_when_it_had_to_wait():
    async def main():
        wire, core = await opened()
        for number in (1, 2):
            CELL.set(number)
            request = Event(type="response.create", event_id=f"event_{number}")
            core.respond(Reply(core.machine.conversation, core.log), request)
        CELL.set(None)
        response = {"id": "resp_1", "status": "completed"}
        kinds = ("response.created", "response.done")
        await received(core, wire, *({"type": kind, "response": response} for kind in kinds))
        core.append_audio(bytes(480))
        assert [event["cell"] for event in logged(core, "sent")] == [1, 2, None]
        await core.close()

    asyncio.run(main())


def test_what_the_player_tells_is_logged_so_that_what_was_heard_can_be_rebuilt():
    async def main():
        wire, core = await opened()
        core.attach(Player())
        await received(
            core,
            wire,
            {"type": "response.created", "response": {"id": "resp_1"}},
            {
                "type": "response.output_audio.delta",
                "response_id": "resp_1",
                "item_id": "item_1",
                "content_index": 0,
                "delta": SILENCE,
            },
        )
        core.played(0, 120, 10.0)
        core.cancel()
        core.flushed(0, 200, 10.0)
        assert logged(core, "player") == [
            {"type": "player.opened", "cell": None},
            {
                "type": "player.played",
                "epoch": 0,
                "samples": 120,
                "latency_ms": 10.0,
                "cell": None,
            },
            {"type": "player.silenced", "cell": None},
            {
                "type": "player.flushed",
                "epoch": 0,
                "samples": 200,
                "latency_ms": 10.0,
                "cell": None,
            },
        ]
        await core.close()

    asyncio.run(main())
