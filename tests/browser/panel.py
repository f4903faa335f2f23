"""The panel as a person has it: what it says, and what can be pressed and typed."""

from __future__ import annotations

from playwright.sync_api import Locator

from .notebook import Notebook

__all__ = ["CONNECT", "IN_TEXT", "TRANSCRIBE", "PanelPage", "connected"]

#: A cell that opens a session on the offline server and shows its panel.
CONNECT = "%load_ext rt_notebook\n%rt_connect offline -o session"
IN_TEXT = "%rt_config --modalities text"
TRANSCRIBE = "%rt_config --transcription true"

_LINES = """(rows) => rows.map((row) => [
    row.querySelector(".rt-speaker").textContent,
    row.querySelector(".rt-words").textContent,
])"""


class PanelPage:
    """A panel of a notebook that is open in a page, the first by default."""

    def __init__(self, notebook: Notebook, number: int = 0) -> None:
        self.notebook = notebook
        self.page = notebook.page
        self.root = self.page.locator(".rt-panel").nth(number)
        self.root.wait_for(state="attached")

    # What is there

    @property
    def box(self) -> Locator:
        """The text box."""
        return self.root.get_by_role("textbox", name="Message")

    @property
    def microphone(self) -> Locator:
        """The big button."""
        return self.root.locator(".rt-mic")

    def button(self, name: str) -> Locator:
        """Return the button of a name."""
        return self.root.get_by_role("button", name=name, exact=True)

    @property
    def lines(self) -> list[tuple[str, str]]:
        """The transcript as it is shown: who, and what."""
        rows = self.root.get_by_role("log").locator(".rt-item")
        return [(who, words) for who, words in rows.evaluate_all(_LINES)]

    @property
    def messages(self) -> list[str]:
        """The sentences at the foot."""
        return self.root.locator(".rt-message").all_inner_texts()

    @property
    def tracks(self) -> list[str]:
        """The state of every microphone track that this page ever opened: live or ended."""
        states = "window.__rtStreams.flatMap((s) => s.getTracks()).map((t) => t.readyState)"
        found: list[str] = self.page.evaluate(states)
        return found

    @property
    def times_asked(self) -> int:
        """How often this page asked the browser for a microphone."""
        return int(self.page.evaluate("window.__rtAsked"))

    # What can be done

    def type(self, text: str) -> None:
        """Type a message and send it."""
        self.box.fill(text)
        self.box.press("Enter")

    def choose_file(self, path: object) -> None:
        """Choose an audio file as the file dialog would."""
        self.root.locator("input[type=file]").set_input_files(str(path))

    # What is waited for

    def wait_label(self, label: str, seconds: float = 30.0) -> None:
        """Wait until the microphone's label says something."""
        found = self.root.locator(".rt-label").filter(has_text=label)
        found.wait_for(state="attached", timeout=seconds * 1000)

    def wait_message(self, part: str, seconds: float = 30.0) -> str:
        """Wait for a sentence at the foot and return it."""
        found = self.root.locator(".rt-message").filter(has_text=part).first
        found.wait_for(state="attached", timeout=seconds * 1000)
        return found.inner_text()

    def wait_replies(self, count: int, seconds: float = 60.0) -> None:
        """Wait until so many replies of the assistant are complete on the page."""
        rows = self.root.locator('.rt-item[data-side="assistant"][aria-busy="false"]')
        rows.nth(count - 1).wait_for(state="attached", timeout=seconds * 1000)

    def wait_sent(self, ms: float, seconds: float = 60.0) -> None:
        """Wait until so much of the microphone's sound went to the server."""
        self.notebook.wait_until(f"len(session.log.audio('user')) >= {ms * 48}", seconds)

    def wait_track(self, state: str, seconds: float = 30.0) -> None:
        """Wait until the microphone track that was opened last is live or ended."""
        track = "window.__rtStreams.at(-1)?.getTracks()[0].readyState"
        self.notebook.wait_for(f"{track} === '{state}'", seconds)


def connected(notebook: Notebook) -> PanelPage:
    """Run all cells and return the panel that they show."""
    notebook.run_all()
    return PanelPage(notebook)
