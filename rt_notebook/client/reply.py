"""One answer of the model: its text and audio as they come, and what it took."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ..protocol.conversation import Conversation
from ..protocol.events import Event
from ..protocol.item import Item
from ..record.log import Log
from .waiting import Waitable, server_error

if TYPE_CHECKING:
    from ..analysis.cost import Cost
    from ..analysis.latency import TurnLatency

__all__ = ["Reply"]


class Reply(Waitable["Reply"]):
    """One answer, from the request to its end.

    ``reply.wait()`` and ``await reply`` return the reply itself when the response has
    ended; a refused or failed response raises `ServerError`. Text and audio grow meanwhile.
    A response that calls tools is followed by another, with their results, in the same reply.

    Attributes
    ----------
    request : Event or None
        The ``response.create``; None when the server answered by itself.
    id : str or None
        The response's id, once it has begun.
    status : str
        ``waiting``, ``in_progress``, ``calling`` (a tool), ``asking`` (you, whether a tool may
        run), ``completed``, ``cancelled``, ``incomplete``, ``failed``.
    waits_for : str
        While it is asking: the call that waits for `RealtimeSession.approve`.
    """

    def __init__(self, conversation: Conversation, log: Log) -> None:
        super().__init__()
        self.request: Event | None = None
        self.id: str | None = None
        self.status = "waiting"
        self.waits_for = ""
        self.response: dict[str, Any] = {}
        self.item_ids: list[str] = []
        self.user_item_id: str | None = None
        self.uploading = False
        self.begun = asyncio.Event()  # of the background loop
        self._conversation = conversation
        self._log = log

    def begin(self, response_id: str, user_item_id: str | None) -> None:
        """Tie the reply to its response."""
        self.id, self.user_item_id, self.status = response_id, user_item_id, "in_progress"
        self.begun.set()

    def begin_anew(self) -> None:
        """Wait for another response: the user went on speaking and so cut the first one."""
        self.id, self.status, self.item_ids = None, "waiting", []
        self.begun.clear()

    def go_on(self, status: str, *, waits_for: str = "") -> None:
        """Wait for the response that follows, or for what must come before it."""
        if not self.done:
            self.status, self.waits_for = status, waits_for

    def end(self, response: dict[str, Any]) -> None:
        """Take over the response's last state and wake whoever waits."""
        self.response, self.status = response, str(response.get("status", "completed"))
        error = (response.get("status_details") or {}).get("error") or {}
        if self.status == "failed":
            self.fail(server_error({"message": "the response failed", **error}))
        else:
            self.settle(self)

    def fail(self, error: BaseException) -> None:
        """End without a response: it was refused, or the connection is gone."""
        if not self.done:
            self.status = "failed"
        super().fail(error)

    def fail_with(self, error: BaseException | None) -> None:
        """Fail if what it is to answer has failed."""
        if error is not None:
            self.fail(error)

    @property
    def items(self) -> list[Item]:
        """The items that the model made, in order."""
        known = self._conversation.items
        return [known[item_id] for item_id in self.item_ids if item_id in known]

    @property
    def text(self) -> str:
        """What the model said or wrote, as far as it has come."""
        return " ".join(item.text for item in self.items if item.type == "message" and item.text)

    @property
    def heard_text(self) -> str:
        """The transcript of what the user said, when the session transcribes."""
        item = self._conversation.items.get(self.user_item_id or "")
        return item.text if item else ""

    @property
    def audio(self) -> bytes:
        """The audio as far as it has come: mono PCM16, 24 kHz (the session's output format)."""
        return b"".join(self._log.audio(item_id) for item_id in self.item_ids)

    @property
    def usage(self) -> dict[str, Any] | None:
        """Tokens as the server counts them, at the end."""
        return self.response.get("usage")

    @property
    def cost(self) -> Cost | None:
        """What the response cost, by kind of token; None while, or if, it is not known."""
        from ..analysis.bill import bill

        charges = bill(self._log).of(self.id or "").charges
        return charges[0].cost if charges else None

    @property
    def latency(self) -> TurnLatency:
        """Where the wait was; see `analysis.latency.turn_latency`."""
        from ..analysis.latency import turn_latency

        return turn_latency(self._log, self.id or "")

    def __repr__(self) -> str:
        text = self.text
        short = text if len(text) <= 60 else text[:57] + "…"
        return f"<Reply {self.status}: {short!r}>"
