"""The answer to minting, typed: the key, and the session that it will start."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..config.dialect import to_wire
from ..config.hidden import concealed_tools
from ..errors import ServerError
from ..secret import Secret

__all__ = ["ClientSecret", "SessionCreateResponse"]


@dataclass(frozen=True)
class SessionCreateResponse:
    """The session as the server would start it, under the names of the flat configuration.

    Every property of the API's ``RealtimeSessionCreateResponse``, and what GA has beside
    them; None where the server says nothing. `other` holds what has no property here.
    """

    id: str | None = None
    object: str | None = None
    model: str | None = None
    expires_at: int | None = None
    modalities: list[str] | None = None
    instructions: str | None = None
    voice: str | dict[str, Any] | None = None
    speed: float | None = None
    input_audio_format: str | None = None
    output_audio_format: str | None = None
    input_audio_transcription: dict[str, Any] | None = None
    input_audio_noise_reduction: dict[str, Any] | None = None
    turn_detection: dict[str, Any] | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    temperature: float | None = None
    max_response_output_tokens: int | str | None = None
    reasoning: dict[str, Any] | None = None
    truncation: str | dict[str, Any] | None = None
    tracing: str | dict[str, Any] | None = None
    prompt: dict[str, Any] | None = None
    include: list[str] | None = None
    client_secret: Secret | None = None
    other: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, session: Mapping[str, Any], secret: Secret) -> SessionCreateResponse:
        """Read the ``session`` of GA's answer, or an older answer as a whole."""
        event = {"type": "session.created", "session": dict(session)}
        flat = to_wire(event, "beta")["session"]
        flat.pop("client_secret", None)
        flat["tools"] = concealed_tools(flat.get("tools"))
        names = {one.name for one in dataclasses.fields(cls)} - {"other", "client_secret"}
        known = {name: flat[name] for name in names & flat.keys()}
        other = {name: value for name, value in flat.items() if name not in names}
        return cls(**known, client_secret=secret, other=other)


@dataclass(frozen=True)
class ClientSecret:
    """An ephemeral key.

    Parameters
    ----------
    value : Secret
        The key; only ``value.reveal()`` shows it.
    expires_at : int
        Unix seconds until which it can start sessions.
    session : SessionCreateResponse
        What it starts.
    """

    value: Secret
    expires_at: int
    session: SessionCreateResponse

    @property
    def seconds_left(self) -> float:
        """How long it can still start a session."""
        return max(0.0, self.expires_at - time.time())

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> ClientSecret:
        """Read an answer of any of the three endpoints.

        Raises
        ------
        ServerError
            If there is no key in it.
        """
        nested = answer.get("client_secret")
        held = nested if isinstance(nested, Mapping) else answer
        session = answer.get("session")
        value, expires_at = held.get("value"), held.get("expires_at")
        if not isinstance(value, str) or not isinstance(expires_at, int):
            raise ServerError("the server's answer holds no key")
        secret = Secret(value)
        started = session if isinstance(session, Mapping) else answer
        return cls(secret, expires_at, SessionCreateResponse.read(started, secret))
