"""A session on the offline server, and the promise that nothing stays open."""

import pytest

from rt_notebook import connect
from rt_notebook.client.connect import close_all

from .scripted import Puppet, scripted_server
from .tool_stage import Stage


@pytest.fixture(autouse=True)
def _close_sessions():
    yield
    close_all()


@pytest.fixture
def session():
    return connect("offline", quiet=True)


@pytest.fixture
def server():
    """A server that says what the test says, with a session on it."""
    stage = Stage()
    with scripted_server(stage.script) as url:
        connect(url, quiet=True)
        yield stage
        close_all()


@pytest.fixture
def puppet():
    """A server that is led by hand, with a session on it."""
    puppet = Puppet()
    with scripted_server(puppet.script) as url:
        puppet.session = connect(url, quiet=True)
        yield puppet
