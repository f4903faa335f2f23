"""The configuration as a form in a cell: changed by hand, answered by the server."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from ..client.scripted import Puppet, scripted_server
from .panel import CONNECT

pytestmark = pytest.mark.slow

FORM = "%rt_controls -o form"
#: Fields and labels whose text does not fit, or that reach out of the form.
MISFITS = """(form) => {
    const right = form.getBoundingClientRect().right;
    const shown = [...form.querySelectorAll("label, input, select, textarea, code")]
        .filter((e) => e.getClientRects().length);
    const cut = (e) => e.matches("label") && e.scrollWidth > e.clientWidth + 1;
    const out = (e) => e.getBoundingClientRect().right > right + 1;
    return shown.filter((e) => cut(e) || out(e)).map((e) => e.textContent || e.className);
}"""


class Form:
    """The form of a notebook that is open in a page, as a person has it."""

    def __init__(self, notebook):
        self.notebook = notebook
        self.root = notebook.page.locator(".jp-OutputArea .widget-vbox").last
        self.root.wait_for(state="attached")
        self.root.scroll_into_view_if_needed()

    def field(self, label):
        return self.root.get_by_label(label, exact=True)

    def label(self, label):
        return self.root.get_by_text(label, exact=True)

    def write(self, label, text):
        self.field(label).fill(text)
        self.field(label).press("Enter")

    def wait_told(self, sentence):
        self.root.get_by_role("status").filter(has_text=sentence).wait_for()

    @property
    def line(self):
        """The element with the line to copy."""
        return self.root.locator("code")

    def copied(self):
        """Return what one click selects."""
        self.line.click()
        return self.notebook.page.evaluate("getSelection().toString()")


def test_a_change_is_answered_shown_and_written_as_a_line(open_notebook):
    notebook = open_notebook(CONNECT, FORM, scale=2.0)
    notebook.run_all()
    notebook.resize(960, 1000)
    form = Form(notebook)

    form.write("voice", "cedar")
    form.wait_told("The server took it.")
    expect(form.line).to_have_text("%rt_config --voice cedar")
    notebook.wait_until("session.config['audio']['output']['voice'] == 'cedar'")

    assert form.label("threshold").is_visible()
    form.field("turn detection type").select_option("semantic_vad")
    form.label("eagerness").wait_for(state="visible")
    assert not form.label("threshold").is_visible()
    form.field("eagerness").select_option("low")
    notebook.wait_until("session.config['audio']['input']['turn_detection']['eagerness'] == 'low'")
    line = "%rt_config --turn-detection-eagerness low"
    expect(form.line).to_have_text(line)
    assert form.copied() == line
    notebook.run(line)
    notebook.screenshot("controls", ".jp-OutputArea .widget-vbox")
    assert form.root.evaluate(MISFITS) == []

    form.write("max output tokens", "many")
    form.wait_told("--max-output-tokens takes 1 to 4096")
    assert form.field("max output tokens").input_value() == "inf"

    notebook.run("%rt_say hello")
    notebook.run("%rt_config --instructions 'Be brief.'")
    notebook.wait_for(
        "[...document.querySelectorAll('textarea')].some((e) => e.value === 'Be brief.')"
    )
    form.write("voice", "marin")
    form.wait_told("Voice is frozen after the first audio")
    assert form.field("voice").input_value() == "cedar"
    for theme in ("dark", "light"):
        notebook.use_theme(theme)
        notebook.resize(420 if theme == "dark" else 960, 1000)
        notebook.screenshot(f"controls-{theme}", ".jp-OutputArea .widget-vbox")
        assert form.root.evaluate(MISFITS) == []


def test_a_refusal_of_the_server_is_told_and_the_field_goes_back(open_notebook):
    puppet = Puppet()
    with scripted_server(puppet.script) as url:
        notebook = open_notebook(f"%load_ext rt_notebook\n%rt_connect {url} -o session", FORM)
        notebook.run_all()
        form = Form(notebook)
        form.field("tool choice").select_option("required")
        asked = puppet.told("session.update")
        assert asked["session"] == {"type": "realtime", "tool_choice": "required"}
        error = {"message": "No tools, no choice.", "code": "no", "event_id": asked["event_id"]}
        puppet.say({"type": "error", "event_id": "e", "error": error})
        form.wait_told("No tools, no choice.")
        expect(form.line).to_have_text("%rt_config --tool-choice required")
        assert form.field("tool choice").input_value() != "required"
