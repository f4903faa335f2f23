"""Ephemeral keys: who asks for one by POST gets it, with the session that it will start.

Source: ``ClientSecretCreateResponse`` of the API reference; ``/sessions`` and
``/transcription_sessions`` are the older ways, with flat beta configurations. A key
starts any number of sessions until it expires; a session that it started lives on.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from ..secret import Secret
from .beta import beta_session, ga_event
from .refusals import Refusal, invalid_value, missing, unknown_parameter
from .session_defaults import DEFAULT_INSTRUCTIONS, DEFAULT_MODEL, Kind
from .session_state import SessionState

__all__ = ["Mint"]

_TTL_S = (10, 7200)
_DEFAULT_TTL_S = 600
_LEGACY_TTL_S = 60
_MOST_KEYS = 10_000

Json = dict[str, Any]


@dataclass(frozen=True)
class _Minted:
    key: Secret
    expires_at: int
    session: Json


class Mint:
    """The ephemeral keys of one server.

    Parameters
    ----------
    modality : {"audio", "text"}
        What answers are by default.
    now : callable
        Seconds since the epoch.
    instructions : str
        What a session's are by default.
    """

    def __init__(
        self,
        modality: str = "audio",
        now: Callable[[], float] = time.time,
        instructions: str = DEFAULT_INSTRUCTIONS,
    ) -> None:
        self._modality = modality
        self._instructions = instructions
        self._now = now
        self._minted: list[_Minted] = []

    def answer(self, endpoint: str, body: bytes) -> tuple[HTTPStatus, Json]:
        """Return the HTTP status and the JSON that answer a POST to one of `endpoints`."""
        try:
            return HTTPStatus.OK, _ENDPOINTS[endpoint](self, _object(body))
        except Refusal as refusal:
            error = refusal.to_json(None)
            error.pop("event_id")
            return HTTPStatus.BAD_REQUEST, {"error": error}

    @staticmethod
    def endpoints() -> tuple[str, ...]:
        """Return what mints, below a path where sessions are opened."""
        return tuple(_ENDPOINTS)

    def session_of(self, key: Secret) -> Json | None:
        """Return the ``session`` that a living key was minted with, None for any other key."""
        self._forget_expired()
        return next((one.session for one in self._minted if one.key == key), None)

    def _client_secret(self, body: Json) -> Json:
        _only(body, "expires_after", "session")
        session = body.get("session") or {"type": "realtime"}
        state = self._configured(session)
        value, expires_at = self._mint(session, _ttl_s(body.get("expires_after")))
        # As recorded: the session that the key will start has no end yet.
        return {
            "value": value,
            "expires_at": expires_at,
            "session": {**state.config, "expires_at": 0},
        }

    def _legacy_session(self, body: Json) -> Json:
        session, secret = _without_secret(body)
        event = ga_event({"type": "session.update", "session": session}, "beta")
        state = self._configured(event["session"], "beta")
        value, expires_at = self._mint(event["session"], _legacy_ttl_s(secret))
        shown = beta_session(state.config)
        return {**shown, "client_secret": {"value": value, "expires_at": expires_at}}

    def _legacy_transcription_session(self, body: Json) -> Json:
        session, secret = _without_secret(body)
        modalities = session.pop("modalities", ["audio", "text"])
        event = ga_event({"type": "transcription_session.update", "session": session}, "beta")
        state = self._configured(event["session"], "beta")
        value, expires_at = self._mint(event["session"], _legacy_ttl_s(secret))
        return {
            **beta_session(state.config),
            "modalities": modalities,
            "client_secret": {"value": value, "expires_at": expires_at},
        }

    def _configured(self, session: Any, dialect: str = "ga") -> SessionState:
        """Return the session that would start now; refuse what could not start."""
        asked = session if isinstance(session, dict) else {}
        model, kind = asked.get("model") or DEFAULT_MODEL, asked.get("type")
        if not isinstance(model, str):
            raise Refusal(
                "Invalid type for 'session.model': expected a string.",
                "invalid_type",
                "session.model",
            )
        shape: Kind = "transcription" if kind == "transcription" else "realtime"
        told = self._instructions
        state = SessionState(model, self._modality, shape, dialect=dialect, instructions=told)
        state.update(session)
        return state

    def _mint(self, session: Json, ttl_s: int) -> tuple[str, int]:
        self._forget_expired()
        if len(self._minted) >= _MOST_KEYS:
            raise Refusal(f"This server keeps at most {_MOST_KEYS} keys.", "too_many_keys")
        value, expires_at = f"ek_{secrets.token_hex(16)}", int(self._now()) + ttl_s
        self._minted.append(_Minted(Secret(value), expires_at, session))
        return value, expires_at

    def _forget_expired(self) -> None:
        now = self._now()
        self._minted = [one for one in self._minted if one.expires_at > now]


def _object(body: bytes) -> Json:
    try:
        value = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Refusal("The body is not a JSON object.", "invalid_json")
    return value


def _without_secret(body: Json) -> tuple[Json, Any]:
    """Part a legacy body into the session and what it says of its key."""
    return {k: v for k, v in body.items() if k != "client_secret"}, body.get("client_secret")


def _legacy_ttl_s(secret: Any) -> int:
    """Read ``client_secret.expires_after``, which transcription sessions call ``expires_at``."""
    given = secret if isinstance(secret, dict) else {}
    return _ttl_s(given.get("expires_after") or given.get("expires_at"), _LEGACY_TTL_S)


def _only(body: Json, *known: str) -> None:
    for key in body:
        if key not in known:
            raise unknown_parameter(key)


def _ttl_s(expires_after: Any, default_s: int = _DEFAULT_TTL_S) -> int:
    if expires_after is None:
        return default_s
    if not isinstance(expires_after, dict):
        message = "Invalid type for 'expires_after': expected an object."
        raise Refusal(message, "invalid_type", "expires_after")
    _only(expires_after, "anchor", "seconds")
    if expires_after.get("anchor", "created_at") != "created_at":
        raise invalid_value(expires_after["anchor"], "expires_after.anchor", ["created_at"])
    seconds = expires_after.get("seconds")
    if seconds is None:
        raise missing("expires_after.seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        param = "expires_after.seconds"
        raise Refusal(f"Invalid type for '{param}': expected an integer.", "invalid_type", param)
    if not _TTL_S[0] <= seconds <= _TTL_S[1]:
        bound = f"Expected a value from {_TTL_S[0]} to {_TTL_S[1]}, but got {seconds} instead."
        param = "expires_after.seconds"
        raise Refusal(f"Invalid '{param}'. {bound}", "invalid_value", param)
    return seconds


_ENDPOINTS: dict[str, Callable[[Mint, Json], Json]] = {
    "client_secrets": Mint._client_secret,
    "sessions": Mint._legacy_session,
    "transcription_sessions": Mint._legacy_transcription_session,
}
