"""What a beta server takes beyond GA, in GA's nesting.

Beta answers with text and audio at once, has a temperature and lets any text name a
conversation. Azure Voice Live, which speaks beta, has voices of several kinds and takes
languages with a region (``en-US``).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from . import response, session

__all__ = ["BetaResponse", "BetaSession"]

Modalities = Annotated[list[Literal["audio", "text"]], Field(min_length=1, max_length=2)]
Temperature = Annotated[float, Field(ge=0.6, le=1.2)]


class KindOfVoice(BaseModel):
    """A voice of Azure: ``{"type": "azure-standard", "name": …}`` and what its kind takes."""

    model_config = ConfigDict(extra="allow")

    type: str


class BetaTranscription(session.Transcription):
    """`Transcription` with languages as the server names them."""

    language: str | None = None


class BetaAudioInput(session.AudioInput):
    """`AudioInput` with beta's transcription."""

    transcription: BetaTranscription | None = None


class BetaAudioOutput(session.AudioOutput):
    """`AudioOutput` with voices of several kinds."""

    voice: str | KindOfVoice | None = None  # type: ignore[assignment]  # wider than GA


class BetaAudio(session.SessionAudio):
    """`SessionAudio` in beta."""

    input: BetaAudioInput | None = None
    output: BetaAudioOutput | None = None


class BetaSession(session.Session):
    """`Session` as a beta server takes it."""

    output_modalities: Modalities | None = None
    audio: BetaAudio | None = None
    temperature: Temperature | None = None


class BetaResponseAudioOutput(response.ResponseAudioOutput):
    """`ResponseAudioOutput` with voices of several kinds."""

    voice: str | KindOfVoice | None = None  # type: ignore[assignment]  # wider than GA


class BetaResponseAudio(response.ResponseAudio):
    """`ResponseAudio` in beta."""

    output: BetaResponseAudioOutput | None = None


class BetaResponse(response.Response):
    """`Response` as a beta server takes it."""

    conversation: str | None = None  # type: ignore[assignment]  # wider than GA
    output_modalities: Modalities | None = None
    audio: BetaResponseAudio | None = None
    temperature: Temperature | None = None
