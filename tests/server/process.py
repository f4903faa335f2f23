"""The server as a process of its own, as a child of the client's or as people start it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .wire import KEY

__all__ = ["PATIENCE_S", "ROOT", "SERVER", "child", "program"]

ROOT = Path(__file__).resolve().parents[2]
SERVER = [sys.executable, "-m", "rt_notebook.server"]
PATIENCE_S = 20


@contextmanager
def child(*options: str, **environment: str) -> Iterator[tuple[subprocess.Popen, dict]]:
    """Start a server as a child and yield it with its ready line."""
    process = subprocess.Popen(
        [*SERVER, "--pipe", *options],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        process.stdin.write(json.dumps({"key": KEY}).encode() + b"\n")
        process.stdin.flush()
        yield process, json.loads(process.stdout.readline())
    finally:
        process.stdin.close()  # twice does no harm
        process.wait(PATIENCE_S)
        process.stdout.close()
        process.stderr.close()


@contextmanager
def program(
    *options: str, module: str = "rt_notebook.server"
) -> Iterator[tuple[subprocess.Popen, str, str]]:
    """Run a server of its own; yield it, its URL, and its key."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, "--port", "0", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _serving, url, shown = process.stdout.readline().split(" ", 2)
        yield process, url, shown.strip("()\n").removeprefix("key ")
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
        process.stdout.close()
        process.stderr.close()
