"""Clients that we did not write, each in an environment of its own, made when it is needed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.js.node import NODE, NPM_CLI

__all__ = ["CLIENTS", "Client"]

INSTALL_LIMIT_S, TURNS_LIMIT_S = 600, 120
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Client:
    """A script that makes five turns, and the packages that it needs.

    Parameters
    ----------
    script : str
        Beside this file; it takes URL, KEY and a folder of sounds, and prints JSON.
    packages : tuple of str
        From PyPI or npm, as the script's language has it.
    """

    script: str
    packages: tuple[str, ...]

    def outcome(self, folder: Path, url: str, key: str, sounds: Path) -> dict[str, Any]:
        """Install the packages into `folder`, run the script, and return what it printed."""
        install = _npm if self.script.endswith(".mjs") else _venv
        interpreter = install(folder, self.packages)
        script = shutil.copy(HERE / self.script, folder)
        command = [interpreter, script, url, key, sounds]
        done = subprocess.run(
            command, env=_environment(), capture_output=True, text=True, timeout=TURNS_LIMIT_S
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        outcome: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return outcome


#: By the names that the packages have.
CLIENTS = {
    "openai-agents": Client("openai_agents.py", ("openai-agents", "websockets")),
    "npm openai": Client("openai_node.mjs", ("openai", "ws")),
    "npm @openai/agents-realtime": Client(
        "agents_realtime.mjs", ("@openai/agents-realtime", "ws", "zod")
    ),
}


def _venv(folder: Path, packages: tuple[str, ...]) -> Path:
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=INSTALL_LIMIT_S)
    [python] = [*folder.glob("bin/python"), *folder.glob("Scripts/python.exe")]
    install = [python, "-m", "pip", "install", "--quiet", *packages]
    subprocess.run(install, check=True, timeout=INSTALL_LIMIT_S)
    return python


def _npm(folder: Path, packages: tuple[str, ...]) -> Path:
    quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    (folder / "package.json").write_text('{"private": true}')
    install = [NODE, NPM_CLI, "install", *quiet, *packages]
    subprocess.run(install, cwd=folder, env=_environment(), check=True, timeout=INSTALL_LIMIT_S)
    return NODE


def _environment() -> dict[str, str]:
    """Return this environment, with Node in its path and no tracing to a far server."""
    path = os.pathsep.join([str(NODE.parent), os.environ.get("PATH", "")])
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**kept, "PATH": path, "OPENAI_AGENTS_DISABLE_TRACING": "1"}
