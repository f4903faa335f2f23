"""What can go wrong, sorted by who broke the rule.

::

    RealtimeError
    ├── ConfigError (ValueError)        you asked for a setting that cannot be
    ├── AudioFormatError (ValueError)   you gave audio that cannot be read or sent
    ├── LocalProtocolError              you asked for a move that the protocol forbids now
    ├── ServerError                     the server refused, and said why
    ├── ConnectionLost                  the connection ended or never came about
    └── ToolError                       a tool that the model called failed

Messages are lower case without a full stop and give got, expected and unit.
They may quote what came from outside, which may hold anything: all are made `printable`.
"""

from __future__ import annotations

from .secret import redact

__all__ = [
    "AudioFormatError",
    "ConfigError",
    "ConnectionLost",
    "LocalProtocolError",
    "RealtimeError",
    "ServerError",
    "ToolError",
    "printable",
]

# C0 and C1 of ECMA-48 without newline and tab: they move cursors, colour and rename windows.
_CONTROLS = dict.fromkeys({*range(0x20), *range(0x7F, 0xA0)} - {0x09, 0x0A})


def printable(text: str) -> str:
    """Return a text from outside without secrets, and without what steers a terminal."""
    return redact(text.translate(_CONTROLS))


class RealtimeError(Exception):
    """Base class of every error that rt_notebook raises on purpose."""

    def __init__(self, *told: object) -> None:
        super().__init__(*(printable(str(one)) for one in told))


class ConfigError(RealtimeError, ValueError):
    """A setting that does not exist, is out of range or conflicts with another."""


class AudioFormatError(RealtimeError, ValueError):
    """Audio that cannot be read, or is not of the format that was named."""


class LocalProtocolError(RealtimeError):
    """A move that the protocol forbids in the present state; nothing was sent."""


class ServerError(RealtimeError):
    """The server refused a request (API event ``error``, or an HTTP status).

    Parameters
    ----------
    message : str
        The server's sentence.
    code : str or None
        The API's error code, such as ``"unknown_parameter"``.
    param : str or None
        The parameter that the server names, such as ``"session.audio"``.
    event_id : str or None
        Id of the client event that caused the error.
    retry_after : float or None
        Seconds that the server asks to wait (HTTP ``Retry-After``).
    """

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        event_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.param = param
        self.event_id = event_id
        self.retry_after = retry_after


class ConnectionLost(RealtimeError):
    """The connection could not be made, or ended without being asked to.

    Parameters
    ----------
    message : str
        What happened, in a sentence.
    code : int or None
        WebSocket close code (RFC 6455 §7.4), None when no connection was made.
    reason : str
        The close reason that the peer gave.
    """

    def __init__(self, message: str, *, code: int | None = None, reason: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason


class ToolError(RealtimeError):
    """A tool that the model called raised, timed out or gave an unusable result."""
