"""What a session can be asked about tools: functions that the model may call, and answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, overload

from ..background import loop_thread
from ..config.flat import session_event
from ..errors import ConfigError, LocalProtocolError
from ..protocol.events import Event
from .approvals import Approval
from .identity import new_id
from .tool_schema import TIMEOUT_SECONDS, Tool, tool_of
from .toolbox import Toolbox
from .waiting import Acknowledgement

if TYPE_CHECKING:
    from .core import SessionCore

__all__ = ["ToolRequests"]

F = TypeVar("F", bound=Callable[..., Any])
_POLL_SECONDS = 0.05


class ToolRequests:
    """The tools of a session."""

    core: SessionCore

    @property
    def tools(self) -> Toolbox:
        """The functions that the model may call."""
        return self.core.tools

    @overload
    def tool(
        self,
        function: F,
        /,
        *,
        name: str | None = None,
        description: str | None = None,
        read_only: bool = False,
        timeout: float = TIMEOUT_SECONDS,
    ) -> F: ...
    @overload
    def tool(
        self,
        /,
        *,
        name: str | None = None,
        description: str | None = None,
        read_only: bool = False,
        timeout: float = TIMEOUT_SECONDS,
    ) -> Callable[[F], F]: ...

    def tool(
        self,
        function: Any = None,
        /,
        *,
        name: str | None = None,
        description: str | None = None,
        read_only: bool = False,
        timeout: float = TIMEOUT_SECONDS,
    ) -> Any:
        """Let the model call a function; use it as a decorator, with or without options.

        Its schema comes from its type hints and its docstring. It runs on a thread of its
        own, and is asked for before it runs: in the panel, or by `approve`.

        Parameters
        ----------
        function : callable
            May be a coroutine function.
        name, description : str, optional
            By default the function's own, and the beginning of its docstring.
        read_only : bool
            Whether it changes nothing, and so runs without being asked for.
        timeout : float
            Seconds after which the model is told that it gave nothing (default 30).

        Returns
        -------
        callable
            The function, unchanged.

        Raises
        ------
        ConfigError
            If it cannot be described to the model; nothing is sent.
        """
        options: Any = {"description": description, "read_only": read_only, "timeout": timeout}
        if function is None:
            return lambda decorated: self.tool(decorated, name=name, **options)
        tool = tool_of(function, name=name, **options)
        session_event({"tools": [tool.definition]}, self.core.machine.session)
        self._alive()
        loop_thread().run(self._add(tool))
        return function

    def remove_tool(self, name: str) -> Acknowledgement:
        """Take a function away from the model.

        Raises
        ------
        ConfigError
            If there is none of this name.
        """
        if name not in self.tools:
            known = ", ".join(tool.name for tool in self.tools) or "none"
            raise ConfigError(f"there is no tool {name!r}; there are: {known}")
        self._alive()
        return loop_thread().run(self._remove(name))

    @property
    def approvals(self) -> list[Approval]:
        """The calls that wait for your answer, oldest first."""
        return self.tools.approvals.waiting

    def approve(
        self, call: Approval | str | None = None, allow: bool = True, *, timeout: float = 0.0
    ) -> Approval:
        """Let a call run that waits for your answer, or not.

        Parameters
        ----------
        call : Approval or str, optional
            One of `approvals`, a call's id or a tool's name; by default the oldest.
        allow : bool
            False tells the model that you do not allow it.
        timeout : float
            Seconds to wait for the model to ask for it.

        Returns
        -------
        Approval
            What was answered.

        Raises
        ------
        ConfigError
            If calls wait, but not this one.
        LocalProtocolError
            If nothing waits, or it was answered meanwhile.
        """
        deadline = time.monotonic() + timeout
        while not _meant(self.approvals, call) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        approval = _chosen(self.approvals, call)
        loop_thread().run(self._decide(approval.nonce, allow))
        return approval

    async def _add(self, tool: Tool) -> None:
        self.core.tools.add(tool, _update())

    async def _remove(self, name: str) -> Acknowledgement:
        acknowledgement = _update()
        self.core.tools.remove(name, acknowledgement)
        return acknowledgement

    async def _decide(self, nonce: str, allow: bool) -> None:
        self.core.tools.approvals.decide(nonce, allow=allow)

    def _alive(self) -> None:
        raise NotImplementedError


def _update() -> Acknowledgement:
    return Acknowledgement(Event(type="session.update", event_id=new_id("event")))


def _meant(waiting: list[Approval], call: Approval | str | None) -> list[Approval]:
    """Those of `waiting` that `call` may be; one that is given itself need not wait."""
    if isinstance(call, Approval):
        return [call]
    return [one for one in waiting if call is None or call in (one.call_id, one.name)]


def _chosen(waiting: list[Approval], call: Approval | str | None) -> Approval:
    named = _meant(waiting, call)
    if named:
        return named[0]
    if not waiting:
        raise LocalProtocolError("no call waits for an answer")
    names = ", ".join(one.name for one in waiting)
    raise ConfigError(f"no call of {call!r} waits; waiting: {names}")
