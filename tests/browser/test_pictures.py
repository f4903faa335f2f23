"""What the panel looks like: pictures to look at, and what can be checked of them.

They are written to ``screenshots/``, which is not in the repository. With RT_UPDATE_PICTURE=1
the README's picture, ``notebooks/images/panel.png``, is made anew.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from ..speech import microphone_wav, say
from .panel import TRANSCRIBE, connected

pytestmark = pytest.mark.slow

README_PICTURE = Path(__file__).parents[2] / "notebooks" / "images" / "panel.png"
SESSION = "import rt_notebook\nsession = rt_notebook.session()"
CONNECT = "%load_ext rt_notebook\n%rt_connect"
LOUD = (
    "parseFloat(document.querySelector('.rt-panel').style.getPropertyValue('--rt-assistant')) > 0.5"
)
#: Elements of the panel that reach out of it, or whose text does not fit into them.
MISFITS = """(panel) => {
    const { left, right } = panel.getBoundingClientRect();
    const hides = (e) => getComputedStyle(e).overflowX === "hidden";
    const cut = (e) => e.scrollWidth > e.clientWidth + 1 && !hides(e);
    const box = (e) => e.getBoundingClientRect();
    const out = (e) => box(e).right > right || box(e).left < left;
    const shown = [...panel.querySelectorAll("div, button, select, textarea, header")]
        .filter((e) => e.getClientRects().length);
    return shown.filter((e) => cut(e) || out(e)).map((e) => e.className);
}"""


def test_the_panel_in_both_themes_narrow_and_in_trouble(open_notebook, tmp_path):
    hears = microphone_wav(tmp_path / "question.wav", 1.0, say("And what can you do?"), 30.0)
    notebook = open_notebook(CONNECT, TRANSCRIBE, SESSION, microphone=hears, scale=2.0)
    notebook.use_theme("light")
    notebook.resize(960, 800)
    panel = connected(notebook)
    panel.type("What is twelve times thirty four?")
    panel.wait_label("Answering")
    panel.wait_label("Press to talk")
    panel.microphone.click()
    panel.root.get_by_text("Anything else I say back to you.").wait_for()
    notebook.wait_for(LOUD)
    picture = notebook.screenshot("panel", ".rt-panel")
    notebook.screenshot("light")
    if os.environ.get("RT_UPDATE_PICTURE"):
        README_PICTURE.parent.mkdir(exist_ok=True)
        shutil.copy(picture, README_PICTURE)

    for theme in ("dark", "light"):
        notebook.use_theme(theme)
        for width in (960, 360):
            notebook.resize(width, 800)
            notebook.screenshot(f"{theme}-{width}")
            assert panel.root.evaluate(MISFITS) == []
            assert panel.root.bounding_box()["width"] <= width

    notebook.resize(960, 800)
    notebook.kernel.execute(
        "import os, signal; session.core.dial = None  # nothing takes its place\n"
        "os.kill(session.backend.server.pid, signal.SIGKILL)"
    )
    panel.wait_label("Connection lost")
    told = panel.wait_message("what was said is kept, connect again to go on.")
    assert told.startswith("The connection to the offline server ended")
    panel.wait_track("ended")
    assert panel.box.is_disabled()
    notebook.screenshot("error-light")
    notebook.use_theme("dark")
    notebook.resize(360, 800)
    notebook.screenshot("error-dark-360")
    assert panel.root.evaluate(MISFITS) == []
    notebook.use_theme("light")
