"""An IPython shell with the extension in it, and a panel on a stage."""

from __future__ import annotations

import atexit
import contextlib
from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell

from rt_notebook import connect
from rt_notebook.client.connect import close_all

from ..client.scripted import Puppet, scripted_server
from .stage import Stage


@contextlib.contextmanager
def running_shell() -> Iterator[InteractiveShell]:
    """Let a shell with the extension be IPython's own; in the end its sessions are closed."""
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "rt_notebook")
    try:
        yield shell
    finally:
        close_all()
        InteractiveShell.clear_instance()
        # It would be kept to the end of the process, and emptied then with a second's work.
        atexit.unregister(shell.atexit_operations)


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    with running_shell() as shell:
        yield shell


@pytest.fixture
def server():
    """A server that says what the test says, with a session on it."""
    puppet = Puppet()
    with scripted_server(puppet.script) as url:
        puppet.url = url
        connect(url, quiet=True)
        yield puppet
        close_all()


@pytest.fixture
def stage(server):
    """That session's panel, with pages that the test plays."""
    from rt_notebook import session

    return Stage(session())
