"""The server as a process: its ready line, its arguments, and that it ends with its parent."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from websockets.exceptions import ConnectionClosed

from .process import PATIENCE_S, ROOT, SERVER, child, program
from .wire import KEY, run, status_of, wired

pytestmark = pytest.mark.slow

# Starts a server, tells its process id and URL, and waits to be killed. With an argument it
# first forks a process that inherits the pipe and outlives it.
PARENT = """
import json, os, subprocess, sys, time
server = [sys.executable, "-m", "rt_notebook.server", "--pipe"]
child = subprocess.Popen(server, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdin.write(b'{"key": "k"}\\n')
child.stdin.flush()
ready = json.loads(child.stdout.readline())
holder = os.fork() if sys.argv[1:] else 1
if holder == 0:
    time.sleep(30)
    os._exit(0)
print(json.dumps({"pid": child.pid, "holder": holder, **ready}), flush=True)
time.sleep(60)
"""


def is_served(url: str) -> bool:
    host, port = url.removeprefix("ws://").partition("/")[0].split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def ends_within(url: str, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while is_served(url) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not is_served(url)


def test_the_ready_line_names_the_url_and_that_there_is_speech():
    with child() as (_process, ready):
        assert ready["url"].startswith("ws://127.0.0.1:")
        assert (ready["speech"], ready["missing"]) == (True, "")
        assert set(ready) == {"url", "speech", "missing"}


def test_a_child_greets_before_its_models_are_loaded_and_answers_when_they_are():
    with child() as (_process, ready):

        @run
        async def talk() -> None:
            async with wired(ready["url"]) as wire:
                await wire.say("hello")
                assert (await wire.respond())[-2]["response"]["status"] == "completed"
            assert (await status_of(ready["url"]))[0] == 401

        talk()


def test_a_child_ends_when_its_parent_lets_go_of_the_pipe():
    with child() as (process, ready):
        process.stdin.close()
        assert process.wait(PATIENCE_S) == 0
        assert not is_served(ready["url"])


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
@pytest.mark.parametrize("holder", [[], ["with a holder of the pipe"]], ids=["pipe", "parent id"])
def test_a_child_ends_when_its_parent_is_killed(holder):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, *holder], cwd=ROOT, stdout=subprocess.PIPE
    )
    ready = json.loads(parent.stdout.readline())
    try:
        assert is_served(ready["url"])
        parent.kill()
        parent.wait(PATIENCE_S)
        assert ends_within(ready["url"], PATIENCE_S)
    finally:
        parent.stdout.close()
        if holder:
            os.kill(ready["holder"], signal.SIGKILL)


def test_a_child_without_a_key_ends_with_a_sentence():
    result = subprocess.run(
        [*SERVER, "--pipe"], cwd=ROOT, input=b"", capture_output=True, timeout=PATIENCE_S
    )
    assert result.returncode == 2
    assert result.stderr == b"standard input must begin with a line of JSON with a key\n"


def test_the_key_is_never_logged():
    with child("--log-level", "DEBUG") as (process, ready):

        @run
        async def talk() -> None:
            async with wired(ready["url"]):
                pass

        talk()
        process.stdin.close()
        logged = process.stderr.read().decode()
    assert "Authorization" in logged
    assert KEY not in logged


def test_a_taken_port_is_one_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = subprocess.run(
            [*SERVER, "--port", port], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S
        )
    assert result.returncode == 1
    assert result.stderr == (
        f"cannot listen on 127.0.0.1:{port}: the port is taken; choose another --port\n"
    )
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("options", [[], ["--no-auth"]])
def test_a_host_that_others_reach_needs_a_key(options):
    result = subprocess.run(
        [*SERVER, "--host", "0.0.0.0", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert result.returncode == 2
    assert "needs a key" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM is POSIX")
def test_a_server_of_its_own_says_where_it_serves_and_stops_when_asked():
    with subprocess.Popen(
        [*SERVER, "--port", "0", "--no-auth"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        line = process.stdout.readline()
        assert line.startswith("Serving ws://127.0.0.1:")
        assert line.endswith("/v1/realtime (no key)\n")
        process.terminate()
        assert process.wait(PATIENCE_S) == 0


def test_a_key_is_made_up_and_printed_and_the_chosen_brain_answers():
    with program("--brain", "echo") as (_process, url, key):
        assert len(key) >= 32

        @run
        async def talk() -> None:
            assert (await status_of(url))[0] == 401
            async with wired(url, key=key) as wire:
                await wire.say("Anybody there?")
                response = (await wire.respond(output_modalities=["text"]))[-2]["response"]
                assert response["output"][0]["content"][0]["text"] == "Anybody there?"

        talk()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT to another process is POSIX")
def test_ctrl_c_ends_it_in_order_and_its_log_is_lines_of_json():
    with program("--log", "json", "--seed", "7") as (process, url, key):

        @run
        async def talk() -> None:
            async with wired(url, key=key) as wire:
                await wire.say("hello")
                await wire.respond(output_modalities=["text"])
                process.send_signal(signal.SIGINT)
                with pytest.raises(ConnectionClosed) as closed:
                    await wire.socket.recv()
                assert closed.value.rcvd.code == 1001  # going away

        talk()
        assert process.wait(PATIENCE_S) == 0
        entries = [json.loads(line) for line in process.stderr.read().splitlines()]
        assert {frozenset(entry) for entry in entries} == {
            frozenset({"time", "level", "logger", "message"})
        }
        messages = [entry["message"] for entry in entries]
        assert "session 1 opened" in messages
        assert messages[-1] == "stopping" or "stopping" in messages
        assert key not in "".join(messages)


def test_a_host_that_others_reach_is_warned_of_once():
    with program("--host", "0.0.0.0", "--key", KEY) as (process, url, _key):
        assert url.startswith("ws://0.0.0.0:")
        process.terminate()
        process.wait(PATIENCE_S)
        [warning] = process.stderr.read().splitlines()
        assert "reached by other machines" in warning


def test_a_brain_that_there_is_not_is_one_sentence():
    result = subprocess.run(
        [*SERVER, "--brain", "script", "no/such/file"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert result.returncode == 2
    assert result.stderr.startswith("cannot read the script no/such/file: ")
    assert len(result.stderr.splitlines()) == 1
