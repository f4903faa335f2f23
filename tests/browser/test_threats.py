"""What other pages and other people's words can do to an open talk: nothing."""

from __future__ import annotations

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from .lab import REMOTE_HOST
from .panel import CONNECT, IN_TEXT, connected

pytestmark = pytest.mark.slow

#: Opens a socket, says something at once, and tells what came of it, and the close code.
KNOCK = """([address, first]) => new Promise((told) => {
    const socket = new WebSocket(address);
    const seen = [];
    socket.onopen = () => { seen.push("open"); if (first) socket.send(first); };
    socket.onmessage = () => seen.push("message");
    socket.onclose = (event) => told([...seen, event.code]);
    setTimeout(() => told([...seen, "still there"]), 20_000);
})"""

FORBIDDEN = [1006]
#: Without an offer that is open the origin itself is not welcome any more.
REFUSED = [FORBIDDEN, ["open", 1008]]

FLOOD = """
for number in range(600):
    part = {"type": "input_text", "text": f"line {number} " + "of many words " * 20}
    item = {"type": "message", "role": "user", "content": [part]}
    acknowledged = session.send({"type": "conversation.item.create", "item": item})
acknowledged.wait(60)
"""


@pytest.fixture
def direct(open_notebook):
    """A notebook whose page has its direct path, its address, and the proof that it sent."""
    notebook = open_notebook(f"{CONNECT}\n{IN_TEXT}")
    addresses, texts = [], []

    def listen(socket):
        if socket.url.startswith("ws://127.0.0.1") and "/api/" not in socket.url:
            addresses.append(socket.url)
            socket.on("framesent", lambda frame: texts.append(frame))

    notebook.page.on("websocket", listen)
    notebook.reload()
    panel = connected(notebook)
    notebook.wait_for("document.querySelector('.rt-path')?.dataset.path === 'direct'")
    return notebook, panel, addresses[0], texts[0]


@pytest.fixture
def elsewhere(tmp_path):
    """The address of somebody's page on another port of this machine."""
    (tmp_path / "index.html").write_text("<title>a stranger</title>")
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.mark.threat("T11")
def test_no_other_page_gets_into_the_direct_path(direct, elsewhere):
    notebook, panel, address, proof = direct
    stranger = notebook.page.context.new_page()
    stranger.goto(elsewhere)
    assert stranger.evaluate(KNOCK, [address, ""]) == FORBIDDEN
    assert stranger.evaluate(KNOCK, [address, proof]) == FORBIDDEN
    # A page of the notebook's own origin is let in to prove itself, and cannot.
    assert notebook.page.evaluate(KNOCK, [address, proof]) in REFUSED, "a proof counts once"
    assert notebook.page.evaluate(KNOCK, [address, "{}"]) in REFUSED
    panel.type("Are you still there?")
    panel.wait_replies(1)
    assert panel.root.locator(".rt-path").get_attribute("data-path") == "direct"


@pytest.mark.threat("T12")
def test_a_name_that_was_bound_to_this_machine_is_not_served(direct):
    notebook, _, address, proof = direct
    rebound = address.replace("127.0.0.1", REMOTE_HOST)
    assert notebook.page.evaluate(KNOCK, [rebound, proof]) == FORBIDDEN


@pytest.mark.threat("T20")
def test_a_flood_of_items_leaves_the_page_a_bounded_number_of_rows(open_notebook):
    notebook = open_notebook(f"{CONNECT}\n{IN_TEXT}", FLOOD)
    panel = connected(notebook)
    panel.root.get_by_text("line 599").wait_for(state="attached", timeout=60_000)
    assert len(panel.lines) == 400
    assert "200 earlier items are not shown here." in panel.root.inner_text()
    nodes = notebook.page.evaluate(
        "document.querySelector('.rt-panel').querySelectorAll('*').length"
    )
    assert nodes < 400 * 5
