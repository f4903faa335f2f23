"""The pytest fixture ``rt_server``: the offline server, for tests of one's own agent.

::

    async def test_my_agent_greets(rt_server):
        client = AsyncOpenAI(api_key=rt_server.key, websocket_base_url=rt_server.websocket_base_url)
        ...

    @pytest.mark.rt_server(brain=["script", "weather.jsonl"], speech=False)
    def test_my_agent_calls_the_weather(rt_server): ...

The mark's arguments are ``brain`` (the words of ``rt-notebook serve --brain``, or a
callable that returns a brain), ``speech`` (False loads no models: enough for text),
``fault`` (what breaks, as for ``--fault``; a list for several), ``seed``, ``sunset`` and
``limits``. Every test gets a server of its own; models are loaded once.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .speech import Speech

__all__ = ["RunningServer", "rt_server", "serving"]

_START_S = 10.0
_OPTIONS = ("brain", "speech", "fault", "seed", "sunset", "limits")  # of the mark


@dataclass(frozen=True)
class RunningServer:
    """Where a server is, and what it asks for.

    Parameters
    ----------
    url : str
        Of the Realtime endpoint, ``ws://127.0.0.1:PORT/v1/realtime``.
    key : str
        The API key that clients must show.
    """

    url: str
    key: str

    @property
    def websocket_base_url(self) -> str:
        """What the openai package calls so; it adds ``/realtime``."""
        return self.url.removesuffix("/realtime")

    @property
    def base_url(self) -> str:
        """The same for HTTP: minting, and clients that make ``ws:`` of it themselves."""
        return "http" + self.websocket_base_url.removeprefix("ws")


@contextmanager
def serving(**options: Any) -> Iterator[str]:
    """Run a server in a thread with a loop of its own and yield its URL.

    Parameters
    ----------
    options
        Those of `rt_notebook.server.serving.running_server`.

    Raises
    ------
    RuntimeError
        If it did not start; the cause tells why.
    """
    import asyncio

    from .serving import running_server

    loop, stop, ready = asyncio.new_event_loop(), asyncio.Event(), threading.Event()
    urls: list[str] = []
    failures: list[Exception] = []

    async def serve() -> None:
        async with running_server(**options) as url:
            urls.append(url)
            ready.set()
            await stop.wait()

    def run() -> None:
        try:
            loop.run_until_complete(serve())
        except Exception as error:
            failures.append(error)
        finally:
            ready.set()
            loop.close()

    thread = threading.Thread(target=run, name="rt-server", daemon=True)
    thread.start()
    ready.wait(_START_S)
    if not urls:
        raise RuntimeError("the offline server did not start") from next(iter(failures), None)
    try:
        yield urls[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line(
        "markers",
        f"rt_server({', '.join(_OPTIONS)}): how the rt_server fixture serves",
    )


@pytest.fixture(scope="session")
def rt_speech() -> Iterator[Speech]:
    """The speech models, loaded once for all tests."""
    from .speech import Speech

    speech = Speech()
    speech.load()
    yield speech
    speech.close()


@pytest.fixture
def rt_server(request: pytest.FixtureRequest) -> Iterator[RunningServer]:
    """The offline Realtime server, as a `RunningServer`."""
    import secrets

    from ..secret import Secret
    from .brains.choice import chosen
    from .faults import Faults
    from .speech import Speech

    options = _marked(request.node.get_closest_marker("rt_server"))
    speaks = options.pop("speech", True)
    brain = options.pop("brain", "demo")
    fault = options.pop("fault", ())
    faults = Faults([fault] if isinstance(fault, str) else fault, options.pop("seed", None))
    if not callable(brain):
        brain = chosen([brain] if isinstance(brain, str) else list(brain))
    speech = request.getfixturevalue("rt_speech") if speaks else Speech(is_wanted=False)
    key = secrets.token_urlsafe(24)
    with serving(key=Secret(key), speech=speech, brain=brain, faults=faults, **options) as url:
        yield RunningServer(url, key)


def _marked(mark: pytest.Mark | None) -> dict[str, Any]:
    """Return the arguments of the mark; what it does not take would be lost, or start nothing."""
    if mark is None:
        return {}
    strange = [*map(repr, mark.args), *(name for name in mark.kwargs if name not in _OPTIONS)]
    if strange:
        taken = ", ".join(_OPTIONS)
        raise pytest.UsageError(f"the mark rt_server takes {taken} by name; got {strange[0]}")
    return dict(mark.kwargs)
