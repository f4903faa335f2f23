"""The literals of `config.golden` on the other two ways: on connecting, and when minting."""

from __future__ import annotations

import functools
import json
import ssl

import httpx
import pytest

from rt_notebook import ConfigError, connect, mint_client_secret
from rt_notebook.client.connect import close_all
from rt_notebook.client.websocket import WebSocketTransport

from ..config.golden import CONFLICTS, SESSION_ROWS
from ..config.sdk import check_client_event
from .wire import Wire

pytestmark = pytest.mark.filterwarnings("ignore::rt_notebook.DeprecationNotice")

URL = "ws://127.0.0.1:9/v1/realtime"
#: What the address says, not the configuration.
OF_CONNECTION = {"model", "session_type", "type"}
SAID_ON_CONNECTING = [row for row in SESSION_ROWS if row[0] and not OF_CONNECTION & set(row[0])]


class Accepting(Wire):
    """A server that takes every configuration and keeps it."""

    def __init__(self):
        super().__init__()
        self.updates = []

    def send(self, text, *, droppable=False):
        event = json.loads(text)
        self.updates.append({name: event[name] for name in event if name != "event_id"})
        self.say({"type": event["type"] + "d", "event_id": "e", "session": event["session"]})


@pytest.fixture
def wires(monkeypatch):
    """Return the servers that were connected to, instead of going over a network."""
    wires = []

    async def open_wire(cls, backend, timeout):
        wires.append(Accepting())
        return wires[-1]

    monkeypatch.setattr(WebSocketTransport, "open", classmethod(open_wire))
    yield wires
    close_all()


@pytest.fixture
def minted(monkeypatch):
    """Return the bodies that were posted, instead of going over a network."""
    bodies = []

    def mint(request):
        bodies.append(json.loads(request.content))
        session = {"type": "realtime", "client_secret": {"value": "ek_1", "expires_at": 1}}
        return httpx.Response(200, json={"value": "ek_1", "expires_at": 1, "session": session})

    bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # certificates take long to load
    monkeypatch.setattr(ssl, "create_default_context", lambda *_, **__: bare)
    transport = httpx.MockTransport(mint)
    monkeypatch.setattr(httpx, "Client", functools.partial(httpx.Client, transport=transport))
    return bodies


def said_in(row, dialect):
    return row[1] if dialect == "ga" else row[2]


def accepted(rows, dialect):
    return [row for row in rows if not isinstance(said_in(row, dialect), str)]


def refused(rows, dialect):
    return [row for row in rows if isinstance(said_in(row, dialect), str)]


@pytest.mark.parametrize("dialect", ["ga", "beta"])
def test_connecting_sends_exactly_this(wires, dialect):
    rows = accepted(SAID_ON_CONNECTING, dialect)
    for row in rows:
        connect(URL, dialect=dialect, quiet=True, reconnect=False, **row[0]).close()
        body = said_in(row, dialect)
        session = {"type": "realtime", **body} if dialect == "ga" else body
        assert wires[-1].updates == [{"type": "session.update", "session": session}], row[0]
    assert len(wires) == len(rows) > 60


@pytest.mark.parametrize("dialect", ["ga", "beta"])
def test_connecting_refuses_it_before_anything_is_opened(wires, dialect):
    for row in refused(SAID_ON_CONNECTING, dialect):
        with pytest.raises(ConfigError) as refusal:
            connect(URL, dialect=dialect, quiet=True, **row[0])
        assert said_in(row, dialect) in str(refusal.value)
    assert wires == []


@pytest.mark.parametrize(("options", "sentence"), CONFLICTS, ids=lambda value: str(value)[:60])
def test_what_contradicts_itself_is_refused_on_every_way(wires, minted, options, sentence):
    for way in (connect, mint_client_secret):
        with pytest.raises(ConfigError) as refusal:
            way(URL, **options)
        assert sentence in str(refusal.value)
    assert (wires, minted) == ([], [])


def test_minting_asks_for_exactly_this(minted):
    rows = accepted(SESSION_ROWS, "ga")
    for row in rows:
        mint_client_secret(URL, **row[0])
        (body,) = minted
        minted.clear()
        session = {"type": "realtime", **row[1]}
        # Without one of its own a session has the backend's model.
        if session["type"] == "realtime":
            session = {"model": "", **session}
        assert body == {"session": session}, row[0]
        check_client_event({"type": "session.update", "session": body["session"]})


def test_minting_the_older_way_asks_for_exactly_this(minted):
    for row in accepted(SESSION_ROWS, "beta"):
        if OF_CONNECTION & set(row[0]):
            continue
        mint_client_secret(URL, endpoint="sessions", **row[0])
        assert minted.pop() == {"model": "", **row[2]}, row[0]


def test_minting_refuses_what_an_update_would(minted):
    for endpoint, dialect in (("client_secrets", "ga"), ("sessions", "beta")):
        for row in refused(SESSION_ROWS, dialect):
            with pytest.raises(ConfigError) as refusal:
                mint_client_secret(URL, endpoint=endpoint, **row[0])
            assert said_in(row, dialect) in str(refusal.value)
    assert minted == []
