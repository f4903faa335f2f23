"""A picture that a cell shows and keeps: PNG with words for those who cannot see it."""

from __future__ import annotations

import functools
import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Picture"]

DOTS_PER_INCH = 110


class Picture:
    """A figure of matplotlib as notebooks keep it.

    Parameters
    ----------
    figure : Figure
        Made without pyplot.
    alt : str
        What it shows, in words.
    """

    def __init__(self, figure: Figure, alt: str) -> None:
        self.figure, self.alt = figure, alt

    @functools.cached_property
    def png(self) -> bytes:
        """The picture as a PNG file; the same picture gives the same bytes."""
        file = io.BytesIO()
        self._write(file, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
        return file.getvalue()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Picture) and self.png == other.png

    def __hash__(self) -> int:
        return hash(self.png)

    def save(self, path: str | Path) -> None:
        """Write the picture; the name's ending says how (``.png``, ``.svg``, ``.pdf``)."""
        self._write(Path(path))

    def _write(self, file: Path | io.BytesIO, **options: Any) -> None:
        with warnings.catch_warnings():
            # A letter that the font lacks is drawn as a box, and nobody can do anything about it.
            warnings.filterwarnings("ignore", "Glyph .* missing from font")
            self.figure.savefig(file, facecolor=self.figure.get_facecolor(), **options)

    def __repr__(self) -> str:
        return self.alt

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"image/png": self.png, "text/plain": self.alt}, {"image/png": {"alt": self.alt}}
