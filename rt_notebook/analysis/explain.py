"""Why it went wrong, or why nobody answers: one sentence with the cause, one with the next step.

Pure functions over the record and a few facts that no event tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..record.entry import Entry
from ..record.log import Log
from ..secret import redact

__all__ = ["CODES", "Explanation", "Facts", "explain", "explain_error", "sentences"]

SILENCE_MS = 2000  # of sound without an answer that needs no explanation
_BYTES_PER_MS = 48  # PCM16 at 24 kHz
_LOUDEST_SECONDS = 30


@dataclass(frozen=True)
class Explanation:
    """A cause, which may be a server's words, and what to do about it."""

    cause: str
    step: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "cause", redact(self.cause))

    def __str__(self) -> str:
        return f"{self.cause}; {self.step}."


@dataclass(frozen=True)
class Facts:
    """What the record does not tell.

    Parameters
    ----------
    status : str
        How the session stands.
    loss : str
        How its connection ended, as far as it has.
    config : dict
        The configuration in force.
    microphone : str
        What the page said last: ``open``, ``muted``, ``closed``, ``denied``, ``ended``.
    cannot_record : str
        Why the page cannot: ``insecure``, ``no-device-api``, ``no-worklet``, or nothing.
    waits_for_cells : bool
        Whether this kernel hears the microphone only between cells.
    """

    status: str = "open"
    loss: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    microphone: str = ""
    cannot_record: str = ""
    waits_for_cells: bool = False


#: The API's error code, or ours → cause and next step.
CODES: dict[str, Explanation] = {
    code: Explanation(cause, step)
    for code, cause, step in (
        (
            "conversation_already_has_active_response",
            "an answer is being made already",
            "wait for it, stop it with %rt_cancel, or ask with --conversation none",
        ),
        (
            "insufficient_quota",
            "the account has no quota left",
            "look at its plan and billing; another connection meets the same",
        ),
        (
            "session_expired",
            "the session reached its longest duration, 60 minutes",
            "nothing is to be done: another one goes on with what was said",
        ),
        (
            "invalid_api_key",
            "the server did not accept the key",
            "check OPENAI_API_KEY, restart the kernel and connect again",
        ),
        (
            "rate_limit_exceeded",
            "too much was asked for in a short time",
            "wait a little and ask again",
        ),
        (
            "input_audio_buffer_commit_empty",
            "less than 100 ms of sound was there to commit",
            "speak longer, or let turn detection end the turn",
        ),
        (
            "response_cancel_not_active",
            "there was no answer to stop",
            "nothing is to be done: it had ended",
        ),
        (
            "beta_api_shape_disabled",
            "this server does not speak the beta dialect any more",
            "connect without --dialect beta",
        ),
        (
            "speech_not_installed",
            "the offline server cannot speak or hear here",
            'install it: pip install "rt_notebook[local]"',
        ),
    )
}


def explain_error(code: str | None, message: str) -> Explanation:
    """Return what an error means; an unknown code explains itself by its message."""
    known = CODES.get(code or "")
    return known or Explanation(message.rstrip("."), "see the event in %rt_log")


def explain(log: Log, facts: Facts) -> list[Explanation]:
    """Return what keeps this session from going on, the weightiest first; empty if nothing does.

    Parameters
    ----------
    log : Log
        The session's record.
    facts : Facts
        What the record does not tell.
    """
    entries = list(log)
    found = (reason(log, entries, facts) for reason in _REASONS)
    return [explanation for explanation in found if explanation is not None]


def _lost(_log: Log, _entries: list[Entry], facts: Facts) -> Explanation | None:
    told = f": {facts.loss}" if facts.loss else ""
    return {
        "lost": Explanation(f"the connection is gone{told}", "connect again with %rt_connect"),
        "reconnecting": Explanation(f"the connection ended{told}", "wait: it is made anew"),
        "closed": Explanation(
            facts.loss or "the session was closed", "connect again with %rt_connect"
        ),
    }.get(facts.status)


def _last_error(_log: Log, entries: list[Entry], _facts: Facts) -> Explanation | None:
    """The latest error, unless an answer has come since."""
    for entry in reversed(entries):
        if entry.event.type == "response.done":
            response = entry.event["response"]
            error = (response.get("status_details") or {}).get("error") or {}
            if error or response.get("status") == "failed":
                return _of_server(error, "the response failed")
            return None
        if entry.event.type == "error":
            return _of_server(entry.event["error"], "the server told of an error")
    return None


def _of_server(error: Mapping[str, Any], wordless: str) -> Explanation:
    """What an error object means, which may have neither message nor code."""
    code = error.get("code")
    message = error.get("message") or (f"{wordless} ({code})" if code else wordless)
    return explain_error(code, str(message))


