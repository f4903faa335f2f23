"""How a session stands, in words that a person can act on."""

from __future__ import annotations

import sys
from typing import Any

from ..client.session import RealtimeSession
from ..client.toolbox import Toolbox

__all__ = ["status_of"]


def status_of(session: RealtimeSession) -> dict[str, Any]:
    """Return what there is to know about a session, by name, in reading order."""
    backend = session.backend
    status: dict[str, Any] = {
        "status": session.status,
        "backend": backend.label,
        "sound": backend.sound_goes_to,
        "model": session.config.get("model") or backend.model,
        "turn detection": _turn_detection(session),
        "items": len(session.items),
        "replies": len(session.replies),
        "events": len(session.log),
        "malformed": session.core.malformed_events,
        "network": _network(session),
        "tools": _tools(session.tools),
    }
    if backend.server is not None and backend.server.missing:
        status["speech"] = backend.server.missing
    status.update(_panel_status(session))
    why = session.explain()
    return {**status, "why": why} if why else status


def _network(session: RealtimeSession) -> str:
    """Whether the server takes the sound as fast as it comes."""
    outbox = session.core.line.transport.outbox
    if not outbox.dropped:
        return "keeps up"
    return f"behind: {outbox.dropped} chunks of sound dropped, {outbox.size_bytes} bytes wait"


def _turn_detection(session: RealtimeSession) -> str:
    """How turns are found, and what the offline server does where the API asks a model."""
    kind = session.turn_detection
    by_rule = kind == "semantic_vad" and session.backend.server is not None
    return f"{kind} (offline: by pauses, eagerness and the last word heard)" if by_rule else kind


def _tools(tools: Toolbox) -> str:
    """The tools by name, how often they were called, and which calls never came back."""
    if not tools:
        return "none"
    waiting = len(tools.approvals.waiting)
    hanging = ", ".join(f"{name} ({n})" for name, n in tools.threads.abandoned.items() if n)
    parts = [
        ", ".join(tool.name for tool in tools),
        f"{tools.count} calls",
        f"{waiting} waiting for you: session.approve()" if waiting else "",
        f"given up and still running: {hanging}" if hanging else "",
    ]
    return "; ".join(part for part in parts if part)


def _panel_status(session: RealtimeSession) -> dict[str, Any]:
    """What the panel knows, if there is one: a status is no reason to load the widget."""
    module = sys.modules.get("rt_notebook.notebook.widget")
    widget = module.shown_panel(session) if module is not None else None
    if widget is None:
        return {"panel": "not shown"}
    return {
        "panel": "live" if widget.owner else "shown, microphone never pressed",
        "path": widget.path,
        "dropped audio": f"{widget.dropped_ms} ms",
        "microphone": "waits while a cell runs" if widget.mic_waits else "independent of cells",
    }
