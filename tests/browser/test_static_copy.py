"""What stays of a talk in the file: the transcript, readable without a kernel or a page of ours."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .panel import CONNECT, IN_TEXT, PanelPage, connected
from .payloads import ARM, FLAG, PAYLOADS

pytestmark = pytest.mark.slow

QUICKSTART = Path(__file__).parents[2] / "notebooks" / "01_quickstart.ipynb"
NOTICE = "I am the offline demo voice. I am not a language model."
TALK = (CONNECT, IN_TEXT, "%rt_say Repeat after me: the copy stays", "%rt_say Who are you?")
TRANSCRIPT = [
    "You:Repeat after me: the copy stays",
    f"Assistant:{NOTICE} the copy stays",
    "You:Who are you?",
    f"Assistant:{NOTICE} I run on this computer, and nothing you say leaves it.",
]
SAY_ALL = f"""
for payload in {PAYLOADS!r}:
    for role, type in (("user", "input_text"), ("assistant", "output_text")):
        item = {{"type": "message", "role": role, "content": [{{"type": type, "text": payload}}]}}
        session.send({{"type": "conversation.item.create", "item": item}}).wait(10)
"""
SAVE_STATE = "@jupyter-widgets/jupyterlab-manager:saveWidgetState"


def copy(page):
    return page.locator(".rt-static")


def talked(notebook, last):
    """Run all cells and wait until the hidden copy holds what was said last."""
    panel = connected(notebook)
    copy(notebook.page).filter(has_text=last).wait_for(state="attached")
    return panel


def copied(page):
    """Return the lines of the copy as they are seen, its heading aside."""
    copy(page).wait_for(state="visible")
    return copy(page).inner_text().splitlines()[1:]


def as_html(notebook, window):
    """Open what `jupyter nbconvert --to html` makes of a saved notebook."""
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", str(notebook.path)]
    subprocess.run(command, check=True, capture_output=True, env=notebook.lab.environment())
    page = window.new_page()
    page.goto(notebook.path.with_suffix(".html").as_uri())
    return page


@pytest.mark.threat("T15")
def test_a_saved_talk_is_read_without_a_kernel_and_seen_once_while_the_panel_lives(open_notebook):
    notebook = open_notebook(*TALK)
    talked(notebook, TRANSCRIPT[-1]).wait_replies(2)
    assert copy(notebook.page).is_hidden()
    notebook.reopen_without_kernel()
    assert copied(notebook.page) == TRANSCRIPT
    error = notebook.page.get_by_text("Error displaying widget")
    error.wait_for(state="attached")
    assert error.is_hidden()
    notebook.use_theme("light")
    notebook.resize(900)
    notebook.screenshot("reopened")
    assert notebook.page.evaluate("window.__rtAsked") == 0
    assert copied(as_html(notebook, notebook.page.context)) == TRANSCRIPT


@pytest.mark.threat("T15")
def test_a_panel_that_was_saved_with_its_state_leaves_the_copy_to_be_read(open_notebook):
    notebook = open_notebook(*TALK)
    notebook.command(SAVE_STATE)
    talked(notebook, TRANSCRIPT[-1])
    notebook.reopen_without_kernel()
    notebook.command(SAVE_STATE)
    assert "widgets" in notebook.save().metadata
    panel = PanelPage(notebook)
    assert copied(notebook.page) == TRANSCRIPT
    assert panel.microphone.is_hidden()
    assert "run the cell to talk" in panel.root.inner_text()
    assert panel.times_asked == 0


def test_the_quickstart_of_somebody_else_shows_its_talk_before_anything_runs(open_notebook, lab):
    shutil.copy(QUICKSTART, lab.work / "quickstart.ipynb")
    notebook = open_notebook(name="quickstart.ipynb")
    assert copied(notebook.page)[0] == "You:What is twelve times thirty four?"
    assert ".rt-static" not in notebook.page.locator(".jp-Notebook").inner_text()
    assert notebook.page.get_by_text("Error displaying widget").count() == 0


@pytest.mark.threat("T5")
def test_what_was_said_stays_text_in_the_file(open_notebook, browser_page):
    window = browser_page()
    window.add_init_script(ARM)
    name = "<img/src=x/onerror=window.__rtHit()>"
    cells = (f"{CONNECT} --model {name}", IN_TEXT, SAY_ALL, f"%rt_say {name}")
    notebook = open_notebook(*cells, window=window)
    talked(notebook, f"You said: {name}")
    notebook.reopen_without_kernel()
    for page in (notebook.page, as_html(notebook, window)):
        copy(page).wait_for(state="visible")
        text = copy(page).text_content()
        for who in ("You", "Assistant"):
            assert [payload for payload in PAYLOADS if f"{who}:{payload}" not in text] == []
        assert f" with {name} (offline server)" in text
        assert copy(page).locator("img, svg, script, iframe, a, form, input").count() == 0
        assert page.evaluate(FLAG) is False
