"""The way in: from a backend's name to an open session."""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import os
import threading
from collections.abc import Callable, Mapping
from typing import Any

from ..analysis.budget import Budget, check_price
from ..background import loop_thread
from ..config.dialect import check_dialect
from ..config.flat import session_event
from ..config.reading import number
from ..errors import ConfigError, ConnectionLost
from ..record import layout
from ..record.recorder import Recorder
from ..secret import Secret
from .access import Access
from .backends import Backend, resolve_backend
from .core import ALIVE
from .outstanding import Patience
from .session import RealtimeSession

__all__ = [
    "CONNECT_TIMEOUT_SECONDS",
    "DEFAULT_SESSION",
    "close_all",
    "connect",
    "register",
    "session_named",
    "sessions",
    "tool",
]

CONNECT_TIMEOUT_SECONDS = 15.0
DEFAULT_SESSION = "default"
_SESSION_TYPES = ("realtime", "transcription")

_sessions: dict[str, RealtimeSession] = {}
_lock = threading.Lock()


def connect(
    backend: str | None = None,
    *,
    model: str | None = None,
    name: str = DEFAULT_SESSION,
    dialect: str = "ga",
    session_type: str = "realtime",
    # Credentials and the way there
    api_key: Secret | str | None = None,
    api_key_env: str | None = None,
    token: Secret | str | None = None,
    organization: str | None = None,
    project: str | None = None,
    headers: Mapping[str, Secret | str] | None = None,
    proxy: Secret | str | None = None,
    allow_host: str | None = None,
    record: str | os.PathLike[str] | None = None,
    keep_audio: bool = False,
    static_copy: bool = True,
    # Patience
    timeout: float = CONNECT_TIMEOUT_SECONDS,
    reconnect: bool = True,
    response_timeout: float = Patience.response,
    budget: Budget | None = None,
    quiet: bool = False,
    **options: Any,
) -> RealtimeSession:
    """Open a session, configure it, and say in one line where the sound goes.

    Parameters
    ----------
    backend : str, optional
        ``"openai"``, ``"azure"``, ``"offline"`` or a ``wss://`` address; without it OpenAI
        when ``OPENAI_API_KEY`` is set, and the offline server that comes with rt_notebook if
        not.
    model : str, optional
        Default is the newest that the backend has; Azure takes the name of a deployment.
    name : str
        Sessions with different names can be open side by side.
    dialect : {"ga", "beta"}
        How the server speaks: ``beta`` for those that have the old names (Azure Voice Live).
        Here everything is GA all the same.
    session_type : {"realtime", "transcription"}
        A conversation, or a session that only writes down what it hears: transcription is
        on, and its model is ``input_audio_transcription_model``.
    api_key, token, proxy, headers : Secret or str
        A key, an Entra token (for Azure's hosts), a proxy's URL and further headers; texts
        become `Secret`. The value of ``OPENAI_API_KEY`` goes to OpenAI alone.
    api_key_env : str
        Name of the variable that holds the key.
    organization, project : str
        OpenAI's; by default from ``OPENAI_ORG_ID`` and ``OPENAI_PROJECT_ID``.
    allow_host : str
        A host that may be given OpenAI's key although it is not OpenAI.
    record : path-like
        File that takes the whole talk (``.rtsession``), sound included; it is written while
        the talk goes on and packed when the session is closed.
    keep_audio : bool
        Keep what is said as sound in the notebook too, up to a size.
    static_copy : bool
        Keep transcript, timeline and cost in the notebook, beside the panel.
    timeout : float
        Seconds until the session must stand.
    reconnect : bool
        Connect again when the connection ends by itself, and restore configuration, tools
        and items. What cannot go well the second time (key, quota) ends the session.
    response_timeout : float
        Seconds without a sign of a response after which its reply fails.
    budget : Budget, optional
        Minutes, responses or dollars: the talk ends before they are exceeded.
    quiet : bool
        Say nothing.
    **options
        Flat names as for `RealtimeSession.configure`: set as soon as the session stands.

    Raises
    ------
    ConfigError
        If an option cannot be, there is no such backend, no key, a session of this name is
        open, or `record` cannot be written or is there already; no connection is made.
    ServerError, ConnectionLost
        If the server refuses or cannot be reached; nothing stays open.
    """
    check_dialect(dialect)
    if session_type not in _SESSION_TYPES:
        raise ConfigError(f"session_type takes realtime or transcription, got {session_type!r}")
    _check_seconds(timeout=timeout, response_timeout=response_timeout)
    first_update = _first_update(options, model, dialect, session_type)
    access = Access.given(
        api_key=api_key,
        api_key_env=api_key_env,
        token=token,
        organization=organization,
        project=project,
        headers=headers,
        proxy=proxy,
        allow_host=allow_host,
    )
    with _lock:
        _make_room(name)
        session = _open(
            lambda: _resolved(backend, model, access, dialect, session_type),
            record,
            timeout=timeout,
            reconnect=reconnect,
            response_timeout=response_timeout,
            budget=budget,
        )
        session.keep_audio, session.static_copy = keep_audio, static_copy
        if first_update is not None:
            _configure(session, first_update, timeout)
        _sessions[name] = session
    if not quiet:
        print(session.backend.sound_goes_to)
        if session.backend.server is not None and session.backend.server.missing:
            print(session.backend.server.missing)
    return session


