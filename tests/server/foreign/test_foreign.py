"""Clients that we did not write, each in an environment of its own: the long suite."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.wire import KEY

pytestmark = [pytest.mark.slow, pytest.mark.long]

HERE = Path(__file__).parent


def test_openai_agents_makes_a_text_turn_and_a_tool_turn(text_server, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True, timeout=120)
    python = next(tmp_path.glob("venv/[bS]*/python*"))
    install = [python, "-m", "pip", "install", "--quiet", "openai-agents", "websockets"]
    subprocess.run(install, check=True, timeout=600)
    result = subprocess.run(
        [python, HERE / "agents_client.py", text_server, KEY],
        env={**os.environ, "OPENAI_AGENTS_DISABLE_TRACING": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    [sum_], [call], [weather] = json.loads(result.stdout.splitlines()[-1])
    assert sum_["content"][0]["text"].endswith("Seven plus five is twelve.")
    assert (call["name"], json.loads(call["arguments"])) == ("get_weather", {"city": "London"})
    assert "Foggy in London" in weather["content"][0]["text"]
