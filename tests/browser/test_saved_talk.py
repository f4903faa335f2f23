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
#: Measures what leaves a player for the loudspeaker.
LISTEN = """(audio) => {
  const heard = (window.heard = { loudest: 0, loudMs: 0, ended: false });
  const context = new AudioContext();
  const meter = new AnalyserNode(context, { fftSize: 2048 });
  context.createMediaElementSource(audio).connect(meter).connect(context.destination);
  const samples = new Float32Array(meter.fftSize);
  audio.addEventListener("playing", () => context.resume());
  audio.addEventListener("ended", () => { heard.ended = true; });
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    meter.getFloatTimeDomainData(samples);
    const peak = samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    heard.loudest = Math.max(heard.loudest, peak);
    heard.loudMs += peak > 0.01 ? now - last : 0;
    last = now;
    if (!heard.ended) setTimeout(look, 20);
  };
  look();
}"""
LOUD = 0.05
PLAY_BUTTON = {"x": 20, "y": 16}  # in Chromium's own controls


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


def heard_of(player):
    """Press a player's own button, hear it to its end, and return how many seconds it played."""
    player.evaluate(LISTEN)
    player.click(position=PLAY_BUTTON)
    player.page.wait_for_function("window.heard.ended", timeout=60_000)
    heard = player.page.evaluate("window.heard")
    seconds = player.evaluate("(audio) => audio.played.end(0) - audio.played.start(0)")
    assert heard["loudest"] > LOUD
    assert heard["loudMs"] > 200 * seconds
    return seconds


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
    spoken_seconds = notebook.evaluate("len(session.audio(session.items[-1].id))") / 48_000

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
    assert heard_of(page.locator("audio")) == pytest.approx(spoken_seconds, abs=0.01)
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