def _check_seconds(**given: object) -> None:
    for name, seconds in given.items():
        read = None if isinstance(seconds, str) else number(seconds)
        if read is None or not read > 0:
            raise ConfigError(f"{name} takes seconds above 0, got {seconds!r}")


def _first_update(
    options: dict[str, Any], model: str | None, dialect: str, session_type: str
) -> dict[str, Any] | None:
    """Return the event that configures the session, None when nothing is asked for."""
    if session_type == "transcription" and not any("transcription" in name for name in options):
        options = {**options, "enable_input_audio_transcription": True}
    chosen = {} if model is None else {"model": model}
    event = session_event({**options, **chosen}, {"type": session_type}, dialect=dialect)
    event["session"].pop("model", None)  # the address names it
    return event if options else None


def _configure(session: RealtimeSession, update: dict[str, Any], timeout: float) -> None:
    """Set the first configuration; a session that does not take it is closed."""
    try:
        session.send(update).wait(timeout)
    except TimeoutError:
        session.close()
        raise ConnectionLost(
            f"{session.backend.label} did not answer the configuration within {timeout:g} s"
        ) from None
    except BaseException:
        session.close()
        raise


def _resolved(
    backend: str | None, model: str | None, access: Access, dialect: str, session_type: str
) -> Backend:
    resolved = dataclasses.replace(resolve_backend(backend, model, access), dialect=dialect)
    return resolved.only_transcribing() if session_type == "transcription" else resolved


def _open(
    resolve: Callable[[], Backend], record: str | os.PathLike[str] | None, **patience: Any
) -> RealtimeSession:
    resolved = resolve()
    if patience["budget"] is not None:
        check_price(patience["budget"], resolved.model)
    recorder = _recorder(record, resolved) if record is not None else None
    try:
        try:
            return loop_thread().run(RealtimeSession.open(resolved, recorder, **patience))
        except ConnectionLost:
            if resolved.server is None or not resolved.server.has_ended():
                raise
        # The offline server died in this very moment: another one takes its place.
        return loop_thread().run(RealtimeSession.open(resolve(), recorder, **patience))
    except BaseException:
        if recorder is not None:
            recorder.discard()
        raise


def _recorder(record: str | os.PathLike[str], backend: Backend) -> Recorder:
    path = layout.recording_path(record)
    try:
        return Recorder(path, layout.manifest(backend=backend.label, model=backend.model))
    except FileExistsError:
        raise ConfigError(
            f"record names {path}, which is there already; name another file"
        ) from None
    except OSError as error:
        reason = (error.strerror or "it cannot be written").lower()
        raise ConfigError(f"cannot record to {path}: {reason}; name another place") from None


def _make_room(name: str) -> None:
    held = _sessions.get(name)
    if held is None:
        return
    if held.status in ALIVE and not held.gives_way:
        raise ConfigError(
            f"a session is open already (to {held.backend.label}); "
            "close it with %rt_disconnect first, or give this one another name"
        )
    held.close()  # a lost session's recording is packed here at the latest


def register(name: str, session: RealtimeSession) -> None:
    """Let a session be known by a name.

    Raises
    ------
    ConfigError
        If a session of this name is open.
    """
    with _lock:
        _make_room(name)
        _sessions[name] = session


def sessions() -> dict[str, RealtimeSession]:
    """Return the sessions of this process by name, also those that have ended."""
    return dict(_sessions)


def session_named(name: str = DEFAULT_SESSION) -> RealtimeSession:
    """Return the session of a name.

    Raises
    ------
    ConfigError
        If there is none.
    """
    try:
        return _sessions[name]
    except KeyError:
        which = "" if name == DEFAULT_SESSION else f" named {name!r}"
        raise ConfigError(f"no session{which}; open one with %rt_connect") from None


def tool(function: Any = None, /, **options: Any) -> Any:
    """Let the model of the default session call a function; see `RealtimeSession.tool`."""
    return session_named().tool(function, **options)


@atexit.register
def close_all() -> None:
    """Close every session and pack its recording; also when the process ends."""
    for session in sessions().values():
        with contextlib.suppress(TimeoutError):
            session.close()
