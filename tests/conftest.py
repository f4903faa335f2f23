"""What every test shares: the material beside the checkout, and no provider's key."""

from __future__ import annotations

import signal
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from .server_events import _all_events_are_valid, _watched  # noqa: F401

# A busy machine is no failure.
settings.register_profile("rt_notebook", deadline=None)
settings.load_profile("rt_notebook")

_PROVIDER_KEYS = (
    "AZURE_OPENAI_API_KEY",
    "AZURE_OPENAI_ENDPOINT",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "OPENAI_ORG_ID",
    "OPENAI_PROJECT_ID",
)
_SHARED = Path(__file__).resolve().parents[1] / ".." / "shared"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A fault that is not tested is not survived: to skip its test is to fail it."""
    report = yield
    if report.skipped and item.get_closest_marker("fault"):
        report.outcome, report.longrepr = "failed", f"a fault's test was skipped: {item.nodeid}"
    return report


@pytest.fixture(scope="session", autouse=True)
def _no_provider_keys() -> Iterator[None]:
    """Unset the keys for the tests and for every process that they start."""
    with pytest.MonkeyPatch.context() as patch:
        for name in _PROVIDER_KEYS:
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_is_heard() -> Iterator[None]:
    """Let SIGINT interrupt: a run that a shell began in the background would ignore it."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, former)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of recordings, speech and ITU vectors beside the checkout."""
    if not _SHARED.is_dir():
        pytest.skip("../shared is absent: it holds recordings, speech and the ITU's vectors")
    return _SHARED.resolve()
