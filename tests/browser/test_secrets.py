"""The key is seen by nobody: not in a file, a log, a traceback, or what the page receives.

Three keys: OpenAI's and another server's, both canaries in the kernel's environment, and the
one that the offline server is started with. The server behind the second one asks for it.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from urllib.parse import quote

import pytest

from .lab import clean_environment
from .notebook import write_notebook
from .panel import PanelPage

pytestmark = pytest.mark.slow

OPENAI_KEY = "sk-canary/OpenAI+0123456789abcdef"
OTHER_KEY = "rt-canary/other+fedcba9876543210"
CANARIES = {"OPENAI_API_KEY": OPENAI_KEY, "RT_API_KEY": OTHER_KEY}
SAVE_STATE = "@jupyter-widgets/jupyterlab-manager:saveWidgetState"
NOBODY = "ws://127.0.0.1:9/v1/realtime"

#: What a curious and unlucky user does; each cell may fail, in the most talkative way.
PRINTING = "print(session, repr(session.backend), session.backend.key, vars(session.backend))"
UNLUCKY = (
    "%load_ext rt_notebook\n%xmode Verbose\nimport logging, os, rt_notebook as rt\n"
    "logging.basicConfig(level=logging.DEBUG, force=True)",
    "%rt_connect {url} -o session",
    PRINTING,
    "%rt_say --modalities text Who are you?",
    "backend = session.backend; backend.key.reveal",
    "backend = session.backend; key = backend.key; 1 / 0",
    "import pickle; pickle.dumps(session.backend)",
    f"rt.connect({NOBODY!r}, name='refused')",
    "os.environ['HTTPS_PROXY'] = os.environ['https_proxy'] = 'http://127.0.0.1:9'\n"
    "rt.connect('openai', name='unreachable')",
    "os.environ['RT_API_KEY'] += '-wrong'\nrt.connect({url!r}, name='unwanted')",
    "session.send({{'type': 'conversation.item.delete', 'item_id': 'none'}}).wait()",
    "session.close(); session.say('hello')",
)


def traces(key):
    """Return the forms in which a key may be found: as it is, in a URL, and in base64."""
    raw = key.encode()
    shifted = (base64.b64encode(b"." * shift + raw).decode() for shift in range(3))
    quoted = [quote(key), quote(key, safe=""), json.dumps(key)[1:-1]]
    return [key, *quoted, *(text[4:-4] for text in shifted)]


def found(content, *keys):
    """Return those of the keys that are in a text or in bytes."""
    data = content if isinstance(content, bytes) else content.encode()
    return [key for key in keys if any(trace.encode() in data for trace in traces(key))]


def leaks(folder, *keys):
    """Return the files under a folder that hold one of the keys."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path): names for path in files if (names := found(path.read_bytes(), *keys))}


@pytest.mark.parametrize("form", [str, quote, lambda key: base64.b64encode(key.encode()).decode()])
def test_a_key_would_be_found_however_it_is_written(form):
    assert found(f"..{form('Bearer ' + OTHER_KEY)}..", OPENAI_KEY, OTHER_KEY) == [OTHER_KEY]


@pytest.fixture(scope="module")
def keyed_server():
    """A server that lets in who knows the other key."""
    command = [sys.executable, "-m", "rt_notebook.server", "--pipe"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=clean_environment()) as server:
        server.stdin.write(json.dumps({"key": OTHER_KEY}).encode() + b"\n")
        server.stdin.flush()
        yield json.loads(server.stdout.readline())["url"]
        server.stdin.close()


@pytest.fixture
def canary_kernel(lab, tmp_path):
    """A kernel that has the canaries in its environment, and nothing of Jupyter's has them."""
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(CANARIES))
    start = (
        f"import json, os, runpy; os.environ.update(json.load(open({str(keys)!r}))); "
        "runpy.run_module('ipykernel_launcher', run_name='__main__')"
    )
    argv = [sys.executable, "-c", start, "-f", "{connection_file}"]
    lab.add_kernel_spec("canary", {"argv": argv, "display_name": "canary", "language": "python"})
    return "canary"


