"""B5 and B6: mouth to ear through the panel, against WebRTC in the same page and run."""

from __future__ import annotations

import contextlib
import subprocess
import sys

import numpy as np
import pytest

from ..client.scripted import scripted_server
from .echo import CONNECT, EchoPage, chirps
from .echo_server import EchoServer
from .figures import p95, show

pytestmark = pytest.mark.slow

SETTLE_SECONDS = 1.0
CALM_SECONDS = {"short": 4.0, "long": 30.0}
LOAD_SECONDS = {"short": 3.0, "long": 10.0}
RECOVERY_SECONDS = 2.0
AFTER_SECONDS = 3.0

TARGET_TO_WEBRTC = 1.75
TARGET_UNDER_LOAD = 4.0
TARGET_AFTERWARDS = 1.25
# WebRTC's sound has a thread of its own and hardly notices a busy machine; a page's script does.
# A quiet one is at 0.9 of WebRTC; each limit is where the design has failed, not the machine.
MAX_RATIO_TO_WEBRTC = 3.5
MAX_RATIO_UNDER_LOAD = 8.0
MAX_RATIO_AFTERWARDS = 1.75
MAX_LOST = 0.15  # of eight one: a hiccup of the machine tears a chirp

# Ends by itself, should nobody end it.
BURN = "import time\nend = time.monotonic() + 30\nwhile time.monotonic() < end: pass"

FORMS = ["short", pytest.param("long", marks=pytest.mark.long)]


@pytest.fixture
def echo_page(open_notebook, tmp_path):
    """Open a panel whose microphone hears chirps and whose server sends them back."""
    with contextlib.ExitStack() as opened:

        def launch(path, rounds):
            url = opened.enter_context(scripted_server(EchoServer(rounds)))
            microphone = chirps(tmp_path / "chirps.wav")
            cell = CONNECT.format(url=url)
            notebook = open_notebook(cell, microphone=microphone, loop=True, remote=path == "comm")
            notebook.run_all()
            opened.callback(notebook.kernel.execute, "session.close()")
            return EchoPage(notebook, path)

        yield launch


@contextlib.contextmanager
def burning_core():
    """Keep one core busy."""
    process = subprocess.Popen([sys.executable, "-c", BURN])
    try:
        yield
    finally:
        process.kill()
        process.wait(10)


@pytest.mark.parametrize("form", FORMS)
def test_the_direct_path_keeps_up_with_webrtc(echo_page, form):
    found = calm_rounds(echo_page, "direct", form)
    assert found.lost <= MAX_LOST
    assert np.median(found.panel_ms) / np.median(found.peer_ms) <= MAX_RATIO_TO_WEBRTC


@pytest.mark.long
def test_the_comm_path_loses_nothing(echo_page):
    assert calm_rounds(echo_page, "comm", "long").lost <= MAX_LOST


def calm_rounds(echo_page, path, form):
    """Measure replies of a second each on an idle machine."""
    page = echo_page(path, rounds=True)
    page.wait(SETTLE_SECONDS)
    calm = page.wait(CALM_SECONDS[form])
    page.wait(SETTLE_SECONDS)
    (found,) = page.echoes(calm)
    show_both(f"B5 mouth to ear, {path}", found)
    return found


@pytest.mark.parametrize("form", FORMS)
def test_the_comm_path_comes_back_from_a_busy_core(echo_page, form):
    page = echo_page("comm", rounds=False)
    page.wait(SETTLE_SECONDS)
    calm = page.wait(CALM_SECONDS[form])
    with burning_core():
        loaded = page.wait(LOAD_SECONDS[form])
    page.wait(RECOVERY_SECONDS)
    after = page.wait(AFTER_SECONDS)
    page.wait(SETTLE_SECONDS)
    found = page.echoes(calm, loaded, after)
    for name, echo_then in zip(("", ", a core burning", ", 2 s later"), found, strict=True):
        show_both(f"B6 mouth to ear, comm, one endless reply{name}", echo_then)
    before, during, afterwards = (echo_then.panel_ms for echo_then in found)
    under_load = p95(during) / p95(before)
    # A delay that stays is in every chirp, a hiccup of the machine in some.
    recovered = min(afterwards) / min(before)
    print(f"B6 p95 under load / before: {under_load:.2f} (target {TARGET_UNDER_LOAD})")
    print(f"B6 minimum 2 s afterwards / before: {recovered:.2f} (target {TARGET_AFTERWARDS})")
    assert under_load <= MAX_RATIO_UNDER_LOAD
    assert recovered <= MAX_RATIO_AFTERWARDS


def show_both(name, found):
    show(name, found.panel_ms)
    show(f"{name}: WebRTC beside it", found.peer_ms)
    ratio = np.median(found.panel_ms) / np.median(found.peer_ms)
    print(
        f"{name}: p50 ratio to WebRTC {ratio:.2f} (target {TARGET_TO_WEBRTC}), "
        f"{found.lost:.0%} of the chirps lost"
    )
