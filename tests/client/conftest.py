"""A session on the offline server, and the promise that nothing stays open."""

import pytest

from rt_notebook import connect
from rt_notebook.client.connect import close_all


@pytest.fixture(autouse=True)
def _close_sessions():
    yield
    close_all()


@pytest.fixture
def session():
    return connect("offline", quiet=True)
