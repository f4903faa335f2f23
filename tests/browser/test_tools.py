"""Tools in JupyterLab: asked for in the panel, run in the kernel, used in the answer."""

from __future__ import annotations

import pytest

from ..speech import microphone_wav, say
from .panel import CONNECT, IN_TEXT, TRANSCRIBE, connected

pytestmark = pytest.mark.slow

STORY = "Please tell me a long story."
TOOLS = '''
import pandas as pd
from matplotlib.figure import Figure

sent = []

@session.tool
def send_mail(to: str, text: str = "See you at nine.") -> str:
    """Send a mail to somebody.

    Parameters
    ----------
    to : str
        Who gets it.
    text : str
        What it says.
    """
    sent.append(to)
    return f"sent to {to}"

@session.tool(read_only=True)
def rainfall(city: str) -> pd.DataFrame:
    """Show the rainfall of a city as a table."""
    return pd.DataFrame({"month": ["May", "June"], city: [56, 61]})

@session.tool(read_only=True)
def sunshine(city: str) -> Figure:
    """Show the sunshine of a city as a chart."""
    figure = Figure(figsize=(3, 2))
    figure.subplots().bar(["May", "June"], [212, 240])
    return figure
'''


@pytest.fixture
def panel(open_notebook):
    return connected(open_notebook(CONNECT, IN_TEXT, TOOLS))


def card(panel, name="send_mail"):
    return panel.root.get_by_role("article", name=f"Allow {name}?")


def test_a_tool_is_asked_for_in_the_panel_and_its_result_is_in_the_answer(panel):
    kernel = panel.notebook
    panel.type("Send a mail to Anna")
    asked = card(panel)
    asked.get_by_role("button", name="Allow once").wait_for()
    assert asked.locator("dd").all_inner_texts() == ["Anna"]
    assert kernel.evaluate("sent") == []
    kernel.screenshot("approval", ".rt-panel")
    asked.get_by_role("button", name="Allow once").click()
    panel.wait_replies(1)
    assert kernel.evaluate("sent") == ["Anna"]
    assert panel.lines[-1][1].endswith("send mail says: sent to Anna.")

    panel.type("Send a mail to Bob")
    asked.get_by_role("button", name="Deny").click()
    panel.wait_replies(2)
    assert kernel.evaluate("sent") == ["Anna"]
    assert panel.lines[-1][1] == "send mail says: error the user did not allow it."
    assert asked.count() == 0
    assert kernel.evaluate("len(session.replies)") == 2


def test_a_table_and_a_picture_are_shown_in_the_cell_and_stay_in_the_file(panel):
    panel.type("Show me the rainfall in Oslo")
    panel.wait_replies(1)
    panel.type("Show me the sunshine in Rome")
    panel.wait_replies(2)
    results = panel.page.locator(".rt-results")
    results.locator("img").wait_for()
    assert results.locator("th").all_inner_texts()[:3] == ["", "month", "Oslo"]
    assert results.locator("img").evaluate("(image) => image.naturalWidth") > 0
    assert "June" in panel.lines[2][1]
    panel.notebook.screenshot("results")
    kept = [
        str(output["data"].get("text/html", ""))
        for output in panel.notebook.save().cells[0].outputs
        if output.output_type == "display_data"
    ]
    assert any("rt-results" in html and "<table" in html and "<img" in html for html in kept)


def test_a_cell_that_waits_for_a_reply_can_be_allowed_in_the_panel(panel):
    index = panel.notebook.run("%rt_say Send a mail to Carl", wait=False)
    shown = panel.page.locator(".jp-OutputArea-output").filter(has_text="waits for you").last
    shown.wait_for()
    card(panel).get_by_role("button", name="Allow once").click()
    panel.notebook.wait_idle()
    assert "sent to Carl" in str(panel.notebook.outputs(index))
    assert panel.notebook.evaluate("sent") == ["Carl"]


def test_in_half_duplex_nothing_is_heard_while_the_reply_sounds(open_notebook, tmp_path):
    story, unheard = say(STORY), say("Nobody should hear this sentence.")
    hears = microphone_wav(tmp_path / "hears.wav", 1.0, story, 6.0, unheard, 60.0)
    notebook = open_notebook(f"{CONNECT}\n{TRANSCRIBE}", microphone=hears)
    panel = connected(notebook)
    choice = panel.root.get_by_role("combobox", name="While the reply sounds")
    choice.select_option("Loudspeakers: mute me")
    notebook.wait_until("session.half_duplex")
    panel.microphone.click()
    panel.wait_label("Answering")
    panel.wait_sent(7000 + (len(story) + len(unheard)) / 48 + 1500)
    panel.wait_label("Answering")
    started = "[e.event.type for e in session.log].count('input_audio_buffer.speech_started')"
    assert notebook.evaluate(started) == 1
    assert notebook.evaluate("[item.state for item in session.items][-1]") != "interrupted"
