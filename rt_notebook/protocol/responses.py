"""The responses of a session: which is in progress, and which may be heard."""

from __future__ import annotations

from .events import Event

__all__ = ["Responses"]


class Responses:
    """What is known of each response, by its id.

    Attributes
    ----------
    active : str or None
        The one that the default conversation has in progress.
    """

    def __init__(self) -> None:
        self.active: str | None = None
        self._begun: set[str] = set()
        self._silenced: set[str] = set()
        self._beside: dict[str, bool] = {}  # out-of-band and in progress → whether it speaks
        self._of_item: dict[str, str] = {}  # item id → response id
        # What this connection's server has in its conversation: responses, and spoken items.
        self._conversing: set[str] = set()
        self._spoken: set[str] = set()

    def begin(self, response_id: str, *, out_of_band: bool, speaks: bool = False) -> None:
        """A response begins, in the default conversation or beside it."""
        self._begun.add(response_id)
        if out_of_band:
            self._beside[response_id] = speaks
        if response_id not in self._beside:
            self.active = response_id
            self._conversing.add(response_id)

    def end(self, response_id: str) -> None:
        """A response is over."""
        self._beside.pop(response_id, None)
        if self.active == response_id:
            self.active = None

    def beside(self, *, speaking: bool) -> list[str]:
        """Return what goes on out of band and was not silenced: what speaks, or the rest."""
        return [
            id for id, speaks in self._beside.items() if speaks == speaking and self.may_sound(id)
        ]

    def silence(self, response_id: str) -> None:
        """Whatever else comes of a response is not heard."""
        self._silenced.add(response_id)

    def may_sound(self, response_id: str) -> bool:
        """Whether a response began and was not silenced; what belongs to none is not heard."""
        return response_id in self._begun and response_id not in self._silenced

    def add_item(self, item_id: str, response_id: str) -> None:
        """An item is the output of a response."""
        self._of_item[item_id] = response_id

    def goes_on(self, response_id: str) -> bool:
        """Whether more may come of a response that is to be heard."""
        in_progress = response_id == self.active or response_id in self._beside
        return in_progress and self.may_sound(response_id)

    def of(self, event: Event) -> str:
        """Return the id of the response that an item's event belongs to, "" if to none."""
        return str(event.get("response_id") or self._of_item.get(event["item_id"], ""))

    def speak(self, event: Event) -> str:
        """Take note of audio, and return the id of its response, or "" where there is none."""
        item_id, response_id = event["item_id"], self.of(event)
        if response_id in self._conversing:
            self._spoken.add(item_id)
        if response_id in self._beside:
            self._beside[response_id] = True
        return response_id

    def has_spoken(self, item_id: str) -> bool:
        """Whether the server's conversation has this item, as sound."""
        return item_id in self._spoken

    def cut_off(self) -> None:
        """The server is gone, and its conversation with it."""
        self.active = None
        self._beside.clear()
        self._conversing.clear()
        self._spoken.clear()
