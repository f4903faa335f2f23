"""The server as a program that checks every event it sends, and tells at its end what was none."""

import os
import sys

import pytest

from rt_notebook.server.app import main
from tests.server_events import violations, watch

with pytest.MonkeyPatch.context() as patch:
    watch(patch)
    status = main()
print(*violations, sep="\n", end="", file=sys.stderr, flush=True)
# As in `rt_notebook.server`: nobody waits for a model that is still loading.
os._exit(status)