def listen(page):
    """Keep every frame of every WebSocket that a page opens from now on, both ways."""
    frames = []

    def keep(payload):
        frames.append(payload if isinstance(payload, bytes) else payload.encode())

    def on_socket(socket):
        socket.on("framesent", keep)
        socket.on("framereceived", keep)

    page.on("websocket", on_socket)
    return frames


@pytest.mark.threat("T1")
@pytest.mark.threat("T3")
def test_no_key_leaves_the_kernel(open_notebook, canary_kernel, keyed_server, lab):
    cells = [cell.format(url=keyed_server) for cell in UNLUCKY]
    notebook = open_notebook(*cells, kernel=canary_kernel)
    frames = listen(notebook.page)
    notebook.reload()
    for index in range(len(cells)):
        notebook.run_cell(index)
    panel = PanelPage(notebook)
    notebook.run("%rt_connect offline -s own -o own\n%rt_say -s own --modalities text Hello")
    own = notebook.evaluate("own.backend.key.reveal()")
    keys = (OPENAI_KEY, OTHER_KEY, own)

    failed = [output["ename"] for i in range(len(cells)) for output in notebook.outputs(i)
              if output["output_type"] == "error"]  # fmt: skip
    assert failed == ["ZeroDivisionError", "TypeError", "ConnectionLost", "ConnectionLost",
                      "ServerError", "ServerError", "ConnectionLost"]  # fmt: skip
    assert "GET /v1/realtime" in json.dumps(notebook.outputs(1))
    assert len(panel.lines) == 2
    assert len(own) >= 32

    assert not found(json.dumps([notebook.outputs(i) for i in range(len(cells) + 1)]), *keys)
    assert b"panel_id" in b"".join(frames)
    assert not found(b"\n".join(frames), *keys)
    assert not found(notebook.page.content(), *keys)
    notebook.save()
    assert leaks(lab.folder, *keys) == {}
    notebook.command(SAVE_STATE)
    state = notebook.save().metadata["widgets"]
    notebook.command(SAVE_STATE)
    assert "sound_goes_to" in json.dumps(state)
    assert leaks(lab.folder, *keys) == {}
    assert (lab.folder / "ipython" / "profile_default" / "history.sqlite").is_file()


@pytest.mark.threat("T1")
def test_no_key_is_in_a_notebook_that_nbconvert_executed(keyed_server, tmp_path):
    cells = ("%load_ext rt_notebook", f"%rt_connect {keyed_server} -o session", PRINTING,
             "%rt_connect offline -s own -o own", "own", "session")  # fmt: skip
    path = tmp_path / "talk.ipynb"
    write_notebook(path, cells)
    environment = {**clean_environment(), **CANARIES, "IPYTHONDIR": str(tmp_path / "ipython")}
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--execute", "--to", "notebook"]
    subprocess.run([*command, "--inplace", str(path)], check=True, env=environment)
    metadata = json.loads(path.read_text())["metadata"]
    assert "sound_goes_to" in json.dumps(metadata["widgets"])
    assert leaks(tmp_path, OPENAI_KEY, OTHER_KEY) == {}


@pytest.mark.threat("T2")
@pytest.mark.parametrize("mode", ["Verbose", "Context", "Plain", "Minimal"])
def test_no_key_is_in_what_a_terminal_shows(keyed_server, tmp_path, mode):
    cells = [cell.format(url=keyed_server).replace("Verbose", mode) for cell in UNLUCKY]
    program = (
        "from IPython.core.interactiveshell import InteractiveShell as S\n"
        f"for cell in {cells!r}: S.instance().run_cell(cell, store_history=True)\n"
    )
    environment = {**os.environ, **clean_environment(), **CANARIES, "IPYTHONDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60
    )
    shown = done.stdout + done.stderr
    assert "ZeroDivisionError" in shown
    assert "the server did not accept the key (401)" in shown
    assert re.search("> Authorization: .*•••", done.stderr)
    assert not found(shown, OPENAI_KEY, OTHER_KEY)
    assert leaks(tmp_path, OPENAI_KEY, OTHER_KEY) == {}
