"""When everything of a talk was: sound, words, turn detection, tools and interruptions.

One clock for all of it, in seconds from the begin of the talk. The user's sound lies where
it was sent. The assistant's lies where it was played: from its first audible sample in the
page, or, without a player, from when it came, one item behind the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..protocol.item import Item
from ..record.log import Log
from .exchange import Response
from .picture import Picture
from .trace import Trace, trace
from .user_track import BYTES_PER_MS

__all__ = ["Line", "Mark", "Timeline", "timeline", "timeline_of"]


@dataclass(frozen=True)
class Line:
    """What one side said at a stretch.

    Parameters
    ----------
    item_id : str
        Its item.
    start_s, end_s : float
        From where to where it sounds; of what was written, a moment.
    text : str
        What was said, as far as it is known.
    heard_s : float or None
        Seconds of it that were heard; None if nobody played it, or the user said it.
    was_cut : bool
        Whether it was stopped before its end.
    """

    item_id: str
    start_s: float
    end_s: float
    text: str
    heard_s: float | None = None
    was_cut: bool = False


@dataclass(frozen=True)
class Mark:
    """Something that happened, or went on from `start_s` to `end_s`."""

    start_s: float
    end_s: float
    label: str


@dataclass(frozen=True)
class Timeline:
    """A talk on one axis; see the module's text.

    Parameters
    ----------
    end_s : float
        Where the talk ends.
    user, assistant : tuple of Line
        What both sides said.
    speech : tuple of Mark
        From ``speech_started`` to ``speech_stopped``, where in the sound it was found.
    tools : tuple of Mark
        Calls, from their arguments to their output.
    interruptions : tuple of Mark
        Where the user cut an answer short.
    gaps : tuple of Mark
        Where there was no connection.
    """

    end_s: float
    user: tuple[Line, ...]
    assistant: tuple[Line, ...]
    speech: tuple[Mark, ...]
    tools: tuple[Mark, ...]
    interruptions: tuple[Mark, ...]
    gaps: tuple[Mark, ...]
    log: Log
    began: float

    def user_sound(self) -> Iterator[tuple[float, bytes]]:
        """Yield what was sent: where it begins, and its PCM16 at 24 kHz."""
        for entry in self.log:
            if entry.direction == "sent" and entry.audio is not None:
                ms = entry.audio.length / BYTES_PER_MS
                yield entry.time - self.began - ms / 1000, self.log.sound(entry.audio)

    def assistant_sound(self) -> Iterator[tuple[Line, bytes]]:
        """Yield each spoken line with its PCM16 at 24 kHz."""
        for line in self.assistant:
            if sound := self.log.audio(line.item_id):
                yield line, sound

    def plot(self, **options: Any) -> Picture:
        """Return the picture; the options are those of `timeline_plot.timeline_figure`.

        Raises
        ------
        RealtimeError
            If matplotlib is not installed.
        """
        from .timeline_plot import timeline_figure

        figure = timeline_figure(self, **options)
        return Picture(figure, self.describe(options.get("start", 0.0), options.get("end")))

    def describe(self, start: float = 0.0, end: float | None = None) -> str:
        """Return the picture of these seconds in words, for those who cannot see it."""
        last = self.end_s if end is None else end

        def shown(mark: Line | Mark) -> bool:
            return mark.start_s <= last and mark.end_s >= start

        both = sorted(
            [("You", line) for line in self.user if shown(line)]
            + [("Assistant", line) for line in self.assistant if shown(line)],
            key=lambda one: one[1].start_s,
        )
        told = [
            f"{line.start_s:.1f} s {who}: {line.text or 'speech'}"
            + (f" (cut after {line.heard_s or 0:.1f} s)" if line.was_cut else "")
            for who, line in both
        ]
        calls = [f"{call.start_s:.1f} s tool {call.label}" for call in self.tools if shown(call)]
        gaps = [f"{gap.start_s:.1f} s {gap.label}" for gap in self.gaps if shown(gap)]
        head = f"Timeline of a talk of {self.end_s:.0f} s."
        if start > 0 or last < self.end_s:
            head = f"{head} Here is {start:.0f} to {last:.0f} s."
        return "\n".join([head, *told, *calls, *gaps])


def timeline(log: Log) -> Timeline:
    """Return a talk on one axis."""
    return timeline_of(trace(log))


def timeline_of(read: Trace) -> Timeline:
    """Return a log that was read on one axis."""
    assistant = tuple(_assistant_lines(read))
    user = tuple(_user_lines(read))
    ends = [read.ended - read.began, *(line.end_s for line in assistant if not line.was_cut)]
    return Timeline(
        end_s=max(ends),
        user=user,
        assistant=assistant,
        speech=tuple(_speech(read)),
        tools=tuple(_tools(read)),
        interruptions=tuple(_interruptions(read)),
        gaps=tuple(_gaps(read)),
        log=read.log,
        began=read.began,
    )


def _user_lines(read: Trace) -> Iterator[Line]:
    known = read.conversation.items
    for said in read.utterances.values():
        start = read.user.spoke_at(said)
        if start is None:
            continue
        end = start
        if said.start_ms is not None and said.end_ms is not None:
            end = start + (said.end_ms - said.start_ms) / 1000
        elif said.committed is not None and said.added is None:
            end = said.committed
        text = known[said.item_id].text if said.item_id in known else ""
        yield Line(said.item_id, start - read.began, end - read.began, text)


def _assistant_lines(read: Trace) -> Iterator[Line]:
    free = 0.0  # until then the speaker is taken
    heard = read.heard
    for response in read.responses.values():
        for item in _messages(read, response):
            first = next((e for e in response.audio if e.event.get("item_id") == item.id), None)
            account = heard.get(item.id)
            if first is None or account is None:
                at = (response.done or response.created) - read.began
                yield Line(item.id, at, at, item.text)
                continue
            came = first.time - read.began
            start = max(free, _sound_begins(read, response, item.id, came))
            end = start + account.received_ms / 1000
            heard_s = account.heard_ms / 1000 if read.had_player else None
            was_cut = account.state == "cut"
            free = start + heard_s if was_cut and heard_s is not None else end
            yield Line(item.id, start, end, item.text, heard_s, was_cut)


def _messages(read: Trace, response: Response) -> list[Item]:
    return [item for item in read.items(response) if item.type == "message"]


def _sound_begins(read: Trace, response: Response, item_id: str, came: float) -> float:
    """When an item's first sample was played, as far as the page told."""
    from ..audio.levels import first_sound_sample

    is_first = response.audio[0].event.get("item_id") == item_id
    if response.audible is None or not is_first:
        return came
    quiet = first_sound_sample(read.log.audio(item_id)) or 0
    return response.audible - read.began - quiet * 2 / BYTES_PER_MS / 1000


