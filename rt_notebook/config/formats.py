"""The audio formats of the API and the names by which people know them.

Source: GA ``session.audio.input.format``; the beta dialect had only the short names.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..errors import ConfigError

__all__ = [
    "FORMATS",
    "SHORT_NAMES",
    "AudioFormat",
    "Pcm",
    "Pcma",
    "Pcmu",
    "audio_format",
    "sample_rate_hz",
]


class _Format(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Pcm(_Format):
    """Signed 16-bit little-endian mono at 24 kHz, the only PCM of the API."""

    type: Literal["audio/pcm"] = "audio/pcm"
    rate: Literal[24000] = 24000


class Pcmu(_Format):
    """G.711 µ-law, 8 kHz."""

    type: Literal["audio/pcmu"] = "audio/pcmu"


class Pcma(_Format):
    """G.711 A-law, 8 kHz."""

    type: Literal["audio/pcma"] = "audio/pcma"


AudioFormat = Annotated[Pcm | Pcmu | Pcma, Field(discriminator="type")]

FORMATS: dict[str, Pcm | Pcmu | Pcma] = {
    "pcm16": Pcm(),
    "audio/pcm": Pcm(),
    "g711_ulaw": Pcmu(),
    "audio/pcmu": Pcmu(),
    "g711_alaw": Pcma(),
    "audio/pcma": Pcma(),
}

#: GA's type → the short name, which beta uses on the wire.
SHORT_NAMES = {"audio/pcm": "pcm16", "audio/pcmu": "g711_ulaw", "audio/pcma": "g711_alaw"}


def audio_format(name: str) -> Pcm | Pcmu | Pcma:
    """Return the format of a short (``pcm16``) or GA (``audio/pcm``) name.

    Raises
    ------
    ConfigError
        If no format has this name.
    """
    try:
        return FORMATS[name.lower()]
    except KeyError:
        known = ", ".join(FORMATS)
        raise ConfigError(f"unknown audio format {name!r}; the API knows {known}") from None


def sample_rate_hz(format: Pcm | Pcmu | Pcma) -> int:
    """Return the sample rate of a format in Hz: 24000 for PCM, 8000 for G.711."""
    return format.rate if isinstance(format, Pcm) else 8000
