"""The picture of where the wait was. Needs matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .extra import figures
from .latency import PARTS
from .theme import TEXT_POINTS, plain_axes, theme_named
from .waterfall import Waterfall

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["waterfall_figure"]


def waterfall_figure(
    waterfall: Waterfall,
    *,
    theme: Literal["light", "dark"] = "light",
    width_inches: float = 9.0,
) -> Figure:
    """Draw where the wait was: each part from where the one before ends, by its median.

    Parameters
    ----------
    waterfall : Waterfall
        The parts over the turns of a talk.
    theme : {"light", "dark"}
        Colours.
    width_inches : float
        How wide the picture is.

    Raises
    ------
    ConfigError
        If nobody knows the theme.
    RealtimeError
        If matplotlib is not installed.
    """
    colours = theme_named(theme)
    parts = {name: one for name, one in waterfall.parts.items() if name != "audible_to_end"}
    height = 0.9 + 0.42 * max(1, len(parts))
    figure: Figure = figures().Figure(figsize=(width_inches, height), facecolor=colours.paper)
    axes = figure.subplots()
    left = 0.0
    for row, (name, one) in enumerate(parts.items()):
        in_page = name == "audio_to_audible"
        colour = colours.user if name == "end_of_speech_to_stop" else colours.assistant
        colour = colours.tool if in_page else colour
        axes.barh(row, one.median_ms, left=left, height=0.56, color=colour, zorder=3)
        reach = left + one.median_ms
        axes.plot([reach, left + one.p95_ms], [row, row], color=colour, lw=1.4, alpha=0.7)
        error = waterfall.clock_error_ms if in_page else None
        beside = f" ± {error:.1f}" if error is not None else ""
        axes.annotate(
            f"{one.median_ms:.0f}{beside} ms   p95 {one.p95_ms:.0f}",
            (max(reach, left + one.p95_ms), row),
            xytext=(6, 0), textcoords="offset points", va="center",
            fontsize=TEXT_POINTS, color=colours.ink,
        )  # fmt: skip
        left = reach
    axes.set_yticks(range(len(parts)), [PARTS[name] for name in parts])
    axes.invert_yaxis()
    longest_ms = max([left, *(one.p95_ms for one in parts.values())])
    axes.set_xlim(0, 1.4 * longest_ms or 1.0)
    axes.set_xlabel("ms, median over the turns; the thin line goes on to the 95th percentile")
    plain_axes(axes, colours)
    axes.tick_params(axis="y", labelcolor=colours.ink)
    axes.xaxis.label.set(color=colours.quiet, fontsize=TEXT_POINTS)
    figure.tight_layout()
    return figure
