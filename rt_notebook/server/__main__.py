"""``python -m rt_notebook.server``."""

import os
import sys

from .app import main

status = main()
sys.stdout.flush()
sys.stderr.flush()
# A model that is still loading or computing cannot be interrupted, and nobody waits for it.
os._exit(status)
