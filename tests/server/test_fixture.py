"""The ``rt_server`` fixture, used as people use it: in a pytest run of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from rt_notebook.secret import Secret
from rt_notebook.server.fixture import RunningServer, serving
from rt_notebook.server.speech import Speech

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = "rt_notebook.server.fixture"

TESTS = """
import asyncio, json, sys
import pytest
from websockets.asyncio.client import connect

async def answer(server, text):
    headers = {"Authorization": f"Bearer {server.key}"}
    async with connect(server.url, additional_headers=headers) as socket:
        part = {"type": "input_text", "text": text}
        item = {"type": "message", "role": "user", "content": [part]}
        await socket.send(json.dumps({"type": "conversation.item.create", "item": item}))
        response = {"output_modalities": ["text"]}
        await socket.send(json.dumps({"type": "response.create", "response": response}))
        async for frame in socket:
            event = json.loads(frame)
            if event["type"] == "response.done":
                return event["response"]["output"][0]["content"][0]["text"]

def test_nothing_heavy_is_loaded_for_those_who_do_not_use_it():
    assert not {"websockets", "numpy", "pydantic", "hibari"} & WAS_LOADED

@pytest.mark.rt_server(brain="echo", speech=False)
def test_echo(rt_server):
    assert asyncio.run(answer(rt_server, "Anybody there?")) == "Anybody there?"

@pytest.mark.rt_server(brain=["script", "steps.jsonl"], speech=False)
def test_script(rt_server):
    assert asyncio.run(answer(rt_server, "Hi.")) == "Scripted."
"""


@pytest.mark.parametrize(
    ("mark", "got"),
    [
        (pytest.mark.rt_server("echo"), "'echo'"),
        (pytest.mark.rt_server(spech=False), "spech"),
        (pytest.mark.rt_server(key="x"), "key"),
    ],
)
def test_a_mark_that_would_be_lost_is_refused(request, mark, got):
    request.node.add_marker(mark)
    with pytest.raises(pytest.UsageError) as refusal:
        request.getfixturevalue("rt_server")
    assert str(refusal.value) == (
        f"the mark rt_server takes brain, speech, fault, seed, sunset, limits by name; got {got}"
    )


@pytest.mark.slow
def test_people_test_their_own_agents_with_it(tmp_path):
    (tmp_path / "test_agent.py").write_text(TESTS)
    (tmp_path / "conftest.py").write_text(
        "import builtins, sys\nbuiltins.WAS_LOADED = set(sys.modules)\n"
    )
    (tmp_path / "steps.jsonl").write_text('{"expect": "hi", "emit": [{"say": "Scripted."}]}\n')
    is_installed = any(point.value == PLUGIN for point in entry_points(group="pytest11"))
    plugin = [] if is_installed else ["-p", PLUGIN]
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--strict-markers",
            "-p",
            "no:cacheprovider",
            "-p",
            "tests.server_events",
            *plugin,
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "3 passed" in result.stdout, result.stdout + result.stderr


def test_it_is_registered_as_a_plugin():
    assert f'rt_notebook = "{PLUGIN}"' in (ROOT / "pyproject.toml").read_text("utf-8")


def test_the_addresses_are_those_that_the_sdk_takes():
    server = RunningServer("ws://127.0.0.1:5/v1/realtime", "k")
    assert server.websocket_base_url == "ws://127.0.0.1:5/v1"
    assert server.base_url == "http://127.0.0.1:5/v1"


def test_a_server_that_does_not_start_says_so():
    with (
        pytest.raises(RuntimeError, match="did not start") as failed,
        serving(host="203.0.113.1", key=Secret("k"), speech=Speech()),
    ):
        pass
    assert isinstance(failed.value.__cause__, OSError)
