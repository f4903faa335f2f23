"""The packages of the extra `analysis`, loaded when they are needed."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import RealtimeError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["figures", "pandas", "table"]


def pandas() -> Any:
    """Return pandas.

    Raises
    ------
    RealtimeError
        If it is not installed.
    """
    return _loaded("pandas", "a table")


def table(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    """Return a table of pandas, whose columns and types do not depend on what is in it.

    Parameters
    ----------
    rows : iterable of mapping
        Values by column.
    columns : mapping of str to str
        Column → dtype, from left to right.

    Raises
    ------
    RealtimeError
        If pandas is not installed.
    """
    made: pd.DataFrame = pandas().DataFrame(rows, columns=list(columns), dtype=object)
    return made.astype(dict(columns))


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
