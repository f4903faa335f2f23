"""What one server gives at most, so that no client can take more than its share."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Limits"]

_MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """The bounds of one server.

    Parameters
    ----------
    sessions : int
        Connections that are served at once; the next one gets HTTP 503.
    lifetime_s : float
        How long a session lives, in seconds. The API's live 60 minutes.
    responses : int
        Responses in progress at once in one session, those out of band included.
    items : int
        Items that a conversation holds; beyond, the oldest are forgotten.
    kept_bytes : int
        Sound and text that a conversation holds; beyond, it forgets the oldest sound,
        then the oldest items.
    buffer_ms : int
        Audio that waits for a commit, and the longest turn, in milliseconds.
    unread_bytes : int
        Events that wait for a client that does not read; beyond, it is dropped.
    """

    sessions: int = 64
    lifetime_s: float = 3600
    responses: int = 16
    items: int = 2000
    kept_bytes: int = 64 * _MIB
    buffer_ms: int = 600_000
    unread_bytes: int = 32 * _MIB
