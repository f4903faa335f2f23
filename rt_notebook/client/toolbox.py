"""The tools of one session: who may be called, what is asked, what the model is told.

Theory of operation
-------------------
A completed response that calls functions of ours is *held*: its reply goes on until the
model has answered with the results. Each call is checked, asked for (unless its function
only reads), run on a thread of its own, and answered with one ``function_call_output``.
When all are answered, `ToolTurn` says whether a response follows.

Hosted tools run at the server. What it asks for goes the same way, and is answered with an
``mcp_approval_response``; the server makes the call, and answers when it is asked to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import RealtimeError, ToolError
from ..protocol.events import Event
from ..protocol.fields import FIELDS
from ..protocol.requests import is_out_of_band
from ..protocol.tool_turns import FunctionCall, ToolTurn, tool_turn
from .approvals import Approval, Approvals, Decision
from .identity import marked, new_id
from .reply import Reply
from .takers import Takes
from .tool_running import Outcome, ToolThreads, failure
from .tool_schema import Tool
from .waiting import Acknowledgement

if TYPE_CHECKING:
    from .core import SessionCore

__all__ = ["Toolbox"]

CALLS_PER_TURN = 16
_ONCE = ("input", "tool_choice")  # options that belong to a turn's first response alone

_ITEM_EVENTS = [type for type, fields in FIELDS.items() if "item" in fields]

Json = dict[str, Any]


@dataclass(eq=False)
class _Held:
    """A response whose calls are being answered, and the reply that goes on with it."""

    turn: ToolTurn
    response: Json
    reply: Reply


class Toolbox:
    """The tools of a session. Reading is safe on any thread, the rest on the loop's alone.

    Parameters
    ----------
    core : SessionCore
        By which events are sent.

    Attributes
    ----------
    approvals : Approvals
        Calls that wait for a person.
    threads : ToolThreads
        Where functions run.
    calls_per_turn : int
        Calls that the model may make before it must answer.
    count : int
        Calls so far.
    received : mapping
        What it takes, by event type.
    """

    def __init__(self, core: SessionCore) -> None:
        self.calls_per_turn = CALLS_PER_TURN
        self.approvals = Approvals(core.clock, self._show_approvals)
        self.threads = ToolThreads(core.clock)
        self.count = 0
        self.received: Takes = dict.fromkeys(_ITEM_EVENTS, self._on_item)
        self._core = core
        self._tools: dict[str, Tool] = {}
        self._others: list[Json] | None = None  # the user's own, once an update has named them
        self._held: dict[str, _Held] = {}  # by call id
        self._used: dict[str, int] = {}  # calls of the turn so far, by the follow-up's event id
        self._asked_by_server: set[str] = set()

    def __iter__(self) -> Iterator[Tool]:
        return iter(list(self._tools.values()))

    def __len__(self) -> int:
        return len(self._tools)

    def __getitem__(self, name: str) -> Tool:
        return self._tools[name]

    def __contains__(self, name: object) -> bool:
        return name in self._tools

    def __repr__(self) -> str:
        return f"<Toolbox: {', '.join(self._tools) or 'empty'}>"

    # What the session has

    def add(self, tool: Tool, acknowledgement: Acknowledgement) -> None:
        """Register a tool, or another one of its name, and send the ``session.update``."""
        others = self._user_tools()
        self._tools[tool.name] = tool
        self._configure(others, acknowledgement)

    def remove(self, name: str, acknowledgement: Acknowledgement) -> None:
        """Take a tool away, and send the ``session.update``."""
        others = [tool for tool in self._user_tools() if tool.get("name") != name]
        self._tools.pop(name, None)
        self._configure(others, acknowledgement)

    def prepare(self, event: Event) -> None:
        """Look at what the user sends: tools join ours, and an output answers its call."""
        session, item = event.get("session"), event.get("item")
        if isinstance(session, dict) and isinstance(session.get("tools"), list):
            self._others = [tool for tool in session["tools"] if tool.get("name") not in self]
            ours = [tool.definition for tool in self]
            event["session"] = {**session, "tools": [*self._others, *ours]}
        if isinstance(item, dict):
            self._answered_by_user(item)

    def _configure(self, others: list[Json], acknowledgement: Acknowledgement) -> None:
        acknowledgement.event["session"] = {"type": "realtime", "tools": others}
        acknowledgement.when_done(self._tell_refusal)
        self._core.request(acknowledgement)

    def _user_tools(self) -> list[Json]:
        given = self._others
        if given is None:
            given = self._core.machine.session.get("tools") or []
        return [tool for tool in given if tool.get("name") not in self]

    # What happens

    def take(self, response: Json, reply: Reply) -> bool:
        """Answer the calls of a response that has ended; whether there are any."""
        request = reply.request or Event(type="response.create")
        if is_out_of_band(request):
            return False
        used = self._used.pop(str(request.get("event_id")), 0)
        turn = tool_turn(response, self._tools, self._declared(request), used, self.calls_per_turn)
        if turn is None:
            return False
        held = _Held(turn, response, reply)
        self._held.update({call.call_id: held for call in turn.calls})
        reply.go_on("calling")
        for call in turn.calls:
            self._begin(held, call)
        return True

    def stop(self) -> bool:
        """Follow the user's wish to stop: nothing more is asked or said; whether there was."""
        held = {id(one): one for one in self._held.values() if not one.reply.done}
        for one in held.values():
            one.turn.stop()
            one.reply.end({**one.response, "status": "cancelled"})
        for call_id in list(self._held):
            self.approvals.withdraw(call_id, "the user stopped the turn")
        return bool(held)

    def cut_off(self) -> None:
        """Forget what a server asked that is gone; calls of ours go on, and wait to be sent."""
        for request_id in self._asked_by_server:
            self.approvals.forget(request_id)

    def close(self, error: RealtimeError) -> None:
        """Forget what is under way: the connection is gone."""
        self.approvals.forget()
        for held in self._held.values():
            held.reply.fail(error)
        self._held.clear()

    def _on_item(self, event: Event) -> None:
        """Ask the user what a hosted tool's server asks."""
        item = event["item"]
        if item.get("type") != "mcp_approval_request":
            return
        request_id = str(item.get("id"))
        if request_id in self._asked_by_server:
            return
        self._asked_by_server.add(request_id)
        texts = [str(item.get(key) or "") for key in ("name", "arguments", "server_label")]
        approval = Approval(request_id, *texts)
        self.approvals.ask(approval, lambda decision: self._answer_server(request_id, decision))

    def _declared(self, request: Event) -> set[str]:
        """Names that the user gave the model beside ours."""
        tools = (request.get("response") or {}).get("tools") or []
        return {str(tool.get("name")) for tool in [*self._user_tools(), *tools]}

    def _begin(self, held: _Held, call: FunctionCall) -> None:
        self.count += 1
        refusal = held.turn.refusals.get(call.call_id)
        if refusal:
            self._answer(call, failure(refusal))
            return
        tool = self._tools[call.name]
        try:
            arguments = tool.read(call.arguments)
        except ToolError as error:
            self._answer(call, failure(str(error)))
            return
        if tool.read_only:
            self._run(call, tool, arguments)
            return

        def decided(decision: Decision) -> None:
            self._show_waiting(held)
            if decision.allow:
                self._run(call, tool, arguments)
            else:
                self._answer(call, failure(decision.reason))

        approval = Approval(call.call_id, call.name, call.arguments)
        self.approvals.ask(approval, decided)
        self._show_waiting(held)

    def _run(self, call: FunctionCall, tool: Tool, arguments: Json) -> None:
        def show(value: object) -> None:
            self._core.observer.tool_returned(call, value)

        self.threads.start(tool, arguments, lambda outcome: self._answer(call, outcome), show)

    def _answer(self, call: FunctionCall, outcome: Outcome) -> None:
        held = self._held.pop(call.call_id, None)
        if held is None:
            return  # the user's handler was faster, or the session is closed
        output = {"type": "function_call_output", "call_id": call.call_id, "output": outcome.output}
        if self._send_item(output).done:  # refused: no server has answered yet
            held.reply.fail(ToolError("a call of the model cannot be answered: its id is no text"))
        held.turn.answered(call.call_id)
        self._go_on(held)

    def _answered_by_user(self, item: Json) -> None:
        self.approvals.forget(str(item.get("call_id") or item.get("approval_request_id")))
        held = self._held.pop(str(item.get("call_id")), None)
        if held is not None:
            held.turn.answered(str(item["call_id"]), by_user=True)
            self._go_on(held)

    def _go_on(self, held: _Held) -> None:
        if not held.turn.is_answered or held.reply.done:
            return
        options = held.turn.follow_up(user_speaking=self._core.machine.user_speaking)
        if options is None:
            held.reply.end(held.response)
            return
        event_id = new_id("event")
        first: Json = held.reply.request or {}
        asked = first.get("response") or {}
        kept = {name: value for name, value in asked.items() if name not in _ONCE}
        response = marked({**kept, **options}, event_id)
        self._used[event_id] = held.turn.used
        event = Event(type="response.create", event_id=event_id, response=response)
        held.reply.request = event
        self._core.respond(held.reply, event)

    def _answer_server(self, request_id: str, decision: Decision) -> None:
        item = {
            "type": "mcp_approval_response",
            "approval_request_id": request_id,
            "approve": decision.allow,
        }
        self._send_item(item if decision.allow else {**item, "reason": decision.reason})

    def _send_item(self, item: Json) -> Acknowledgement:
        event = Event(type="conversation.item.create", event_id=new_id("event"))
        event["item"] = {"id": new_id("item"), **item}
        sent = Acknowledgement(event)
        self._core.request(sent)
        return sent

    def _show_waiting(self, held: _Held) -> None:
        """Let the reply say which of its calls waits for the user."""
        waiting = [
            one.call for one in self.approvals.waiting if self._held.get(one.call_id) is held
        ]
        held.reply.go_on("asking" if waiting else "calling", waits_for="".join(waiting[:1]))

    def _show_approvals(self) -> None:
        self._core.observer.approvals_changed(self.approvals.waiting)

    def _tell_refusal(self, error: BaseException | None) -> None:
        if error is not None:
            self._core.observer.notice("error", f"the server did not take the tools: {error}")
