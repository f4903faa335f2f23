"""Keys for magics: out of the environment or a hidden prompt, never out of the line."""

from __future__ import annotations

import argparse
import getpass
import os
from collections.abc import Mapping
from typing import Any

from ..client.backends import is_backend
from ..client.connect import CONNECT_TIMEOUT_SECONDS, connect
from ..client.session import RealtimeSession
from ..client.transcription import transcribe
from ..config.nesting import joined, read
from ..config.options import option_named
from ..config.reading import number
from ..errors import ConfigError
from ..secret import Secret
from .arguments import value_of

__all__ = ["access_of", "connected", "transcribed"]


def connected(args: argparse.Namespace, **more: Any) -> RealtimeSession:
    """Open the session that a line of ``%rt_connect`` or ``%rt_transcribe`` asks for.

    Raises
    ------
    ConfigError, ServerError, ConnectionLost
        As `rt_notebook.connect`.
    """
    joined(read(args.options, "session"))  # two names of one option may contradict each other
    # Some options are parameters of `connect` itself, which knows no aliases.
    options = {option_named(name).name: value for name, value in args.options.items()}
    return connect(
        args.backend,
        name=args.session,
        dialect=args.dialect or "ga",
        keep_audio=args.keep_audio,
        static_copy=not args.no_static_copy,
        **{**options, **access_of(args), **more},
    )


def transcribed(args: argparse.Namespace, variables: Mapping[str, Any]) -> str | None:
    """Return what is said in the recording that a line of ``%rt_transcribe`` names, if any.

    Raises
    ------
    AudioFormatError, ConfigError, ServerError, ConnectionLost
        As `rt_notebook.transcribe`.
    """
    if args.recording is None and args.backend is not None and not is_backend(args.backend):
        args.recording, args.backend = args.backend, None
    if args.recording is None:
        return None
    own_name = {"name": args.session} if args.names_session else {}
    return transcribe(
        value_of(args.recording, variables),
        args.backend,
        dialect=args.dialect or "ga",
        **{**args.options, **access_of(args), **own_name},
    )


def access_of(args: argparse.Namespace) -> dict[str, Any]:
    """Return what a line says of the key and the way, as `rt_notebook.connect` takes it."""
    return {
        "api_key": _asked_key(args),
        "api_key_env": args.api_key_env,
        "token": _from_environment(args.token_env),
        "proxy": _from_environment(args.proxy_env),
        "organization": args.organization,
        "project": args.project,
        "allow_host": args.allow_host,
        "timeout": _seconds(args.timeout),
    }


def _asked_key(args: argparse.Namespace) -> Secret | None:
    """Ask for the key where ``--ask-key`` says so; nothing shows while it is typed."""
    if not args.ask_key:
        return None
    try:
        key = Secret(getpass.getpass("API key: "))
    except (EOFError, NotImplementedError):  # nbconvert, a pipe
        raise ConfigError("nobody can type a key here; name its variable: --api-key-env") from None
    if not key:
        raise ConfigError("no key was typed")
    return key


def _from_environment(name: str | None) -> Secret | None:
    if name is None:
        return None
    if not os.environ.get(name):
        raise ConfigError(f"{name} is not set; set it before the kernel starts")
    return Secret(os.environ[name])


def _seconds(given: str | None) -> float:
    if given is None:
        return CONNECT_TIMEOUT_SECONDS
    seconds = number(given)
    if seconds is None or not seconds > 0:
        raise ConfigError(f"timeout takes seconds, got {given!r}")
    return seconds
