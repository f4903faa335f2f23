"""Which brain answers, by the words of ``--brain``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from ...errors import ConfigError
from ...secret import Secret
from . import Brain
from .chat import ChatBrain
from .demo import DemoBrain
from .echo import EchoBrain
from .script import ScriptBrain, read_script

__all__ = ["chosen"]


def chosen(
    words: Sequence[str], model: str | None = None, key_env: str | None = None
) -> Callable[[], Brain]:
    """Return what makes a brain for each connection.

    Parameters
    ----------
    words : sequence of str
        ``demo``, ``echo``, ``script FILE``, ``chat URL``, or a URL alone.
    model : str or None
        What a chat endpoint is asked for.
    key_env : str or None
        Name of the environment variable that holds a chat endpoint's key.

    Raises
    ------
    ConfigError
        If there is no such brain, its file cannot be read, or the key is not there.
    """
    name, *rest = words
    if name.startswith(("http://", "https://")):
        name, rest = "chat", [name, *rest]
    if name in ("demo", "echo") and not rest:
        return DemoBrain if name == "demo" else EchoBrain
    if name == "script" and len(rest) == 1:
        steps = read_script(Path(rest[0]))
        return lambda: ScriptBrain(steps)
    if name == "chat" and len(rest) == 1 and rest[0].startswith(("http://", "https://")):
        key = _key(key_env)
        return lambda: ChatBrain(rest[0], model, key)
    raise ConfigError(
        f"no brain {' '.join(words)!r}; there are demo, echo, script FILE and chat URL, "
        "where a URL begins with http:// or https://"
    )


def _key(name: str | None) -> Secret | None:
    if name is None:
        return None
    if not os.environ.get(name):
        raise ConfigError(f"the environment variable {name} is not set")
    return Secret(os.environ[name])
