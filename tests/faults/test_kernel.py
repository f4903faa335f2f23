"""A kernel that is interrupted: the magic returns, and the session lives."""

from __future__ import annotations

import pytest
from jupyter_client.manager import start_new_kernel

from .matrix import fault
from .stand import PATIENCE_S

pytestmark = pytest.mark.slow

CONNECT = "%load_ext rt_notebook\n%rt_connect {url} --api-key-env RT_TEST_KEY"


@pytest.fixture
def kernel(monkeypatch):
    monkeypatch.setenv("RT_TEST_KEY", "to be replaced")
    manager, client = start_new_kernel(kernel_name="python3")
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    manager.context.destroy()


def run(client, code, meanwhile=None):
    """Run a cell and return its status and everything that it showed, as one text."""
    request, shown = client.execute(code), []
    while True:
        message = client.get_iopub_msg(timeout=PATIENCE_S)
        if message["parent_header"].get("msg_id") != request:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "status" and content["execution_state"] == "idle":
            break
        shown.append(str(content))
        if kind == "display_data" and meanwhile is not None:
            meanwhile()
            meanwhile = None
    reply = client.get_shell_msg(timeout=PATIENCE_S)["content"]
    return reply["status"], "\n".join(shown)


@fault(
    "F25",
    "the kernel is interrupted while an answer comes",
    "the magic returns with a sentence, no traceback; the session and the reply live",
)
def test_an_interrupt_ends_the_waiting_alone(faulty, kernel):
    server = faulty("no-done")
    manager, client = kernel
    run(client, f"import os; os.environ['RT_TEST_KEY'] = {server.key!r}")
    status, shown = run(client, CONNECT.format(url=server.url))
    assert status == "ok", shown
    say = "%rt_say --output-modalities text hello"
    status, shown = run(client, say, manager.interrupt_kernel)
    assert status == "ok", shown
    assert "Stopped waiting; the reply goes on." in shown
    assert "Traceback" not in shown
    assert server.key not in shown
    status, shown = run(client, "import rt_notebook as rt; print(rt.session().status)")
    assert "open" in shown
