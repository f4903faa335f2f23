"""What the pictures of a talk share: colours, the size of text, axes without frames.

Figures are made without pyplot: nothing is shown by itself, no window opens, no global
state changes, and any thread may draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["TEXT_POINTS", "THEMES", "Theme", "plain_axes", "theme_named"]

TEXT_POINTS = 8.5


@dataclass(frozen=True)
class Theme:
    """Colours of a picture."""

    paper: str
    ink: str
    quiet: str
    rule: str
    user: str
    assistant: str
    cut: str
    tool: str
    stop: str


_LIGHT = Theme(
    paper="#ffffff", ink="#1f2933", quiet="#66727f", rule="#dfe4ea", user="#2563eb",
    assistant="#0d9373", cut="#b4bcc6", tool="#b45309", stop="#d92d20",
)  # fmt: skip
_DARK = Theme(
    paper="#15191f", ink="#e6eaf0", quiet="#98a3b1", rule="#2b323c", user="#7aa7ff",
    assistant="#3ecfa9", cut="#5a6573", tool="#f2b155", stop="#ff7b70",
)  # fmt: skip
THEMES = {"light": _LIGHT, "dark": _DARK}


def theme_named(name: str) -> Theme:
    """Return a theme.

    Raises
    ------
    ConfigError
        If there is none of this name.
    """
    if name not in THEMES:
        raise ConfigError(f"theme takes {' or '.join(THEMES)}, got {name!r}")
    return THEMES[name]


def plain_axes(axes: Axes, colours: Theme) -> None:
    """Take the frame away, and rule the horizontal axis."""
    axes.set_facecolor(colours.paper)
    axes.grid(axis="x", color=colours.rule, lw=0.7)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(colors=colours.quiet, labelsize=TEXT_POINTS, length=0)
