"""A recording written down: one session that only transcribes, for as long as that takes."""

from __future__ import annotations

from typing import Any

from ..background import loop_thread
from ..errors import ConnectionLost
from .connect import connect
from .session import RealtimeSession
from .upload import AudioSource, Upload
from .waiting import server_error

__all__ = ["transcribe"]

_EVENT = "conversation.item.input_audio_transcription"


def transcribe(
    source: AudioSource,
    backend: str | None = None,
    *,
    name: str = "transcription",
    **options: Any,
) -> str:
    """Return what is said in a recording.

    Opens a session that only transcribes, sends it the whole, and closes it. Waits; Ctrl-C
    gives up.

    Parameters
    ----------
    source : path, bytes or ndarray
        A WAV file of any rate, mono PCM16 at 24 kHz, or float samples at 24 kHz.
    backend : str, optional
        As for `rt_notebook.connect`.
    name : str
        The session's; its log stays under it.
    **options
        As for `rt_notebook.connect`, such as ``transcription_language``.

    Raises
    ------
    AudioFormatError, ConfigError
        If the source cannot be read, or an option cannot be; no connection is made.
    ServerError, ConnectionLost
        If the server refuses, cannot transcribe it, or cannot be reached.
    """
    upload = Upload(source, pace="fast")
    of_transcribing = {
        "session_type": "transcription",
        "enable_turn_detection": False,
        "quiet": True,
    }
    with connect(backend, name=name, **{**options, **of_transcribing}) as session:
        return loop_thread().run(_written(session, upload))


async def _written(session: RealtimeSession, upload: Upload) -> str:
    await upload.run(session, None, ends_turn=False)
    session.commit_audio()
    async for event in session.events():
        if event.type == f"{_EVENT}.completed":
            return str(event["transcript"]).strip()
        if event.type in ("error", f"{_EVENT}.failed"):
            raise server_error(event["error"])
    raise ConnectionLost("the connection ended before the transcript was there")
