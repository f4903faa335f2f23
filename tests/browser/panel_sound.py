"""The sound of a notebook's first panel: its microphone, its speaker, and the path between."""

from __future__ import annotations

from typing import Literal

from .notebook import Notebook
from .tap import Tap, tap

__all__ = ["CONTEXT", "ENGINE", "Path", "output_latency_ms", "stats", "turn_microphone_on"]

Path = Literal["comm", "direct"]

ENGINE = "document.querySelector('.rt-panel').rtEngine"
CONTEXT = f"{ENGINE}.player.context"


def turn_microphone_on(notebook: Notebook, path: Path) -> Tap:
    """Press the button, wait until the microphone is open on a path, and tap the speaker."""
    panel = notebook.page.locator(".rt-panel")
    panel.wait_for(state="attached")
    panel.get_by_role("button", name="Turn the microphone on").click()
    notebook.wait_for(f"window.__rtStreams.length > 0 && {ENGINE}.player.output !== null")
    notebook.wait_for(f"{ENGINE}.state.path === '{path}' && {ENGINE}.stats.acked > 0")
    return tap(notebook.page)


def output_latency_ms(notebook: Notebook) -> float:
    """Return what the browser says of the time from rendering to the loudspeaker."""
    return float(notebook.page.evaluate(f"() => {CONTEXT}.outputLatency")) * 1000


def stats(notebook: Notebook) -> dict[str, float]:
    """Return what the page counts."""
    found: dict[str, float] = notebook.page.evaluate(f"() => ({{...{ENGINE}.stats}})")
    return found