_PAGES = {
    "insecure": (
        "the page cannot use the microphone, because it is not https or localhost",
        "open it by https or as localhost, or type, or send a file",
    ),
    "no-device-api": (
        "this place gives pages no microphone",
        "open the notebook in JupyterLab, or type, or send a file",
    ),
    "no-worklet": (
        "the browser does not run audio code here",
        "use a current browser, or type, or send a file",
    ),
    "muted": ("the microphone is muted", "press Unmute in the panel"),
    "denied": ("the browser refused the microphone", "allow it for this page and press again"),
    "ended": ("the microphone went away", "connect it and press the microphone again"),
}


def _page(_log: Log, _entries: list[Entry], facts: Facts) -> Explanation | None:
    told = _PAGES.get(facts.cannot_record) or _PAGES.get(facts.microphone)
    return Explanation(*told) if told else None


def _blocked(_log: Log, _entries: list[Entry], facts: Facts) -> Explanation | None:
    if facts.microphone != "open" or not facts.waits_for_cells:
        return None
    return Explanation(
        "this kernel hears the microphone only between cells",
        "let the cell end, or install ipykernel 7",
    )


def _unheard(log: Log, entries: list[Entry], facts: Facts) -> Explanation | None:
    """Sound was sent since the last answer, and no speech was found in it."""
    since = _since(entries, "input_audio_buffer.speech_started", "response.created")
    spans = [entry.audio for entry in since if entry.audio and entry.audio.track == "user"]
    length = sum(span.length for span in spans)
    if length < SILENCE_MS * _BYTES_PER_MS:
        return None
    seconds = length / _BYTES_PER_MS / 1000
    detection = _input(facts).get("turn_detection")
    if not detection:
        committed = any(e.event.type == "input_audio_buffer.commit" for e in since)
        return (
            None
            if committed
            else Explanation(
                f"{seconds:.1f} s of sound wait for a commit, because turn detection is off",
                "let go of the button, or turn it on: %rt_config --turn-detection server_vad",
            )
        )
    level = _level_dbfs(log, spans[0].start, length)
    threshold = detection.get("threshold")
    aside = f"; the threshold is {threshold}" if threshold is not None else ""
    return Explanation(
        f"no speech was found in {seconds:.1f} s of sound at {level:.0f} dBFS{aside}",
        "speak louder or closer, or lower it: %rt_config --turn-detection-threshold 0.3",
    )


def _unanswered(_log: Log, entries: list[Entry], facts: Facts) -> Explanation | None:
    detection = _input(facts).get("turn_detection") or {}
    if detection.get("create_response") is not False:
        return None
    since = _since(entries, "response.created")
    if not any(entry.event.type == "input_audio_buffer.committed" for entry in since):
        return None
    return Explanation(
        "a turn was heard, and create_response is off",
        "ask for the answer with %rt_respond, or turn it on",
    )


def _held_back(_log: Log, entries: list[Entry], _facts: Facts) -> Explanation | None:
    """Audio went to a page that has rendered none of it."""
    opened = [n for n, entry in enumerate(entries) if entry.event.type == "player.opened"]
    since = entries[opened[-1] :] if opened else []
    came = sum(
        entry.audio.length for entry in since if entry.audio and entry.direction == "received"
    )
    played = any(e.event.get("samples") for e in since if e.event.type == "player.played")
    if played or came < SILENCE_MS * _BYTES_PER_MS:
        return None
    return Explanation(
        "the page has an answer and plays nothing: the browser holds sound back until a click",
        "click in the panel",
    )


_REASONS: tuple[Callable[[Log, list[Entry], Facts], Explanation | None], ...] = (
    _lost,
    _last_error,
    _page,
    _blocked,
    _unheard,
    _unanswered,
    _held_back,
)


def _since(entries: list[Entry], *types: str) -> list[Entry]:
    """What came after the last event of these types."""
    places = [place for place, entry in enumerate(entries) if entry.event.type in types]
    return entries[places[-1] + 1 :] if places else entries


def _level_dbfs(log: Log, start: int, length: int) -> float:
    """Level of the latest of this sound."""
    from ..audio import levels, pcm

    latest = min(length, _LOUDEST_SECONDS * 1000 * _BYTES_PER_MS)
    return levels.dbfs(pcm.decode(log.user.read(start + length - latest, latest)))


def _input(facts: Facts) -> dict[str, Any]:
    return dict((facts.config.get("audio") or {}).get("input") or {})


def sentences(explanations: Iterable[Explanation]) -> str:
    """Return explanations as text, one a line."""
    return "\n".join(f"{str(one)[:1].upper()}{str(one)[1:]}" for one in explanations)
