"""A server that breaks on request, and what a test must leave as it was."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psutil

from rt_notebook import connect
from rt_notebook.background import loop_thread
from rt_notebook.client.offline import OfflineServer
from rt_notebook.client.session import RealtimeSession

__all__ = ["PATIENCE_S", "FaultyServer", "Holdings", "holdings", "until"]

PATIENCE_S = 30.0
TEXT = {"output_modalities": ["text"]}


class FaultyServer:
    """The offline server in a process of its own, with faults.

    Parameters
    ----------
    *faults : str
        As for ``--fault``.
    speaks : bool
        Whether it loads its models.
    seed : int
        Of the faults.
    *arguments : str
        More of the command line.
    """

    def __init__(
        self, *faults: str, speaks: bool = False, seed: int = 1, arguments: tuple[str, ...] = ()
    ) -> None:
        wanted = [word for fault in faults for word in ("--fault", fault)]
        quiet = [] if speaks else ["--no-speech"]
        self.child = OfflineServer(*wanted, *quiet, "--seed", str(seed), *arguments)

    @property
    def url(self) -> str:
        """Where a session is opened."""
        return f"{self.child.url}?model=local-demo"

    @property
    def key(self) -> str:
        """What must be seen nowhere."""
        return self.child.key.reveal()

    def connect(self, **options: Any) -> RealtimeSession:
        """Open a session on it, as on any server by its address."""
        return connect(self.url, api_key=self.child.key, quiet=True, **options)


@dataclass(frozen=True)
class Holdings:
    """What this process holds that a session may have left behind."""

    threads: frozenset[str]
    tasks: int
    sockets: int
    children: frozenset[int]

    def beyond(self, other: Holdings) -> dict[str, Any]:
        """Return what is here and was not in `other`."""
        more = {
            "threads": self.threads - other.threads,
            "tasks": max(0, self.tasks - other.tasks),
            "sockets": max(0, self.sockets - other.sockets),
            "children": self.children - other.children,
        }
        return {name: held for name, held in more.items() if held}


def holdings() -> Holdings:
    """Return what this process holds now."""
    process = psutil.Process(os.getpid())
    named = {f"{thread.name}/{thread.ident}" for thread in threading.enumerate()}
    return Holdings(
        # The loop and its pool are the process's, not a session's.
        frozenset(name for name in named if not name.startswith(("rt-loop/", "asyncio_"))),
        loop_thread().run(_count_tasks()),
        len(process.net_connections("tcp")),
        frozenset(child.pid for child in process.children()),
    )


async def _count_tasks() -> int:
    return len(asyncio.all_tasks()) - 1


def until(happened: Callable[[], Any], seconds: float = PATIENCE_S) -> Any:
    """Return what `happened` returns as soon as that is true."""
    deadline = time.monotonic() + seconds
    while not (found := happened()):
        assert time.monotonic() < deadline, f"it has not happened within {seconds:g} s"
        loop_thread().run(asyncio.sleep(0.01))
    return found
