"""The child process: its key, its environment, its end."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from rt_notebook.client.offline import OfflineServer, offline_server

pytestmark = pytest.mark.slow


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_gone(pid, seconds=20):
    deadline = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    return not alive(pid)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("SOMEBODYS_API_KEY", "sk-canary-child")
    server = OfflineServer()
    yield server
    server.close()


def test_it_runs_on_loopback_and_ends_when_it_is_closed(server):
    assert server.url.startswith("ws://127.0.0.1:")
    assert server.running
    server.close()
    assert not server.running


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="this platform has no /proc")
def test_the_child_has_no_key_in_its_arguments_and_no_providers_key_in_its_environment(server):
    with open(f"/proc/{server.pid}/cmdline", "rb") as file:
        arguments = file.read().decode()
    with open(f"/proc/{server.pid}/environ", "rb") as file:
        environment = file.read().decode()
    assert server.key.reveal() not in arguments + environment
    assert "sk-canary-child" not in environment


def test_a_process_has_one_and_starts_it_again_when_it_died():
    first = offline_server()
    assert offline_server() is first
    os.kill(first.pid, signal.SIGTERM)
    deadline = time.monotonic() + 20
    while first.running and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    second = offline_server()
    assert second.running
    assert second is not first


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_it_ends_when_its_parent_is_killed():
    code = (
        "from rt_notebook.client.offline import OfflineServer\n"
        "import sys\n"
        "print(OfflineServer().pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    pid = int(parent.stdout.readline())
    assert alive(pid)
    parent.kill()
    parent.wait()
    assert wait_until_gone(pid)
    parent.stdin.close()
    parent.stdout.close()
