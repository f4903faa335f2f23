"""The browser's fixtures, for the benchmarks that measure in a page."""

from __future__ import annotations

from ..browser.conftest import (
    browser_page,
    lab,
    open_notebook,
    playwright,
    pytest_runtest_makereport,
)

__all__ = ["browser_page", "lab", "open_notebook", "playwright", "pytest_runtest_makereport"]
