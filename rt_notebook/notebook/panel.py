"""The kernel's end of the panel: pages come and go, one of them owns the sound.

Everything here runs on the background loop. A page is one browser tab that has the
notebook open; its engine has a *client* id. The page in which the user acted last owns
microphone and speaker; before anyone acted, the page that shows the panel plays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

from ..client.observer import Observer
from ..client.session import RealtimeSession
from ..errors import RealtimeError
from ..protocol.conversation import Item
from .comm import Message
from .intake import Intake
from .loopback import DirectLink, Loopback
from .playout import Playout

__all__ = ["Panel", "describe"]

ITEMS_PAUSE_SECONDS = 0.1
FLUSH_ANSWER_SECONDS = 1.0  # the exact count is worth a wait: the user is still speaking
MIN_COMMIT_MS = 100  # API: a shorter buffer is refused
MAX_AUDIO_FILE_BYTES = 24000 * 2 * 300
_BYTES_PER_MS = 48


@dataclass
class _Page:
    client: str
    microphone: Intake
    hello: int = -1
    views: int = 0
    link: DirectLink | None = None


class Panel(Observer):
    """Follows one session and serves its pages.

    Parameters
    ----------
    session : RealtimeSession
        The session that is shown.
    post : callable
        Sends a `Message` to every page, over the comm.
    show : callable
        Sets traits of the widget, by keyword.
    """

    def __init__(
        self,
        session: RealtimeSession,
        post: Callable[[Message], None],
        show: Callable[..., None],
    ) -> None:
        self.session = session
        self.changed: list[Callable[[], None]] = []
        self._post = post
        self._show = show
        self._pages: dict[str, _Page] = {}
        self._owner = ""
        self._comm_blocks = False
        self._armed = False
        self._speaking = "nobody"
        self._notices: list[dict[str, str]] = []
        self._changed_ids: dict[str, None] = {}
        self._order: list[str] = []
        self._items_due: asyncio.TimerHandle | None = None
        self._epoch = 0
        self._counts: dict[int, tuple[int, float]] = {}
        self._talk_ms = 0.0
        self._file = bytearray()
        self._tasks: set[asyncio.Future[None]] = set()
        self._playout = Playout(self._to_player)
        self._loopback = Loopback(self._link_opened, self._link_closed, self.receive)
        session.core.attach(self)

    # From the page

    def receive(self, message: Message, *, on_main_thread: bool | None = None) -> None:
        """Take one checked message of a page.

        Parameters
        ----------
        message : Message
            What the page says.
        on_main_thread : bool, optional
            Whether the comm brought it on the thread that runs cells; None: not the comm.
        """
        if on_main_thread is not None and on_main_thread != self._comm_blocks:
            # A page's first messages may come before the kernel has made a thread for them.
            self._comm_blocks = on_main_thread
            self._show_path()
        page = self._page(message["client"])
        try:
            _RECEIVE[message.kind](self, page, message)
        except RealtimeError as error:
            self.notice("error", str(error))

    def _on_hello(self, page: _Page, message: Message) -> None:
        if message["number"] >= page.hello:
            page.hello, page.views = message["number"], int(message["views"])
        self._to(
            page,
            Message(
                "snapshot",
                items=[describe(item) for item in self.session.items],
                order=self.session.conversation.order,
                notices=self._notices,
            ),
        )
        if message["public_key"] and page.link is None:
            self._spawn(self._offer(page, message["origin"], message["public_key"]))
        if self._armed:
            self.arm_microphone()
        self._show_path()

    def _on_bye(self, page: _Page, message: Message) -> None:
        self._pages.pop(page.client, None)
        if self._owner == page.client:
            self._own("")
        self._show_path()

    def _on_claim(self, page: _Page, message: Message) -> None:
        self._armed = False
        if self._owner == page.client:
            return
        former = self.player
        if former is not None and former is not page:
            self.session.core.interrupt()
            self._to(former, Message("stop-mic", reason="taken-over"))
        self._own(page.client)

    def _on_release(self, page: _Page, message: Message) -> None:
        if self._owner == page.client:
            self._own("")

    def _on_mic_chunk(self, page: _Page, message: Message) -> None:
        if not page.microphone.take(message["seq"]) or self._owner != page.client:
            return  # sent once more when the path changed, or not its turn
        self._talk_ms += len(message.audio) / _BYTES_PER_MS
        self.session.core.append_audio(message.audio)
        self._show(dropped_ms=int(message["dropped_ms"]))

    def _on_talk(self, page: _Page, message: Message) -> None:
        """Push-to-talk: what is said between press and release is one turn."""
        if self.session.turn_detection != "none":
            return
        if message["down"]:
            self.session.core.interrupt()
            self.session.send({"type": "input_audio_buffer.clear"})
            self._talk_ms = 0.0
        elif self._talk_ms < MIN_COMMIT_MS:
            self.notice("info", "Hold the button while you speak, and let go when you are done.")
        else:
            self.session.send({"type": "input_audio_buffer.commit"})
            self.session.respond()

    def _on_played(self, page: _Page, message: Message) -> None:
        if page is self.player:
            self._counts[message["epoch"]] = (message["samples"], message["latency_ms"])
            self.session.core.played(message["epoch"], message["samples"], message["latency_ms"])
            if message["buffered_ms"] == 0:
                self.speaking("nobody")

    def _on_flushed(self, page: _Page, message: Message) -> None:
        if self._counts.pop(message["epoch"], None) is not None:
            self.session.core.flushed(message["epoch"], message["samples"], message["latency_ms"])

    def _on_say(self, page: _Page, message: Message) -> None:
        self.session.core.interrupt()
        self.session.say(message["text"])

    def _on_audio_file(self, page: _Page, message: Message) -> None:
        self._file += message.audio
        if len(self._file) > MAX_AUDIO_FILE_BYTES:
            self._file.clear()
            self.notice(
                "error", f"{message['name']} is longer than five minutes; choose a shorter one."
            )
        elif message["last"] and self._file:
            self.session.core.interrupt()
            self.session.send_audio(bytes(self._file), pace="fast")
            self._file.clear()

    def _on_cancel(self, page: _Page, message: Message) -> None:
        self.session.core.interrupt()

    def _on_ping(self, page: _Page, message: Message) -> None:
        self._to(page, Message("pong", t_ms=message["t_ms"]))

    def _on_mic_state(self, page: _Page, message: Message) -> None:
        """Nothing follows: the chunks speak for themselves."""

    # From the session (Observer)

    @property
    def can_play(self) -> bool:  # type: ignore[override]  # pages come and go
        """Whether a page is there to play."""
        return self.player is not None

    def items_changed(self, item_ids: Iterable[str]) -> None:
        """Show these items anew, at most ten times a second."""
        self._changed_ids.update(dict.fromkeys(item_ids))
        if self._items_due is None:
            loop = asyncio.get_running_loop()
            self._items_due = loop.call_later(ITEMS_PAUSE_SECONDS, self._send_items)

    def speaking(self, who: str) -> None:
        """Say who the server hears."""
        if who != self._speaking:
            self._speaking = who
            self._post(Message("speaking", who=who))

    def play(self, item_id: str, pcm: bytes) -> None:
        """Play mono PCM16 at 24 kHz in the page that owns the speaker."""
        self._counts.setdefault(self._epoch, (0, 0.0))
        self.speaking("assistant")
        self._playout.play(self._epoch, item_id, pcm)

    def play_end(self, item_id: str) -> None:
        """Note that the item's audio is complete."""
        self._playout.end(self._epoch, item_id)

    def flush(self, epoch: int) -> None:
        """Silence the page; without an answer the last count that it gave is taken."""
        self._epoch = epoch + 1
        self._playout.flush()
        self._to_player(Message("flush-playback", epoch=epoch))
        asyncio.get_running_loop().call_later(FLUSH_ANSWER_SECONDS, self._flush_unanswered, epoch)

    def notice(self, level: str, text: str) -> None:
        """Tell the user something in the panel, as a sentence."""
        told: dict[str, Any] = {"level": level, "text": _sentence(text)}
        self._notices.append(told)
        del self._notices[:-20]
        self._post(Message("notice", **told))

    def status_changed(self, status: str) -> None:
        """Show how the connection stands, and everything that it may have changed."""
        self._show(status=status)
        if status != "open":
            self._playout.close()
            self._spawn(self._loopback.close())

    def config_changed(self) -> None:
        """Show what the server acknowledged."""
        output = (self.session.config.get("audio") or {}).get("output") or {}
        self._show(
            model=str(self.session.config.get("model") or self.session.backend.model),
            voice=str(output.get("voice") or ""),
            turn_detection=self.session.turn_detection,
        )

    # Within

    @property
    def player(self) -> _Page | None:
        """The page that plays: the owner, or else one that shows the panel."""
        owner = self._pages.get(self._owner)
        return owner or next((page for page in self._pages.values() if page.views > 0), None)

    def arm_microphone(self) -> None:
        """Ask the user to press the microphone, as soon as a page shows it; nothing opens."""
        self._armed = True
        self._to_player(Message("arm-mic"))

    def stop_microphone(self) -> None:
        """Close the microphone of the page that owns it; nobody is asked for one any more."""
        self._armed = False
        self._to_player(Message("stop-mic", reason="stopped"))

    def _page(self, client: str) -> _Page:
        if client not in self._pages:
            microphone = Intake(lambda seq: self._acknowledge(client, seq))
            self._pages[client] = _Page(client, microphone)
        return self._pages[client]

    def _acknowledge(self, client: str, seq: int) -> None:
        if client in self._pages:
            self._to(self._pages[client], Message("mic-ack", seq=seq))

    def _own(self, client: str) -> None:
        self._owner = client
        self._show(owner=client)
        self._show_path()

    def _show_path(self) -> None:
        player = self.player
        direct = player is not None and player.link is not None
        self._show(path="direct" if direct else "comm", mic_waits=self._comm_blocks and not direct)

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        # The loop itself holds tasks weakly.
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _offer(self, page: _Page, origin: str, public_key: str) -> None:
        try:
            self._to(page, await self._loopback.offer(page.client, origin, public_key))
        except (RealtimeError, OSError):
            return  # the comm carries on alone

    def _link_opened(self, link: DirectLink) -> None:
        self._page(link.client).link = link
        self._show_path()

    def _link_closed(self, link: DirectLink) -> None:
        page = self._pages.get(link.client)
        if page is not None and page.link is link:
            page.link = None
            self._show_path()

    def _to(self, page: _Page, message: Message) -> None:
        message["client"] = page.client
        if page.link is not None:
            page.link.send(message)
        else:
            self._post(message)

    def _to_player(self, message: Message) -> None:
        player = self.player
        if player is not None:
            self._to(player, message)

    def _send_items(self) -> None:
        self._items_due = None
        items = self.session.conversation.items
        order = self.session.conversation.order
        moved, self._order = order != self._order, order
        changed = [describe(items[id]) for id in self._changed_ids if id in items]
        self._changed_ids.clear()
        self._post(Message("items", items=changed, order=order if moved else None))
        for callback in self.changed:
            callback()

    def _flush_unanswered(self, epoch: int) -> None:
        if epoch in self._counts:
            self.session.core.flushed(epoch, *self._counts.pop(epoch))


def _sentence(text: str) -> str:
    end = "" if text.endswith((".", "!", "?", "…")) else "."
    return f"{text[:1].upper()}{text[1:]}{end}"


def describe(item: Item) -> dict[str, Any]:
    """Return what a page shows of an item."""
    state = item.state
    if state == "completed" and item.awaits_transcript:
        state = "in_progress"
    return {
        "id": item.id,
        "role": item.role,
        "kind": item.type,
        "text": item.error or item.text,
        "state": "failed" if item.error else state,
        "heard_ms": item.heard_ms,
        "truncated": item.truncated,
        "transcribed": item.transcribed,
    }


_RECEIVE: dict[str, Callable[[Panel, _Page, Message], None]] = {
    "hello": Panel._on_hello,
    "bye": Panel._on_bye,
    "claim": Panel._on_claim,
    "release": Panel._on_release,
    "mic-chunk": Panel._on_mic_chunk,
    "mic-state": Panel._on_mic_state,
    "talk": Panel._on_talk,
    "played": Panel._on_played,
    "flushed": Panel._on_flushed,
    "say": Panel._on_say,
    "audio-file": Panel._on_audio_file,
    "cancel": Panel._on_cancel,
    "ping": Panel._on_ping,
}
