"""B8: `%load_ext rt_notebook` in a running IPython, against `import openai` in the same run."""

from __future__ import annotations

import statistics
import subprocess
import sys

import pytest

from .figures import show

pytestmark = pytest.mark.slow

ROUNDS = 3

LOAD_EXT = """
import sys, time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
before, began = len(sys.modules), time.process_time()
shell.run_line_magic("load_ext", "rt_notebook")
print((time.process_time() - began) * 1000, len(sys.modules) - before)
"""
IMPORT_OPENAI = """
import time
began = time.process_time()
import openai
print((time.process_time() - began) * 1000, 0)
"""


def cpu_ms(code):
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    milliseconds, modules = shown.stdout.split()
    return float(milliseconds), int(modules)


def test_loading_the_extension_is_a_fraction_of_importing_openai():
    loads, imports, modules = [], [], 0
    for _ in range(ROUNDS):
        load, modules = cpu_ms(LOAD_EXT)
        loads.append(load)
        imports.append(cpu_ms(IMPORT_OPENAI)[0])
    show("B8 %load_ext, CPU", loads)
    show("B8 import openai, CPU", imports)
    ratio = min(loads) / min(imports)
    print(f"B8 ratio {ratio:.3f} (target 0.06), modules added {modules}, target 30 ms CPU")
    assert ratio <= 0.06
    assert statistics.median(loads) < statistics.median(imports)
