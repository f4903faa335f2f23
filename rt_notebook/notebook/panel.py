"""The kernel's end of the panel: what pages say becomes requests, what happens is shown.

Everything here runs on the background loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import weakref
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..client.approvals import Approval
from ..client.core import ALIVE
from ..client.microphone import MIN_COMMIT_MS
from ..client.observer import Observer
from ..client.session import RealtimeSession
from ..errors import LocalProtocolError, RealtimeError
from ..protocol.playback import SAMPLES_PER_MS
from ..protocol.tool_turns import FunctionCall
from .comm import Message
from .item_feed import ItemFeed, question
from .pages import Page, Pages
from .playout import Playout

__all__ = ["Panel"]

FLUSH_ANSWER_SECONDS = 1.0  # the exact count is worth a wait: the user is still speaking
MAX_AUDIO_FILE_BYTES = 24000 * 2 * 300
_BYTES_PER_MS = 48

#: All that there are in this process, for the loop thread.
_panels: weakref.WeakSet[Panel] = weakref.WeakSet()


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

    Attributes
    ----------
    results : list of callable
        Called with a tool's call and what it returned, on the tool's own thread.
    """

    def __init__(
        self,
        session: RealtimeSession,
        post: Callable[[Message], None],
        show: Callable[..., None],
    ) -> None:
        self.session = session
        self.items = ItemFeed(lambda: session.conversation, post)
        self.results: list[Callable[[FunctionCall, object], None]] = []
        self._show = show
        self.pages = Pages(post, show, self.receive)
        self._armed = False
        self._speaking = "nobody"
        self._notices: list[dict[str, str]] = []
        self._epoch = 0
        self._counts: dict[int, tuple[int, float]] = {}
        self._talk_ms = 0.0
        self._microphone = self._cannot_record = ""  # as the page that asked last told
        self._file = bytearray()
        self._playout = Playout(self.pages.to_player)
        session.core.attach(self)
        _panels.add(self)

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
        if on_main_thread is not None:
            self.pages.came_by_comm(on_main_thread)
        page = self.pages.page(message["client"])
        try:
            _RECEIVE[message.kind](self, page, message)
        except RealtimeError as error:
            self.notice("error", str(error))

    def _on_hello(self, page: Page, message: Message) -> None:
        snapshot = self.items.snapshot()
        self.pages.to(page, Message("snapshot", **snapshot, notices=self._notices))
        self.pages.to(page, self._approvals())
        self.pages.greet(page, message)
        self._cannot_record = str(message["can_record"])
        if self._armed:
            self.arm_microphone()

    def _on_bye(self, page: Page, message: Message) -> None:
        self.pages.leave(page)

    def _on_claim(self, page: Page, message: Message) -> None:
        self._armed = False
        if self.pages.owns(page):
            return
        former = self.pages.player
        if former is not None and former is not page:
            self.session.core.interrupt()
            self.pages.to(former, Message("stop-mic", reason="taken-over"))
        self.pages.own(page)

    def _on_release(self, page: Page, message: Message) -> None:
        self.pages.disown(page)

    def _on_mic_chunk(self, page: Page, message: Message) -> None:
        if not page.microphone.take(message["seq"]) or not self.pages.owns(page):
            return  # sent once more when the path changed, or not its turn
        self._talk_ms += len(message.audio) / _BYTES_PER_MS
        self.session.core.append_audio(message.audio)
        self._show(dropped_ms=int(message["dropped_ms"]))

    def _on_talk(self, page: Page, message: Message) -> None:
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

    def _on_played(self, page: Page, message: Message) -> None:
        if page is self.pages.player:
            self._counts[message["epoch"]] = (message["samples"], message["latency_ms"])
            self.session.core.played(message["epoch"], message["samples"], message["latency_ms"])
            buffered = round(message["buffered_ms"] * SAMPLES_PER_MS)
            self._playout.confirm(message["epoch"], message["samples"] + buffered)
            if message["buffered_ms"] == 0:
                self.speaking("nobody")

    def _on_audible(self, page: Page, message: Message) -> None:
        """Log when an answer could be heard; the page's clock may lie ahead of its message."""
        at_ms, error_ms = message["at_ms"], message["error_ms"]
        if page is self.pages.player and all(map(_is_number, (at_ms, error_ms))):
            core = self.session.core
            counted = {name: message[name] for name in ("epoch", "samples", "latency_ms")}
            ago_ms = core.clock.monotonic() * 1000 - at_ms
            core.tell_of_player("audible", **counted, ago_ms=ago_ms, error_ms=error_ms)

    def _on_flushed(self, page: Page, message: Message) -> None:
        if self._counts.pop(message["epoch"], None) is not None:
            self.session.core.flushed(message["epoch"], message["samples"], message["latency_ms"])

    def _on_resend(self, page: Page, message: Message) -> None:
        if page is self.pages.player:
            if message["epoch"] < self._epoch:  # it may not have heard that this is over
                self.pages.to(page, Message("flush-playback", epoch=self._epoch - 1))
            self._playout.resend(message["epoch"], message["seq"])

    def _on_say(self, page: Page, message: Message) -> None:
        self.session.core.interrupt()
        self.session.say(message["text"])

    def _on_audio_file(self, page: Page, message: Message) -> None:
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

    def _on_cancel(self, page: Page, message: Message) -> None:
        with contextlib.suppress(LocalProtocolError):  # it had ended by itself
            self.session.core.cancel()

    def _on_approve(self, page: Page, message: Message) -> None:
        approvals = self.session.tools.approvals
        approvals.decide(str(message["nonce"]), allow=message["allow"] is True)

    def _on_switches(self, page: Page, message: Message) -> None:
        self.session.half_duplex = message["half_duplex"] is True
        self.session.barge_in = message["barge_in"] is True

    def _on_keep_audio(self, page: Page, message: Message) -> None:
        self.session.keep_audio = message["on"] is True
        self._show(keep_audio=self.session.keep_audio)
        for callback in self.items.changed:
            callback()

    def _on_ping(self, page: Page, message: Message) -> None:
        now_ms = self.session.core.clock.monotonic() * 1000
        following = {"epoch": self._epoch, "seq": self._playout.next_seq(self._epoch)}
        plays = following if page is self.pages.player else None
        self.pages.to(page, Message("pong", t_ms=message["t_ms"], kernel_ms=now_ms, next=plays))

    def _on_mic_state(self, page: Page, message: Message) -> None:
        """Let one session of the kernel hear the user: that whose microphone opened last."""
        if message["state"] == "open":
            for other in set(_panels) - {self}:
                other.pages.to_player(Message("stop-mic", reason="other-session"))

    # From the session (Observer)

    @property
    def facts(self) -> dict[str, Any]:
        """What the page told of itself, for `analysis.explain`."""
        return {
            "microphone": self._microphone,
            "cannot_record": self._cannot_record,
            "waits_for_cells": self.pages.mic_waits,
        }

    @property
    def can_play(self) -> bool:  # type: ignore[override]  # pages come and go
        """Whether a page is there to play."""
        return self.pages.player is not None

    def items_changed(self, item_ids: Iterable[str]) -> None:
        """Show these items anew."""
        self.items.add(item_ids)

    def speaking(self, who: str) -> None:
        """Say who the server hears."""
        if who != self._speaking:
            self._speaking = who
            self.pages.post(Message("speaking", who=who))

    def play(self, item_id: str, pcm: bytes) -> None:
        """Play mono PCM16 at 24 kHz in the page that owns the speaker."""
        self._counts.setdefault(self._epoch, (0, 0.0))
        self.speaking("assistant")
        self._playout.play(self._epoch, item_id, pcm)

    def play_end(self, item_id: str) -> None:
        """Note that nothing more of the item is to be played."""
        self._playout.end(self._epoch, item_id)

    def flush(self, epoch: int) -> None:
        """Silence the page; without an answer the last count that it gave is taken."""
        self._epoch = epoch + 1
        self._playout.flush()
        self.pages.to_player(Message("flush-playback", epoch=epoch))
        asyncio.get_running_loop().call_later(FLUSH_ANSWER_SECONDS, self._flush_unanswered, epoch)

    def notice(self, level: str, text: str) -> None:
        """Tell the user something in the panel, as a sentence."""
        told: dict[str, Any] = {"level": level, "text": _sentence(text)}
        self._notices.append(told)
        del self._notices[:-20]
        self.pages.post(Message("notice", **told))

    def status_changed(self, status: str) -> None:
        """Show how the connection stands, and everything that it may have changed."""
        self._show(status=status)
        if status not in ALIVE:
            self._playout.close()
            self.pages.close()

    def config_changed(self) -> None:
        """Show what the server acknowledged."""
        output = (self.session.config.get("audio") or {}).get("output") or {}
        self._show(
            model=str(self.session.config.get("model") or self.session.backend.model),
            voice=str(output.get("voice") or ""),
            turn_detection=self.session.turn_detection,
            barge_in=self.session.barge_in,
            half_duplex=self.session.half_duplex,
        )

    def approvals_changed(self, approvals: Sequence[Approval]) -> None:
        """Ask the user these questions, and no other ones."""
        self.pages.post(self._approvals())

    def tool_returned(self, call: FunctionCall, value: object) -> None:
        """Hand a result on to those who show it, on the tool's own thread."""
        for callback in self.results:
            callback(call, value)

    # From cells

    def arm_microphone(self) -> None:
        """Ask the user to press the microphone, as soon as a page shows it; nothing opens."""
        self._armed = True
        self.pages.to_player(Message("arm-mic"))

    def stop_microphone(self) -> None:
        """Close the microphone of the page that owns it; nobody is asked for one any more."""
        self._armed = False
        self.pages.to_player(Message("stop-mic", reason="stopped"))

    # Within

    def _approvals(self) -> Message:
        return Message("approvals", approvals=[question(one) for one in self.session.approvals])

    def _flush_unanswered(self, epoch: int) -> None:
        if epoch in self._counts:
            self.session.core.flushed(epoch, *self._counts.pop(epoch))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)


def _sentence(text: str) -> str:
    end = "" if text.endswith((".", "!", "?", "…")) else "."
    return f"{text[:1].upper()}{text[1:]}{end}"


_RECEIVE: dict[str, Callable[[Panel, Page, Message], None]] = {
    "hello": Panel._on_hello,
    "bye": Panel._on_bye,
    "claim": Panel._on_claim,
    "release": Panel._on_release,
    "mic-chunk": Panel._on_mic_chunk,
    "mic-state": Panel._on_mic_state,
    "talk": Panel._on_talk,
    "played": Panel._on_played,
    "audible": Panel._on_audible,
    "flushed": Panel._on_flushed,
    "resend": Panel._on_resend,
    "say": Panel._on_say,
    "audio-file": Panel._on_audio_file,
    "cancel": Panel._on_cancel,
    "approve": Panel._on_approve,
    "switches": Panel._on_switches,
    "keep-audio": Panel._on_keep_audio,
    "ping": Panel._on_ping,
}
