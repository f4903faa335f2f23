"""The packages of the extra `analysis`, loaded when they are needed."""

from __future__ import annotations

import importlib
from typing import Any

from ..errors import RealtimeError

__all__ = ["figures", "pandas"]


def pandas() -> Any:
    """Return pandas.

    Raises
    ------
    RealtimeError
        If it is not installed.
    """
    return _loaded("pandas", "a table")


def figures() -> Any:
    """Return `matplotlib.figure`, which draws without a window and without global state.

    Raises
    ------
    RealtimeError
        If matplotlib is not installed.
    """
    return _loaded("matplotlib.figure", "a picture")


def _loaded(module: str, what: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        raise RealtimeError(
            f"{what} needs {package}; install it with: pip install 'rt_notebook[analysis]'"
        ) from None
