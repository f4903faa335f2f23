"""What the state machine decides, carried out: by the kind of the effect."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..protocol.effects import (
    Dropped,
    FlushPlayback,
    ItemsChanged,
    OutputItemStarted,
    Play,
    PlayEnd,
    ResponseEnded,
    ResponseStarted,
    Send,
    Settled,
    Sound,
    SoundEnd,
    Speaking,
)
from .reply import Reply

if TYPE_CHECKING:
    from .core import SessionCore

__all__ = ["PERFORM"]


def _start_response(core: SessionCore, effect: ResponseStarted) -> None:
    unasked = functools.partial(Reply, core.machine.conversation, core.log)
    core.keep(core.outstanding.begin(effect, unasked))


def _end_response(core: SessionCore, effect: ResponseEnded) -> None:
    reply = core.outstanding.ended(effect)
    if reply is not None and not core.tools.take(effect.response, reply):
        reply.end(effect.response)
    if not core.machine.ledger.sounding:
        core.observer.speaking("nobody")


#: Effect → what a session does.
PERFORM: dict[type, Callable[[SessionCore, Any], None]] = {
    Send: lambda core, effect: core.transmit(effect.event),
    Settled: lambda core, effect: core.outstanding.settle(effect),
    Dropped: lambda core, effect: core.outstanding.fail(effect.event_id, core.line.loss),
    ResponseStarted: _start_response,
    OutputItemStarted: lambda core, effect: core.outstanding.add_item(effect),
    ResponseEnded: _end_response,
    Play: lambda core, effect: core.play(effect),
    PlayEnd: lambda core, effect: core.play_end(effect),
    Sound: lambda core, effect: core.observer.play(effect.item_id, effect.audio),
    SoundEnd: lambda core, effect: core.observer.play_end(effect.item_id),
    FlushPlayback: lambda core, effect: core.observer.flush(effect.epoch),
    ItemsChanged: lambda core, effect: core.observer.items_changed(effect.item_ids),
    Speaking: lambda core, effect: core.observer.speaking(effect.who),
}