def _speech(read: Trace) -> Iterator[Mark]:
    for said in read.utterances.values():
        start = read.user.spoke_at(said)
        if start is None or said.start_ms is None or said.end_ms is None:
            continue
        end = start + (said.end_ms - said.start_ms) / 1000
        yield Mark(start - read.began, end - read.began, "speech")


def _tools(read: Trace) -> Iterator[Mark]:
    began: dict[str, tuple[float, str]] = {}
    ended: dict[str, float] = {}
    for entry in read.log:
        item: Any = entry.event.get("item")
        if not isinstance(item, dict):
            continue
        if entry.event.type == "response.output_item.done" and item.get("type") == "function_call":
            began[str(item.get("call_id"))] = entry.time, str(item.get("name"))
        elif item.get("type") == "function_call_output":
            ended.setdefault(str(item.get("call_id")), entry.time)
    for call_id, (start, name) in began.items():
        yield Mark(start - read.began, ended.get(call_id, start) - read.began, name)


def _gaps(read: Trace) -> Iterator[Mark]:
    began: float | None = None
    for entry in read.log:
        if entry.event.type == "client.disconnected":
            began = entry.time
        elif entry.event.type in ("client.reconnected", "client.lost"):
            began, start = None, entry.time if began is None else began
            yield _gap(read, start, entry.time)
    if began is not None:
        yield _gap(read, began, read.ended)


def _gap(read: Trace, start: float, end: float) -> Mark:
    label = f"no connection for {end - start:.1f} s" if end > start else "connection lost"
    return Mark(start - read.began, end - read.began, label)


def _interruptions(read: Trace) -> Iterator[Mark]:
    heard = read.heard
    for response in read.responses.values():
        cut = [heard[id] for id in response.item_ids if id in heard and heard[id].state == "cut"]
        if response.cut_in is None or not (cut or response.status == "cancelled"):
            continue
        after_ms = sum(account.heard_ms for account in cut)
        label = f"interrupted after {after_ms / 1000:.1f} s" if cut else "interrupted"
        at = response.cut_in - read.began
        yield Mark(at, at, label)
