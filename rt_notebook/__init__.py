"""Talk to a Realtime voice model in a notebook cell, and see what happened.

>>> import rt_notebook as rt
>>> session = rt.connect("offline")     # doctest: +SKIP
>>> session.say("hello").wait().text    # doctest: +SKIP

Everything here is loaded on first use: importing rt_notebook, or ``%load_ext
rt_notebook``, loads neither numpy nor pydantic nor websockets nor ipywidgets.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from .analysis.budget import Budget
    from .client.connect import connect, tool
    from .client.connect import session_named as session
    from .client.credentials import mint_client_secret
    from .client.recording import Recording
    from .client.recording import open_recording as open  # noqa: F401
    from .client.replay import Replay, replay
    from .client.reply import Reply
    from .client.session import RealtimeSession
    from .client.transcription import transcribe
    from .config.flat import response_create, session_update
    from .config.notices import DeprecationNotice
    from .config.preset import Preset
    from .config.session import SemanticVad, ServerVad
    from .errors import (
        AudioFormatError,
        ConfigError,
        ConnectionLost,
        LocalProtocolError,
        RealtimeError,
        ServerError,
        ToolError,
    )
    from .secret import Secret

__version__ = "0.1.0"

# `open` is not among them: an import of * must leave Python's own alone.
__all__ = [
    "AudioFormatError",
    "Budget",
    "ConfigError",
    "ConnectionLost",
    "DeprecationNotice",
    "LocalProtocolError",
    "Preset",
    "RealtimeError",
    "RealtimeSession",
    "Recording",
    "Replay",
    "Reply",
    "Secret",
    "SemanticVad",
    "ServerError",
    "ServerVad",
    "ToolError",
    "connect",
    "mint_client_secret",
    "replay",
    "response_create",
    "session",
    "session_update",
    "tool",
    "transcribe",
]

_ERRORS = (
    "AudioFormatError",
    "ConfigError",
    "ConnectionLost",
    "LocalProtocolError",
    "RealtimeError",
    "ServerError",
    "ToolError",
)
#: Public name → its module, and its name there where that differs.
_HOMES = {
    **dict.fromkeys(_ERRORS, ".errors"),
    "Budget": ".analysis.budget",
    "DeprecationNotice": ".config.notices",
    "Preset": ".config.preset",
    "RealtimeSession": ".client.session",
    "Recording": ".client.recording",
    "Replay": ".client.replay",
    "Reply": ".client.reply",
    "Secret": ".secret",
    "SemanticVad": ".config.session",
    "ServerVad": ".config.session",
    "connect": ".client.connect",
    "replay": ".client.replay",
    "open": ".client.recording:open_recording",
    "mint_client_secret": ".client.credentials",
    "response_create": ".config.flat",
    "session": ".client.connect:session_named",
    "session_update": ".config.flat",
    "transcribe": ".client.transcription",
    "tool": ".client.connect",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, other_name = _HOMES[name].partition(":")
    value = getattr(importlib.import_module(module, __name__), other_name or name)
    globals()[name] = value
    if "IPython" in sys.modules:
        _teach_to_display()
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register the magics (``%load_ext rt_notebook``)."""
    from .notebook.extension import load

    load(shell)
    _teach_to_display()


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Close the sessions (``%unload_ext rt_notebook``); IPython keeps the magics."""
    connecting = sys.modules.get(f"{__name__}.client.connect")
    if connecting is not None:
        connecting.close_all()


def _teach_to_display() -> None:
    """A session displayed in a cell shows its panel; the widget loads only then."""
    shell = sys.modules["IPython"].get_ipython()
    if shell is not None:
        formatter = shell.display_formatter.ipython_display_formatter
        formatter.for_type_by_name(f"{__name__}.client.session", "RealtimeSession", _show_panel)


def _show_panel(session: RealtimeSession) -> None:
    from .notebook.widget import show

    show(session)
