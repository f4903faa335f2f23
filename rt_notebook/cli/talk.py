"""``rt-notebook talk``: one spoken turn from a WAV file, without a browser."""

from __future__ import annotations

import argparse
import json
import queue
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import AudioFormatError, RealtimeError, printable

if TYPE_CHECKING:
    from ..analysis.latency import TurnLatency
    from ..client.reply import Reply
    from ..client.session import RealtimeSession
    from ..protocol.events import Event

__all__ = ["add_arguments", "run"]

_CONFIGURE_SECONDS = 10.0
_TRANSCRIPT_SECONDS = 15.0
_TRANSCRIBED = "conversation.item.input_audio_transcription"
_PARTS = {
    "end_of_speech_to_stop": "end of speech → speech_stopped",
    "stop_to_response": "speech_stopped → response.created",
    "response_to_audio": "response.created → first sound",
    "total": "end of speech → first sound",
    "beyond_silence": "beyond the silence window of {silence_window} ms",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    add = parser.add_argument
    add("--wav", type=Path, required=True, help="what you say: a WAV file of any rate")
    add("--out", type=Path, required=True, help="the answer: a WAV file, 24 kHz mono")
    add(
        "--backend",
        help="offline, openai or a wss:// address; without it OpenAI when OPENAI_API_KEY is set",
    )
    add("--model", help="default: the newest of the backend")
    add("--voice", help="default: the backend's")
    add("--instructions", help="what the model is told to be and do")
    add(
        "--silence-ms", type=_milliseconds, help="silence that ends your turn (server default: 500)"
    )
    add("--record", type=Path, help="file that takes the whole talk (.rtsession)")
    add("--timeout", type=float, default=120.0, help="seconds for the whole turn (%(default)g)")
    add("--json", action="store_true", help="print one JSON object instead of text")


def run(options: argparse.Namespace) -> int:
    """Speak the file, wait for the answer, write it and print both sides and the times.

    Raises
    ------
    RealtimeError, OSError
        If any part fails; the file is only written when there is an answer.
    """
    from ..audio import wav
    from ..client.connect import connect

    speech = wav.read_speech(options.wav)
    _check_writable(options.out)
    with connect(
        options.backend, model=options.model, record=options.record, quiet=options.json
    ) as session:
        if session.backend.server is not None and session.backend.server.missing:
            raise RealtimeError(session.backend.server.missing)
        _configure(session, options)
        reply, heard = _spoken_turn(session, speech, options.timeout)
    if not reply.audio:
        raise RealtimeError(f"the answer has no sound ({reply.text!r}); nothing was written")
    wav.write(options.out, reply.audio)
    result = _result(options, session, reply, heard)
    print(json.dumps(result, ensure_ascii=False) if options.json else _report(result))
    return 0


def _milliseconds(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"must be whole milliseconds, 0 or more, got {text!r}")
    return int(text)


def _check_writable(path: Path) -> None:
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise AudioFormatError(f"cannot write {path}; name a file in a folder that exists")


def _configure(session: RealtimeSession, options: argparse.Namespace) -> None:
    named = {
        "voice": options.voice,
        "instructions": options.instructions,
        "turn_detection_silence_duration": options.silence_ms,
    }
    asked = {name: value for name, value in named.items() if value is not None}
    try:
        session.configure(input_audio_transcription=True, **asked).wait(_CONFIGURE_SECONDS)
    except TimeoutError:
        label = session.backend.label
        raise RealtimeError(f"{label} has not answered to the settings; try again") from None


def _spoken_turn(session: RealtimeSession, speech: bytes, timeout: float) -> tuple[Reply, str]:
    """Return the reply and the transcript of what the server heard."""
    transcribed: queue.Queue[Event] = queue.Queue()
    for outcome in ("completed", "failed"):
        session.on(f"{_TRANSCRIBED}.{outcome}", transcribed.put)
    reply = session.send_audio(speech, pace="realtime")
    assert reply is not None  # only commit=False gives none
    try:
        reply.wait(timeout)
    except TimeoutError:
        label = session.backend.label
        raise RealtimeError(f"no complete answer from {label} within {timeout:g} s") from None
    if reply.user_item_id is not None:
        _await_transcript(transcribed, reply.user_item_id)
    # A pause may have ended a turn within the file, so what was said may be several items.
    said = [item.text for item in session.items if item.role == "user" and item.text]
    return reply, " ".join(said)


def _await_transcript(transcribed: queue.Queue[Event], item_id: str) -> None:
    """The transcript may come after the answer, or fail, or never come."""
    try:
        while (event := transcribed.get(timeout=_TRANSCRIPT_SECONDS)).get("item_id") != item_id:
            continue
    except queue.Empty:
        return
    if event.type.endswith(".failed"):
        raise RealtimeError((event.get("error") or {}).get("message") or "transcription failed")


def _result(
    options: argparse.Namespace, session: RealtimeSession, reply: Reply, heard: str
) -> dict[str, Any]:
    from ..audio.pcm import duration_ms

    return {
        "backend": session.backend.label,
        "model": session.config.get("model") or session.backend.model,
        "heard_text": heard,
        "text": reply.text,
        "out": str(options.out),
        "out_ms": round(duration_ms(reply.audio)),
        "latency_ms": _latency(reply.latency),
    }


def _latency(latency: TurnLatency) -> dict[str, int | None]:
    return {name: _rounded(getattr(latency, f"{name}_ms")) for name in (*_PARTS, "silence_window")}


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)


def _report(result: dict[str, Any]) -> str:
    latency = result["latency_ms"]
    rows = [
        (label.format(**latency), "not seen" if latency[name] is None else f"{latency[name]} ms")
        for name, label in _PARTS.items()
    ]
    return "\n".join(
        (
            "",
            f"you     {printable(result['heard_text']) or '(no transcript)'}",
            f"answer  {printable(result['text'])}",
            "",
            *(f"{label:<39} {value:>8}" for label, value in rows),
            "",
            f"Wrote {result['out']} ({result['out_ms'] / 1000:.1f} s).",
        )
    )
