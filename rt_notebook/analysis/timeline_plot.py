"""The picture of a talk on one time axis. Needs matplotlib."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..errors import ConfigError
from .extra import figures
from .theme import TEXT_POINTS, Theme, plain_axes, theme_named
from .timeline import Line, Timeline

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    FloatArray = npt.NDArray[np.float64]

__all__ = ["timeline_figure"]

_WIDTH_INCHES = 10.0
_SAMPLE_RATE_HZ = 24_000
_COLUMNS = 1800
_MAX_SAMPLES = 20_000_000  # of a longer stretch, every n-th is looked at
_FAINT = 0.05  # peaks below this are not blown up to the full height of the lane
_INCHES_PER_LETTER = 0.071  # at `TEXT_POINTS`
_MAX_TEXT_LINES = 3
_SHORTEST_SECONDS = 1.0  # of an axis, when nobody says where it ends
_LANE = 1.12  # half the height of a lane of sound; full scale is 1


def timeline_figure(
    timeline: Timeline,
    *,
    start: float = 0.0,
    end: float | None = None,
    theme: Literal["light", "dark"] = "light",
    width_inches: float = _WIDTH_INCHES,
) -> Figure:
    """Draw a talk on one axis: sound, words, turn detection, tools, interruptions.

    Parameters
    ----------
    timeline : Timeline
        The talk.
    start, end : float
        Seconds from the begin of the talk: what is shown. By default all of it.
    theme : {"light", "dark"}
        Colours.
    width_inches : float
        How wide the picture is.

    Raises
    ------
    ConfigError
        If it would end before it begins, or nobody knows the theme.
    RealtimeError
        If matplotlib is not installed.
    """
    for name, seconds in (("start", start), ("end", end)):
        if seconds is not None and not math.isfinite(seconds):
            raise ConfigError(f"{name} takes seconds from the begin of the talk, got {seconds!r}")
    if end is not None and end <= start:
        raise ConfigError(f"end takes seconds after start ({start:g}), got {end:g}")
    last = max(start + _SHORTEST_SECONDS, timeline.end_s) if end is None else end
    window = _Window(start, last, width_inches)
    colours = theme_named(theme)
    figure: Figure = figures().Figure(figsize=(width_inches, 4.3), facecolor=colours.paper)
    user, assistant = figure.subplots(2, 1, sharex=True)
    figure.subplots_adjust(left=0.1, right=0.985, top=0.91, bottom=0.105, hspace=0.04)
    _draw_user(user, timeline, window, colours)
    _draw_assistant(assistant, timeline, window, colours)
    for axes in (user, assistant):
        _plain(axes, window, colours)
    _draw_interruptions(user, assistant, timeline, window, colours)
    _draw_gaps(user, assistant, timeline, window, colours)
    user.tick_params(axis="x", length=0, labelbottom=False)
    assistant.xaxis.set_major_formatter(lambda seconds, _: _clock(seconds))
    return figure


@dataclass(frozen=True)
class _Window:
    """What is shown, and how much of it an inch is."""

    start: float
    end: float
    width_inches: float

    @property
    def seconds(self) -> float:
        return max(0.001, self.end - self.start)

    def shows(self, start: float, end: float) -> bool:
        return end >= self.start and start <= self.end

    def letters(self, seconds: float) -> int:
        """How many letters fit beside each other in so many seconds."""
        return int(seconds / self.seconds * self.width_inches * 0.9 / _INCHES_PER_LETTER)


def _draw_user(axes: Axes, timeline: Timeline, window: _Window, colours: Theme) -> None:
    axes.set_ylim(-_LANE, 2.2)
    for mark in timeline.speech:
        if window.shows(mark.start_s, mark.end_s):
            axes.axvspan(mark.start_s, mark.end_s, 0.0, 0.68, color=colours.user, alpha=0.09, lw=0)
            axes.plot([mark.end_s] * 2, [-_LANE, _LANE], color=colours.user, lw=0.9, alpha=0.6)
    peaks = _peaks(timeline.user_sound(), window)
    _draw_wave(axes, peaks, window, colours.user)
    _draw_written(axes, timeline.user, colours.user)
    _draw_words(axes, timeline.user, window, _LANE + 0.12, "bottom", colours.ink)
    _name(axes, "You", colours.user)


def _draw_assistant(axes: Axes, timeline: Timeline, window: _Window, colours: Theme) -> None:
    axes.set_ylim(-2.5, _LANE)
    sounding = list(timeline.assistant_sound())
    begins = [line.start_s for line, _ in sounding[1:]]
    room = [after - line.start_s for (line, _), after in zip(sounding, begins, strict=False)]
    whole = _peaks(
        (
            (line.start_s, _first(seconds, sound))
            for (line, sound), seconds in zip(sounding, [*room, None], strict=False)
        ),
        window,
    )
    heard = ((line.start_s, _first(line.heard_s, sound)) for line, sound in sounding)
    _draw_wave(axes, whole, window, colours.cut)
    _draw_wave(axes, _peaks(heard, window), window, colours.assistant, _loudest(whole))
    _draw_written(axes, timeline.assistant, colours.assistant)
    _draw_words(axes, timeline.assistant, window, -_LANE - 0.12, "top", colours.ink)
    for call in timeline.tools:
        if window.shows(call.start_s, call.end_s):
            width = max(call.end_s - call.start_s, window.seconds / 300)
            axes.barh(-2.3, width, left=call.start_s, height=0.22, color=colours.tool, lw=0)
            axes.annotate(
                f"{call.label}()", (call.start_s + width, -2.3), xytext=(4, 0),
                textcoords="offset points", va="center", fontsize=TEXT_POINTS,
                color=colours.tool, annotation_clip=True, parse_math=False,
            )  # fmt: skip
    _name(axes, "Assistant", colours.assistant)
    if any(line.was_cut for line in timeline.assistant):
        _name(axes, "grey: unheard", colours.quiet, y=-0.62, points=7.5)


def _first(seconds: float | None, sound: bytes) -> bytes:
    """The first seconds of a sound; all of it where nobody counted."""
    return sound if seconds is None else sound[: 2 * max(0, round(seconds * _SAMPLE_RATE_HZ))]


def _peaks(pieces: Iterable[tuple[float, bytes]], window: _Window) -> FloatArray:
    """The loudest sample of each column of the picture."""
    import numpy as np

    from ..audio.pcm import decode

    peaks = np.zeros(_COLUMNS)
    step = max(1, round(window.seconds * _SAMPLE_RATE_HZ / _MAX_SAMPLES))
    for start, pcm in pieces:
        samples = np.abs(decode(pcm[: len(pcm) // 2 * 2])[::step])
        seconds = start - window.start + np.arange(samples.size) * (step / _SAMPLE_RATE_HZ)
        columns = np.floor(seconds / window.seconds * _COLUMNS).astype(int)
        inside = (columns >= 0) & (columns < _COLUMNS)
        np.maximum.at(peaks, columns[inside], samples[inside])
    return peaks


def _loudest(peaks: FloatArray) -> float:
    return max(_FAINT, float(peaks.max(initial=0.0)))


def _draw_wave(
    axes: Axes, peaks: FloatArray, window: _Window, colour: str, loudest: float | None = None
) -> None:
    import numpy as np

    height = peaks / (loudest or _loudest(peaks))
    centres = window.start + (np.arange(_COLUMNS) + 0.5) * (window.seconds / _COLUMNS)
    axes.fill_between(centres, -height, height, where=height > 0, color=colour, lw=0.3, zorder=3)


def _draw_written(axes: Axes, lines: Iterable[Line], colour: str) -> None:
    """A mark for what was written and not said."""
    times = [line.start_s for line in lines if line.end_s == line.start_s]
    axes.plot(
        times, [0.0] * len(times), linestyle="none", marker="s", markersize=5, color=colour
    )  # fmt: skip


def _draw_words(
    axes: Axes, lines: Iterable[Line], window: _Window, y: float, side: str, colour: str
) -> None:
    """Words above or below the sound they were said with, as much as fits."""
    shown = [line for line in lines if line.text and window.shows(line.start_s, line.end_s)]
    shown.sort(key=lambda line: line.start_s)
    for line, following in zip(shown, [*shown[1:], None], strict=False):
        left = max(line.start_s, window.start)
        until = window.end if following is None else min(following.start_s, window.end)
        text = _fitted(line.text, window.letters(until - left))
        if text:
            axes.text(
                left, y, text, va=side, ha="left", fontsize=TEXT_POINTS, color=colour,
                clip_on=True, linespacing=1.25, parse_math=False,
            )  # fmt: skip


def _fitted(text: str, letters: int) -> str:
    import textwrap

    if letters < 4:
        return ""
    lines = textwrap.wrap(text, letters, max_lines=_MAX_TEXT_LINES, placeholder=" …")
    return "\n".join(lines)


def _draw_interruptions(
    user: Axes, assistant: Axes, timeline: Timeline, window: _Window, colours: Theme
) -> None:
    """A line through both sides, with a label above it; where two would touch, the later rises."""
    free = [window.start] * 2  # from where on the lower and the upper row have room
    for mark in timeline.interruptions:
        if not window.shows(mark.start_s, mark.end_s):
            continue
        for axes in (user, assistant):
            axes.plot(
                [mark.start_s] * 2, [-_LANE, _LANE], color=colours.stop, lw=1.1,
                linestyle=(0, (4, 2)), zorder=4,
            )  # fmt: skip
        half = len(mark.label) / 2 / window.letters(1.0) if window.letters(1.0) else 0.0
        row = next((row for row in (0, 1) if mark.start_s - half >= free[row]), None)
        if row is None:
            continue
        free[row] = mark.start_s + half
        user.annotate(
            mark.label, (mark.start_s, 1.0), xycoords=("data", "axes fraction"),
            xytext=(0, 2 + 11 * row), textcoords="offset points", ha="center", va="bottom",
            fontsize=TEXT_POINTS, color=colours.stop, annotation_clip=False, parse_math=False,
        )  # fmt: skip


def _draw_gaps(
    user: Axes, assistant: Axes, timeline: Timeline, window: _Window, colours: Theme
) -> None:
    """What was said meanwhile went nowhere: both lanes are hatched."""
    for gap in timeline.gaps:
        if not window.shows(gap.start_s, gap.end_s):
            continue
        end = max(gap.end_s, gap.start_s + window.seconds / 300)
        for axes in (user, assistant):
            axes.axvspan(
                gap.start_s, end, facecolor="none", edgecolor=colours.cut, hatch="///", lw=0
            )  # fmt: skip
        in_first_half = end - window.start < window.seconds / 2
        assistant.annotate(
            gap.label, (end if in_first_half else gap.start_s, 0),
            xycoords=("data", "axes fraction"), xytext=(4 if in_first_half else -4, 4),
            textcoords="offset points", ha="left" if in_first_half else "right",
            fontsize=TEXT_POINTS, color=colours.quiet, annotation_clip=True, parse_math=False,
        )  # fmt: skip


def _name(axes: Axes, name: str, colour: str, y: float = 0.0, points: float = 10.0) -> None:
    axes.text(
        -0.012, _fraction(axes, y), name, transform=axes.transAxes, ha="right", va="center",
        fontsize=points, fontweight="bold" if y == 0 else "normal", color=colour,
    )  # fmt: skip


def _fraction(axes: Axes, y: float) -> float:
    low, high = axes.get_ylim()
    return float((y - low) / (high - low))


def _plain(axes: Axes, window: _Window, colours: Theme) -> None:
    plain_axes(axes, colours)
    axes.set_xlim(window.start, window.start + window.seconds)
    axes.set_yticks([])
    axes.axhline(0, color=colours.rule, lw=0.8, zorder=1)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    shown = f"{rest:04.1f}" if seconds % 1 else f"{rest:02.0f}"
    return f"{int(minutes)}:{shown}"
