"""Results that can be waited for in any cell: ``x.wait()`` and ``await x``."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Callable, Generator, Mapping
from typing import Any, Generic, TypeVar

from ..background import wait
from ..errors import ServerError
from ..protocol.events import Event

__all__ = ["Acknowledgement", "Waitable", "server_error"]

T = TypeVar("T")


class Waitable(Generic[T]):
    """Something that will be there later.

    Waiting never owns the thing: Ctrl-C, a timeout or a cancelled task ends the waiting,
    and what was waited for goes on.
    """

    def __init__(self) -> None:
        self._future: concurrent.futures.Future[T] = concurrent.futures.Future()

    @property
    def done(self) -> bool:
        """Whether it is settled, one way or the other."""
        return self._future.done()

    def wait(self, timeout: float | None = None) -> T:
        """Wait, at most `timeout` seconds, and return the result.

        Raises
        ------
        TimeoutError
            If it takes longer. Waiting again is allowed.
        RealtimeError
            If it failed.
        """
        return wait(self._future, timeout)

    def __await__(self) -> Generator[Any, None, T]:
        return asyncio.shield(asyncio.wrap_future(self._future)).__await__()

    def when_done(self, callback: Callable[[BaseException | None], object]) -> None:
        """Call `callback` with the failure, or None, when it is settled; at once if it is.

        On whatever thread that happens, so it must not wait.
        """
        self._future.add_done_callback(lambda future: callback(future.exception()))

    def settle(self, result: T) -> None:
        """Set the result, if it is not settled yet."""
        if not self._future.done():
            self._future.set_result(result)

    def fail(self, error: BaseException) -> None:
        """Set the failure, if it is not settled yet."""
        if not self._future.done():
            self._future.set_exception(error)


class Acknowledgement(Waitable[Event]):
    """The server's answer to one client event; fails with `ServerError` when refused.

    Parameters
    ----------
    event : Event
        What was sent.
    """

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event

    def __repr__(self) -> str:
        state = "done" if self.done else "waiting"
        return f"<Acknowledgement of {self.event.type}: {state}>"


def server_error(error: Mapping[str, Any]) -> ServerError:
    """Return the exception for the API's error object."""
    return ServerError(
        str(error.get("message") or "the server refused the request"),
        code=error.get("code"),
        param=error.get("param"),
        event_id=error.get("event_id"),
    )
