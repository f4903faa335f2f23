"""Every event of the offline server is checked in every test, whoever asked for it.

It must validate strictly against the openai package's model of its type, and its id must be
the connection's only one. `watch` looks at what servers in this process send, and at what
clients in this process receive of any offline server; `checked_server` is the server as a
program that looks at itself. As a pytest plugin (``-p tests.server_events``) it is for runs
of their own.
"""

from __future__ import annotations

import functools
import json
import re
import typing
from collections import deque
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

import pytest

__all__ = ["check_event", "violations", "watch"]

Event = dict[str, Any]

#: What was found of late, one sentence each.
violations: deque[str] = deque(maxlen=100)
_ids: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
_SERVER = "rt_notebook"  # its Server header
_FAULT = re.compile("(?<!de)fault")


@functools.cache
def _models(dialect: str) -> dict[str, Any]:
    """Return the SDK's pydantic model of every server event, by its ``type``."""
    if dialect == "ga":
        from openai.types.realtime import RealtimeServerEvent
    else:
        from openai.types.beta.realtime import RealtimeServerEvent
    models = typing.get_args(typing.get_args(RealtimeServerEvent)[0])
    return {typing.get_args(m.model_fields["type"].annotation)[0]: m for m in models}


def check_event(event: Event, dialect: str = "ga") -> None:
    """Fail unless the event has an id and validates strictly against the SDK's type of it."""
    assert event["event_id"].startswith("event_")
    assert event["type"] in _models(dialect), f"there is no {event['type']} in {dialect}"
    if dialect == "beta" and "model" in event.get("session", {}):
        # The SDK's beta type lists models that are gone; a client may name any.
        event = {**event, "session": {**event["session"], "model": None}}
    _models(dialect)[event["type"]].model_validate(event, strict=True)


def watch(patch: pytest.MonkeyPatch) -> None:
    """Note in `violations` what is wrong with any event from here on."""
    from websockets.asyncio.client import ClientConnection

    from rt_notebook.server.posting import PostingConnection

    send, receive = PostingConnection.send, ClientConnection.recv

    async def watched_send(self: Any, message: Any, *options: Any, **more: Any) -> None:
        _look(self, message)
        await send(self, message, *options, **more)

    async def watched_receive(self: Any, *options: Any, **more: Any) -> Any:
        message = await receive(self, *options, **more)
        if self.response.headers.get("Server") == _SERVER:
            _look(self, message)
        return message

    patch.setattr(PostingConnection, "send", watched_send)
    patch.setattr(ClientConnection, "recv", watched_receive)


def _look(connection: Any, message: Any) -> None:
    try:
        event = json.loads(message)
        check_event(event, _dialect(connection))
        ids = _ids.setdefault(connection, set())
        assert event["event_id"] not in ids, "its event_id was another's before"
        ids.add(event["event_id"])
    except Exception as error:
        violations.append(f"{message[:300]!r}: {error}")


def _dialect(connection: Any) -> str:
    headers, path = connection.request.headers, connection.request.path
    asked = (headers.get("OpenAI-Beta", ""), headers.get("Sec-WebSocket-Protocol", ""))
    is_beta = "realtime=v1" in asked[0] or "openai-beta" in asked[1]
    return "beta" if is_beta or path.startswith("/openai/realtime") else "ga"


@pytest.fixture(scope="session", autouse=True)
def _watched() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        watch(patch)
        yield


@pytest.fixture(autouse=True)
def _all_events_are_valid(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test in which an event was none; tests of faults have such on purpose."""
    violations.clear()
    yield
    assert not violations or _FAULT.search(request.node.nodeid), "\n".join(violations)
