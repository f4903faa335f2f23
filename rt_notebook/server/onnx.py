"""Models in ONNX files that come inside of installed packages.

All of the server's models run in one onnxruntime, each call on the one thread that makes
it: threads of the runtime's own spin for work, and slow a busy machine down to a crawl.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

__all__ = ["packaged", "session"]


def packaged(package: str, *path: str) -> Path:
    """Return where a file of a package is; the package is not imported.

    Raises
    ------
    FileNotFoundError
        If the package or the file is not there.
    """
    found = importlib.util.find_spec(package)
    for folder in (found.submodule_search_locations or ()) if found else ():
        file = Path(folder, *path)
        if file.is_file():
            return file
    raise FileNotFoundError(f"the package {package} has no {'/'.join(path)}")


def session(file: Path) -> Any:
    """Return a model that any number of threads may run at once."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
