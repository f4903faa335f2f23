"""What should have happened by now: looked at once a second while a session is alive.

- Time that passed without us means that the machine slept: what sounds is stale and the
  connection most likely gone, whatever the socket believes.
- A server that was reached and says nothing is given up.
- A session ends after 60 minutes (``expires_at``). It is renewed before, in a pause of the
  talk where there is one.
- Nobody waits for ever: a request or response that does not go on fails with a sentence,
  and the next turn works.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import ConnectionLost, RealtimeError
from .outstanding import Patience

if TYPE_CHECKING:
    from .core import SessionCore

__all__ = ["Watch"]

TICK_SECONDS = 1.0
SLEEP_SECONDS = 15.0  # more than a busy machine takes for a tick
GREETING_SECONDS = 15.0
#: Before its end a session is renewed in the first pause; and after that in any case.
RENEWAL_SECONDS, LAST_RENEWAL_SECONDS = 120.0, 20.0


class Watch:
    """Watches over one session.

    Parameters
    ----------
    core : SessionCore
        The session.
    patience : Patience
        How long answers may stay away.
    """

    def __init__(self, core: SessionCore, patience: Patience) -> None:
        self._core = core
        self._line = core.line
        self._patience = patience

    async def run(self) -> None:
        """Look until the session has ended."""
        clock = self._core.clock
        while self._core.is_alive:
            before, before_wall = clock.monotonic(), clock.wall()
            await clock.sleep(TICK_SECONDS)
            passed, passed_wall = clock.monotonic() - before, clock.wall() - before_wall
            # A monotonic clock may stand still while the machine sleeps.
            asleep = max(passed, passed_wall) - TICK_SECONDS
            if asleep > SLEEP_SECONDS or passed < 0:
                self._wake(max(asleep, 0.0))
            elif self._core.status == "reconnecting":
                self._look_at_greeting()
            elif self._core.status == "open":
                self._look_at_end()
                self._look_at_answers()

    def _wake(self, seconds: float) -> None:
        core = self._core
        core.note("woke", seconds=round(seconds))
        core.perform(core.machine.interrupt())
        if core.dial is not None and core.status == "open":
            self._line.give_up(ConnectionLost(f"this machine slept for {seconds:.0f} s"))

    def _look_at_greeting(self) -> None:
        if self._core.clock.monotonic() - self._line.since > GREETING_SECONDS:
            sentence = f"the server took the connection and said nothing for {GREETING_SECONDS:g} s"
            self._line.give_up(ConnectionLost(sentence))

    def _look_at_end(self) -> None:
        core, line = self._core, self._line
        if line.expires is None or core.dial is None:
            return
        left, lifetime = line.expires - core.clock.monotonic(), line.expires - line.since
        paused = core.machine.at_rest and not core.uploading.locked()
        # A server with short sessions is left within the last quarter of one.
        if left < min(RENEWAL_SECONDS if paused else LAST_RENEWAL_SECONDS, lifetime / 4):
            line.give_up(ConnectionLost("the session was about to reach its longest duration"))

    def _look_at_answers(self) -> None:
        core, patience = self._core, self._patience
        overdue = core.outstanding.overdue(patience, core.machine.behind_another)
        for event_id in overdue.acknowledgements:
            sentence = f"the server did not answer within {patience.acknowledgement:g} s; try again"
            self._give_up(event_id, sentence)
        for event_id in overdue.requested:
            self._give_up(event_id, f"no answer began within {patience.response:g} s; ask again")
        for response_id in overdue.begun:
            sentence = f"the answer broke off: nothing came for {patience.response:g} s; ask again"
            core.outstanding.fail(response_id, RealtimeError(sentence))
            core.note("gave_up", response_id=response_id)
            core.perform(core.machine.abandon(response_id))

    def _give_up(self, event_id: str, sentence: str) -> None:
        """Count no more on the answer to a request: it would be taken for the next one's."""
        core = self._core
        core.outstanding.fail(event_id, RealtimeError(sentence))
        core.settings.forget(event_id)
        core.note("gave_up", request_id=event_id)
        core.perform(core.machine.forget(event_id))
