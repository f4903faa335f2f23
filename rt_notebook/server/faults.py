"""Faults on request: what breaks a Realtime connection, by name and seed.

``--fault NAME[:PARAM][@FROM][*TIMES]`` lets a fault strike at its FROM-th occasion (by
default the first), and TIMES in the server's life (by default as `fault_table` says; ``*``
alone is always). ``close:1011@3*2`` closes two connections, each amid a response.

Everything else of the server is as it is: a fault stands between a connection and its
socket (`FaultySocket`), or before the upgrade.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Response

from ..errors import ConfigError
from .fault import ALWAYS, Fault, Going, Line, Raw
from .fault_table import FAULTS

__all__ = ["Faults", "FaultySocket", "fault_help"]

_FORM = re.compile(r"(?P<name>[a-z0-9-]+)(:(?P<param>[^@*]+))?(@(?P<first>\d+))?(?P<times>\*\d*)?")


@dataclass
class _Armed:
    """A fault that was asked for, and how often it may still strike."""

    fault: Fault
    param: str
    first: int
    times: float
    occasions: int = 0

    def strikes(self, moment: str) -> bool:
        """Whether it strikes at this moment; counts the occasion."""
        if not re.fullmatch(self.fault.at, moment):
            return False
        self.occasions += 1
        if self.occasions < self.first or self.times <= 0:
            return False
        self.times -= 1
        return True


class Faults:
    """The faults of one server.

    Parameters
    ----------
    wanted : sequence of str
        ``NAME[:PARAM][@FROM][*TIMES]`` each.
    seed : int or None
        Makes what is left to chance the same in every run.

    Raises
    ------
    ConfigError
        If there is no such fault, or it takes another parameter.
    """

    def __init__(self, wanted: Sequence[str] = (), seed: int | None = None) -> None:
        self._armed = [_armed(one) for one in wanted]
        self._random = random.Random(seed)

    def __bool__(self) -> bool:
        return bool(self._armed)

    async def before_upgrade(self, socket: ServerConnection) -> Response | None:
        """Return the HTTP answer of a fault, None to go on; or never return."""
        struck = await self._struck("upgrade", Line(socket, self._random), "")
        return next((answer for answer in struck if isinstance(answer, Response)), None)

    def around(self, socket: ServerConnection) -> FaultySocket:
        """Return the socket with the faults in front of it."""
        return FaultySocket(socket, self, Line(socket, self._random))

    async def through(self, way: str, line: Line, frame: str | bytes) -> list[Going]:
        """Return what goes on instead of a frame: `way` is ``in`` or ``out``."""
        moment = f"{way} {_event(frame).get('type')}"
        return await self._struck(moment, line, frame)

    async def _struck(self, moment: str, line: Line, frame: str | bytes) -> list[Going]:
        going: list[Going] = [frame]
        for armed in self._armed:
            # One fault after another: the frame that was due is what the next one gets.
            if frame in going and isinstance(frame, str) and armed.strikes(moment):
                place = going.index(frame)
                going[place : place + 1] = await armed.fault.strike(line, frame, armed.param)
        return going


class FaultySocket:
    """A client's socket, as a `Connection` uses it, with faults on both ways.

    Parameters
    ----------
    socket : ServerConnection
        The real one.
    faults : Faults
        What may strike.
    line : Line
        The connection, for the faults.
    """

    def __init__(self, socket: ServerConnection, faults: Faults, line: Line) -> None:
        self.transport = socket.transport
        self.close = socket.close
        self._socket = socket
        self._faults = faults
        self._line = line

    async def send(self, frame: str) -> None:
        """Send what the faults make of a frame."""
        for going in await self._faults.through("out", self._line, frame):
            if isinstance(going, Raw):
                self.transport.write(going)
            elif isinstance(going, (str, bytes)):
                await self._socket.send(going)

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        async for frame in self._socket:
            if _event(frame).get("type") in self._line.deaf_to:
                continue
            for going in await self._faults.through("in", self._line, frame):
                if isinstance(going, (str, bytes)):
                    yield going


def fault_help() -> str:
    """Return the table of faults as text, one a line."""
    lines = [
        f"{fault.rows:<9} {_usage(name, fault):<34} {fault.about}" for name, fault in FAULTS.items()
    ]
    return "\n".join(["--fault NAME[:PARAM][@FROM][*TIMES], any number of times:", *lines])


def _usage(name: str, fault: Fault) -> str:
    return f"{name}:{fault.default}" if fault.default else name


def _armed(wanted: str) -> _Armed:
    found = _FORM.fullmatch(wanted)
    fault = FAULTS.get(found["name"]) if found else None
    if found is None or fault is None:
        raise ConfigError(f"no fault is called {wanted!r}; --fault list shows those there are")
    param = found["param"] or fault.default
    if fault.param is None and param:
        raise ConfigError(f"the fault {found['name']!r} takes no parameter, got {param!r}")
    if fault.param is not None and not fault.param.fits(param):
        raise ConfigError(f"the fault {found['name']!r} takes {fault.param.about}; got {param!r}")
    times = float(found["times"][1:] or ALWAYS) if found["times"] else fault.times
    return _Armed(fault, param, int(found["first"] or 1), times)


def _event(frame: str | bytes) -> dict[str, Any]:
    """Return the event of a frame, empty for what is none."""
    try:
        event = json.loads(frame)
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}
