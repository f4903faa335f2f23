"""The offline server as a child process: started on first use, ended with this process.

The child gets its key over a pipe, never by argument or environment, and an environment
without any provider's key. The pipe is also its lifeline: it ends when the pipe closes,
whatever ended this process.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import queue
import secrets
import subprocess
import sys
import threading
from collections import deque
from typing import IO, Any

from ..errors import ConnectionLost
from ..secret import Secret

__all__ = ["OfflineServer", "offline_server"]

START_TIMEOUT_SECONDS = 60.0
_KEEP_LOG_LINES = 200
_SECRET_VARIABLE_ENDINGS = ("_API_KEY", "_TOKEN", "_SECRET", "_PASSWORD", "_KEY")


class OfflineServer:
    """A running child process.

    Parameters
    ----------
    arguments : sequence of str
        More arguments for ``python -m rt_notebook.server``.

    Attributes
    ----------
    url : str
        ``ws://127.0.0.1:PORT/v1/realtime``.
    key : Secret
        What it asks for; made for this process.
    missing : str
        A sentence when it cannot speak or hear, and what to install; else empty.
    """

    def __init__(self, *arguments: str) -> None:
        self.key = Secret(secrets.token_urlsafe(32))
        self.log: deque[str] = deque(maxlen=_KEEP_LOG_LINES)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rt_notebook.server", "--pipe", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=_environment(),
            # Ctrl-C in a terminal is for this process: the child ends with the pipe.
            start_new_session=True,
        )
        try:
            ready = self._handshake()
        except BaseException:
            self.close()
            raise
        self.url: str = ready["url"]
        self.missing: str = ready.get("missing", "")

    @property
    def pid(self) -> int:
        """Process id of the child."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the child lives."""
        return self._process.poll() is None

    def has_ended(self, timeout: float = 1.0) -> bool:
        """Return whether the child has ended, or ends within `timeout` seconds."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)
        return not self.running

    def close(self) -> None:
        """End the child: close its lifeline, and insist if that is not enough."""
        with contextlib.suppress(OSError, ValueError):
            _pipe(self._process.stdin).close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _handshake(self) -> dict[str, Any]:
        stdin = _pipe(self._process.stdin)
        with contextlib.suppress(OSError):
            stdin.write(json.dumps({"key": self.key.reveal()}) + "\n")
            stdin.flush()
        lines: queue.Queue[str] = queue.Queue()
        process = self._process
        for stream, keep in ((process.stderr, self.log.append), (process.stdout, lines.put)):
            threading.Thread(target=_drain, args=(_pipe(stream), keep), daemon=True).start()
        try:
            line = lines.get(timeout=START_TIMEOUT_SECONDS)
            return dict(json.loads(line))
        except (queue.Empty, ValueError):
            told = self.log[-1] if self.log else "it said nothing"
            raise ConnectionLost(f"the offline server did not start: {told}") from None


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


def _drain(stream: IO[str], keep: Any) -> None:
    """Read a stream to its end; the empty line at the end wakes whoever waits."""
    with contextlib.suppress(ValueError, OSError):
        for line in stream:
            keep(line.rstrip("\n"))
    keep("")


def _environment() -> dict[str, str]:
    """This process's environment without anything that looks like a provider's key."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.upper().endswith(_SECRET_VARIABLE_ENDINGS)
    }


_shared: OfflineServer | None = None
_lock = threading.Lock()


def offline_server() -> OfflineServer:
    """Return the process's offline server, started if it is not running.

    Raises
    ------
    ConnectionLost
        If it does not come up; the sentence holds its last words.
    """
    global _shared
    with _lock:
        if _shared is None or not _shared.running:
            _shared = OfflineServer()
            atexit.register(_shared.close)
        return _shared
