"""The saved notebook still speaks: words, picture, cost and sound, without a kernel."""

from __future__ import annotations

import re

import pytest

from .panel import CONNECT, PanelPage, connected
from .test_static_copy import as_html

pytestmark = pytest.mark.slow

SAID = "the copy speaks"
TALK = (f"{CONNECT} --model gpt-realtime-2.1", f"%rt_say Repeat after me: {SAID}")
MAX_FILE_BYTES = 1_500_000  # some seconds of sound, and a picture
KEY = re.compile(r"\b(sk-|ek_|sess-)[\w-]{8,}|Bearer\s+\S{8,}")
PLAY = """async () => {
  const heard = [];
  for (const audio of document.querySelectorAll("audio")) {
    audio.muted = true;
    await audio.play();
    await new Promise((done) => audio.addEventListener("ended", done));
    heard.push(audio.duration);
  }
  return heard;
}"""


def picture(page):
    return page.locator("img").and_(page.locator('[src^="data:image/png"]'))


def data(book):
    outputs = [output for cell in book.cells for output in cell.get("outputs", ())]
    return [kind for output in outputs for kind in output.get("data", {})]


def alternative_text(book):
    """Return the picture's words, where nbformat has them and as what is shown in its place."""
    outputs = [output for cell in book.cells for output in cell.get("outputs", ())]
    (drawn,) = [output for output in outputs if "image/png" in output.get("data", {})]
    assert drawn.metadata["image/png"]["alt"] == drawn.data["text/plain"]
    return drawn.data["text/plain"]


def test_a_saved_talk_shows_its_picture_and_its_cost_and_plays_its_sound(open_notebook):
    notebook = open_notebook(*TALK)
    panel = connected(notebook)
    panel.wait_replies(1)
    panel.button("Keep the sound in the notebook").click()
    notebook.page.locator(".rt-static-more audio").wait_for(state="attached")
    picture(notebook.page).first.wait_for(state="attached")
    assert picture(notebook.page).first.is_hidden()
    assert panel.root.locator(".rt-cost").inner_text().startswith("$0.")
    key = notebook.evaluate("session.backend.key.reveal()")

    book = notebook.save()
    assert data(book).count("image/png") == 1
    assert SAID in alternative_text(book)
    text = notebook.path.read_text("utf-8")
    assert len(text) < MAX_FILE_BYTES
    assert key not in text
    assert not KEY.search(text)

    page = as_html(notebook, notebook.page.context)
    words = page.locator(".rt-static")
    assert SAID in words.inner_text()
    assert re.search(r"with gpt-realtime-2.1 \(offline server\) · \$0\.\d+", words.inner_text())
    assert picture(page).first.is_visible()
    (seconds,) = page.evaluate(PLAY)
    assert seconds > 1
    assert key not in page.content()

    notebook.reopen_without_kernel()
    picture(notebook.page).first.wait_for(state="visible")
    notebook.screenshot("saved")


def test_nothing_of_the_talk_stays_where_that_is_not_wanted(open_notebook):
    notebook = open_notebook(f"{CONNECT} --no-static-copy", *TALK[1:])
    PanelPage.wait_replies(connected(notebook), 1)
    book = notebook.save()
    (connecting,) = [cell for cell in book.cells if "rt_connect" in cell.source]
    assert "image/png" not in data(book)
    assert SAID not in str(connecting.outputs)


def test_sound_is_kept_only_when_it_is_asked_for(open_notebook):
    notebook = open_notebook(*TALK)
    panel = connected(notebook)
    panel.wait_replies(1)
    picture(notebook.page).first.wait_for(state="attached")
    assert notebook.page.locator("audio").count() == 0
    assert "data:audio" not in str(notebook.save())
