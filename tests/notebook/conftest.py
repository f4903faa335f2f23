"""An IPython shell with the extension in it."""

from __future__ import annotations

import atexit
import contextlib
from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell

from rt_notebook.client.connect import close_all


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
