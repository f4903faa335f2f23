"""A recording as one more transport: the same talk again, at any pace, without a network."""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

from ..background import loop_thread
from ..errors import ConfigError, ConnectionLost, LocalProtocolError
from ..record.log import Log
from .backends import Backend
from .connect import register
from .recording import Recording, open_recording
from .replay_core import ReplayCore
from .session import RealtimeSession
from .transport import Outbox
from .waiting import Waitable

__all__ = ["REPLAY_SESSION", "Replay", "ReplaySession", "prepare", "replay", "replay_recording"]

REPLAY_SESSION = "replay"
_MOST_WAITING_CALLBACKS = 1000


class Replay(Waitable["RealtimeSession"]):
    """A talk that is being gone through again.

    ``replay.wait()`` and ``await replay`` return its session when all of it has been, and
    every callback has returned.

    Attributes
    ----------
    session : RealtimeSession
        As a live one: items, log, turns, plots, callbacks; a recording takes no requests.
    """

    def __init__(self, session: RealtimeSession, start: Callable[[Replay], None]) -> None:
        super().__init__()
        self.session = session
        self._start: Callable[[Replay], None] | None = start

    def play(self) -> Replay:
        """Begin, if it has not begun."""
        start, self._start = self._start, None
        if start is not None:
            start(self)
        return self

    def wait(self, timeout: float | None = None) -> RealtimeSession:
        """Begin, and wait for the end; see `Waitable.wait`."""
        return super(Replay, self.play()).wait(timeout)

    def __repr__(self) -> str:
        return f"<Replay {'done' if self.done else 'going on'}: {self.session!r}>"


class ReplaySession(RealtimeSession):
    """The session of a recording that is replayed."""

    is_replay = gives_way = True

    def __init__(self, recording: Recording, core: ReplayCore, name: str) -> None:
        said = recording.manifest
        label = f"replay of {name}"
        sentence = f"This is a {label}: no sound goes anywhere."
        super().__init__(Backend("replay", label, "", sentence, str(said.get("model", ""))), core)
        self._manifest = said

    @property
    def manifest(self) -> dict[str, Any]:
        """What the file says of the talk."""
        return self._manifest

    def _alive(self) -> None:
        raise LocalProtocolError("this is a replay and takes no requests; connect to talk")


def replay(
    path: str | os.PathLike[str],
    *,
    speed: float = 1.0,
    on: Mapping[str, Callable[..., Any]] | None = None,
    backend: str | None = None,
    config: Mapping[str, Any] | None = None,
    name: str = REPLAY_SESSION,
    **connection: Any,
) -> Replay:
    """Go through a recorded talk again, or say what its user said to another backend.

    Parameters
    ----------
    path : path-like
        The recording.
    speed : float
        1 is the pace of the talk, 10 ten times that, ``math.inf`` at once.
    on : mapping of str to callable
        Callbacks by event type, as for `RealtimeSession.on`, from the first event on.
    backend : str, optional
        As for `rt_notebook.connect`. With it, or with `config`, the *user's* side alone is
        taken from the recording and sent at its pace to a live session.
    config : mapping, optional
        Flat names of the configuration that differ from the recorded ones.
    name : str
        Of the session, for magics (``-s``); it takes the place of a replay before it, a live
        one too.
    **connection
        For that live session; see `rt_notebook.connect`.

    Returns
    -------
    Replay
        It has begun; ``.wait()`` returns the session at the end.

    Raises
    ------
    ConfigError
        If the speed is not above zero, or other than 1 with a live backend, or a session of
        this name is open.
    MalformedRecording, OSError
        If the file cannot be read.
    """
    given = {"backend": backend, "config": config, **connection}
    again = prepare(path, speed=speed, name=name, **given)
    for type, callback in (on or {}).items():
        again.session.on(type, callback)
    return again.play()


def prepare(
    path: str | os.PathLike[str],
    *,
    speed: float = 1.0,
    name: str = REPLAY_SESSION,
    backend: str | None = None,
    config: Mapping[str, Any] | None = None,
    **connection: Any,
) -> Replay:
    """Return a replay that waits for `Replay.play`; otherwise as `replay`."""
    recording = open_recording(path)
    if backend is None and config is None and not connection:
        again = replay_recording(recording, speed=speed, label=Path(path).name)
        register(name, again.session)
        return again
    from .rerun import rerun_recording

    if speed != 1:
        raise ConfigError(f"a live backend listens at speed 1, got {speed:g}")
    return rerun_recording(recording, backend, config or {}, name=name, **connection)


def replay_recording(
    recording: Recording, *, speed: float = 1.0, label: str = "a recording"
) -> Replay:
    """Return a replay that waits for `Replay.play`; `label` says of what.

    Raises
    ------
    ConfigError
        If the speed is not above zero.
    """
    if not speed > 0:
        raise ConfigError(f"speed takes a number above 0, or inf for at once, got {speed!r}")
    tape = loop_thread().run(_load(recording.log, speed))
    session = ReplaySession(recording, tape.core, label)
    return Replay(session, tape.start)


async def _load(log: Log, speed: float) -> _Tape:
    tape = _Tape(log, speed)
    tape.core = ReplayCore(tape, log, _Pace(speed))
    return tape


class _Pace:
    """Time of a replay: a second of the talk takes ``1 / speed`` seconds."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._loop = asyncio.get_running_loop()

    def monotonic(self) -> float:
        """Return seconds of the talk."""
        return self._loop.time() * (self._speed if math.isfinite(self._speed) else 1.0)

    def wall(self) -> float:
        """Return nothing that counts: every event has its recorded time."""
        return 0.0

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds of the talk."""
        await asyncio.sleep(max(0.0, seconds) / self._speed)


class _Tape:
    """The transport: between the frames that it yields, it lets the rest be done again."""

    core: ReplayCore

    def __init__(self, log: Log, speed: float) -> None:
        self.outbox = Outbox()
        self._log = log
        self._clock = _Pace(speed)
        self._started = asyncio.Event()
        self._replay: Replay | None = None
        self._ended = False

    def start(self, replay: Replay) -> None:
        """Begin; `replay` is settled at the end. Any thread."""
        self._replay = replay
        loop_thread().call_soon(self._started.set)

    def send(self, text: str, *, droppable: bool = False) -> None:
        """Nothing: the answers are recorded."""

    async def frames(self) -> AsyncIterator[str | bytes]:
        """Yield what came, each at its time."""
        await self._started.wait()
        first: float | None = None
        began = self._clock.monotonic()
        for entry in self._log:
            first = entry.time if first is None else first
            await self._clock.sleep(entry.time - first - (self._clock.monotonic() - began))
            if self.core.listeners.waiting > _MOST_WAITING_CALLBACKS:
                await self.core.listeners.caught_up()
            if entry.direction == "received":
                yield self.core.frame_of(entry)
            else:
                self.core.redo(entry)
        self._ended = True
        self.core.run(self._end())

    async def close(self) -> None:
        """End; who waits for a replay that was stopped learns of it."""
        if self._replay is not None and not self._ended:
            self._replay.fail(ConnectionLost("the replay was closed before its end"))

    async def _end(self) -> None:
        await self.core.listeners.caught_up()
        await self.core.close()
        if self._replay is not None:
            self._replay.settle(self._replay.session)
