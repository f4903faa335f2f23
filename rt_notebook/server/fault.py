"""What a fault is: when it strikes, and what goes on in place of the frame that it struck."""

from __future__ import annotations

import math
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Response

from .fault_parameters import Parameter

__all__ = ["ALWAYS", "Fault", "Going", "Line", "Raw", "Strike"]

ALWAYS = math.inf


class Raw(bytes):
    """Bytes for the connection itself, past the WebSocket."""


Going = str | bytes | Raw | Response  # bytes go as a binary frame


@dataclass
class Line:
    """One connection, as a fault gets hold of it.

    Parameters
    ----------
    socket : ServerConnection
        The client's.
    random : random.Random
        The seeded source of whatever is left to chance.
    deaf_to : set of str
        Types of client events that the server does not see at present.
    held : list of str
        Frames that go out later than they were due.
    """

    socket: ServerConnection
    random: random.Random
    deaf_to: set[str] = field(default_factory=set)
    held: list[str] = field(default_factory=list)


Strike = Callable[[Line, str, str], Awaitable[list[Going]]]


@dataclass(frozen=True)
class Fault:
    """One row of the table.

    Parameters
    ----------
    rows : str
        Which rows of the fault matrix it serves.
    at : str
        The moment: ``upgrade``, or a pattern for ``out TYPE`` and ``in TYPE``.
    about : str
        What it does, in one sentence; PARAM is what stands behind the colon.
    strike : callable
        ``strike(line, frame, param)`` returns what goes on.
    param : Parameter or None
        What PARAM may be; None where there is none.
    default : str
        The parameter when none is given.
    times : float
        How often it strikes unless told otherwise, in the server's life.
    """

    rows: str
    at: str
    about: str
    strike: Strike
    param: Parameter | None = None
    default: str = ""
    times: float = 1
