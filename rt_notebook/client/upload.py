"""Audio from a file or an array, spoken into a session as a person would."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Union

import numpy as np

from ..audio import levels, pcm, wav
from ..errors import AudioFormatError, ConfigError, ConnectionLost, RealtimeError
from .clock import within

if TYPE_CHECKING:
    from .reply import Reply
    from .session import RealtimeSession

__all__ = ["CHUNK_MS", "AudioSource", "Upload", "read", "silence_ms"]

AudioSource = Union[str, "os.PathLike[str]", bytes, pcm.FloatArray]

CHUNK_MS = 40
CHUNK_BYTES = CHUNK_MS * pcm.SAMPLE_RATE_HZ // 1000 * 2
#: How long the server may take to begin its answer once the silence has been sent.
ANSWER_SECONDS = 10.0
_SEMANTIC_SILENCE_MS = 9000  # semantic_vad waits 8 s at low eagerness
_SPARE_SILENCE_MS = 1000


class Upload:
    """One utterance on its way.

    Parameters
    ----------
    source : path, bytes or ndarray
        As in `RealtimeSession.send_audio`.
    pace : {"realtime", "fast"}
        Whether chunks wait for their time.
    """

    def __init__(self, source: AudioSource, pace: str = "realtime") -> None:
        if pace not in ("realtime", "fast"):
            raise ConfigError(f"pace must be 'realtime' or 'fast', got {pace!r}")
        self.pcm = read(source)
        self._realtime = pace == "realtime"
        self._n_chunks = 0
        self._began = 0.0
        self._connections = 0

    def start(self, session: RealtimeSession, reply: Reply | None, ends_turn: bool) -> None:
        """Begin to send; `reply` will hold the answer. Runs on the background loop."""
        if reply is not None and session.turn_detection != "none":
            session.core.outstanding.expect(reply)
        session.core.run(self.run(session, reply, ends_turn))

    async def run(self, session: RealtimeSession, reply: Reply | None, ends_turn: bool) -> None:
        """Send it all, then what ends the turn, if asked to; one upload after another.

        Runs on the background loop.
        """
        async with session.core.uploading:
            await self._send_all(session)
            if ends_turn:
                await self._end_turn(session, reply)

    async def _send_all(self, session: RealtimeSession) -> None:
        self._began = session.core.clock.monotonic()
        self._connections = session.core.line.connections
        for start in range(0, len(self.pcm), CHUNK_BYTES):
            await self._send(session, self.pcm[start : start + CHUNK_BYTES])

    async def _end_turn(self, session: RealtimeSession, reply: Reply | None) -> None:
        if session.turn_detection == "none":
            session.send({"type": "input_audio_buffer.commit"})
            if reply is not None:
                session.ask(reply)
            return
        if reply is not None:
            reply.uploading = True
        await self._be_silent(session, reply)
        if reply is not None:
            reply.uploading = False
            await self._wait_begun(session, reply)

    async def _send(self, session: RealtimeSession, chunk: bytes) -> None:
        # A microphone delivers a chunk when its last sample has been spoken.
        self._n_chunks += 1
        due = self._began + self._n_chunks * CHUNK_MS / 1000 if self._realtime else 0.0
        await session.core.clock.sleep(max(0.0, due - session.core.clock.monotonic()))
        session.core.append_audio(chunk)

    async def _be_silent(self, session: RealtimeSession, reply: Reply | None) -> None:
        """Send silence until the server has ended the turn, and begun to answer if it does."""
        chunk, machine = pcm.silence(CHUNK_MS), session.core.machine
        for _ in range(silence_ms(session.config) // CHUNK_MS):
            if reply is not None and reply.status != "waiting" and not machine.user_speaking:
                break
            await self._send(session, chunk)

    async def _wait_begun(self, session: RealtimeSession, reply: Reply) -> None:
        if _answers(session):
            await within(session.core.clock, ANSWER_SECONDS, reply.begun.wait())
        if reply.status == "waiting":
            session.core.outstanding.give_up(reply, self._unheard(session))

    def _unheard(self, session: RealtimeSession) -> RealtimeError:
        if session.core.line.connections != self._connections:
            return ConnectionLost("the connection was lost while you spoke; say it again")
        if not _answers(session):
            return RealtimeError(
                "it was sent, and create_response is off: ask for the answer with respond()"
            )
        level = levels.dbfs(pcm.decode(self.pcm))
        return RealtimeError(
            f"the server heard no speech in {pcm.duration_ms(self.pcm) / 1000:.1f} s of audio "
            f"({level:.0f} dBFS); speak louder or lower turn_detection_threshold"
        )


def _answers(session: RealtimeSession) -> bool:
    """Whether the server answers by itself what it hears."""
    detection = session.config["audio"]["input"]["turn_detection"]
    return detection.get("create_response") is not False


def silence_ms(config: Mapping[str, Any]) -> int:
    """Silence that certainly ends a turn under this configuration."""
    detection = config["audio"]["input"]["turn_detection"]
    if detection["type"] == "semantic_vad":
        return _SEMANTIC_SILENCE_MS
    return int(detection.get("silence_duration_ms", 500)) + _SPARE_SILENCE_MS


def read(source: Any) -> bytes:
    """Return any audio source as mono PCM16 at 24 kHz.

    Raises
    ------
    AudioFormatError
        If it cannot be read, or is empty.
    """
    if isinstance(source, (str, os.PathLike)):
        audio = wav.read_speech(source)
    elif isinstance(source, (bytes, bytearray, memoryview)):
        audio = bytes(source)
        pcm.decode(audio)
    elif isinstance(source, np.ndarray):
        audio = pcm.encode(source)
    else:
        raise AudioFormatError(
            "audio is a WAV file's path, bytes of PCM16 or an array of floats, "
            f"got {type(source).__name__}"
        )
    if not audio:
        raise AudioFormatError("the audio is empty; give at least 100 ms of speech")
    return audio
