"""Tool servers of a session: imported, asked with approval or without, and told of."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .tool_server import tool_server
from .wire import Event, Wire, run, wired

TIDE = "What is the tide in Whitby?"
SINK = "Sink the ship in Whitby."
CALL_LADDER = [
    "response.created",
    "response.output_item.added",
    "conversation.item.added",
    "response.mcp_call_arguments.delta",
    "response.mcp_call_arguments.done",
    "response.mcp_call.in_progress",
    "conversation.item.done",
    "response.output_item.done",
    "response.mcp_call.completed",
    "response.done",
]
IMPORT_LADDER = [
    "session.updated",
    "conversation.item.added",
    "mcp_list_tools.in_progress",
    "mcp_list_tools.completed",
    "conversation.item.done",
]


def harbour(url: str, **more: Any) -> Event:
    return {"type": "mcp", "server_label": "harbour", "server_url": url, **more}


async def imported(wire: Wire, *tools: Event, **session: Any) -> list[Event]:
    """Configure the session with tool servers and return what is told of the import."""
    update = {"type": "realtime", "output_modalities": ["text"], "tools": tools, **session}
    await wire.send({"type": "session.update", "session": update})
    return await wire.until("conversation.item.done")


def types(events: list[Event]) -> list[str]:
    """Return the types in their order, runs of deltas as one."""
    kinds = [event["type"] for event in events]
    return [kind for place, kind in enumerate(kinds) if place == 0 or kind != kinds[place - 1]]


@pytest.mark.parametrize("as_stream", [False, True], ids=["JSON", "server-sent events"])
def test_the_tools_of_a_server_are_imported(text_server, as_stream):
    with tool_server(as_stream) as (url, received):

        @run
        async def talk() -> None:
            async with wired(text_server) as wire:
                tool = harbour(url, authorization="a-token", headers={"X-Ship": "Demeter"})
                events = await imported(wire, tool)
                assert types(events) == IMPORT_LADDER
                item = events[-1]["item"]
                assert (item["type"], item["server_label"]) == ("mcp_list_tools", "harbour")
                assert [tool["name"] for tool in item["tools"]] == ["get_tide", "sink_ship"]
                assert set(item["tools"][0]) == {
                    "name", "input_schema", "description", "annotations",
                }  # fmt: skip

        talk()
    methods = [body["method"] for _headers, body in received]
    assert methods == ["initialize", "notifications/initialized", "tools/list", "tools/list"]
    headers = received[-1][0]
    assert (headers["Authorization"], headers["X-Ship"]) == ("Bearer a-token", "Demeter")
    assert headers["Mcp-Session-Id"] == "the-session"


def test_a_call_without_approval_is_made_and_its_result_told(text_server):
    with tool_server() as (url, received):

        @run
        async def talk() -> None:
            async with wired(text_server) as wire:
                await imported(wire, harbour(url, require_approval="never"))
                await wire.say(TIDE)
                events = (await wire.respond())[:-1]
                assert types(events) == CALL_LADDER
                [call] = events[-1]["response"]["output"]
                assert (call["type"], call["name"]) == ("mcp_call", "get_tide")
                assert json.loads(call["arguments"]) == {"city": "Whitby"}
                assert (call["output"], call["error"]) == ("High in Whitby", None)
                [answer] = (await wire.respond())[-2]["response"]["output"]
                assert "get tide says: High in Whitby." in answer["content"][0]["text"]

        talk()
    assert received[-1][1]["params"] == {"name": "get_tide", "arguments": {"city": "Whitby"}}


def test_a_call_waits_for_the_approval_that_it_needs(text_server):
    with tool_server() as (url, received):

        @run
        async def talk() -> None:
            async with wired(text_server) as wire:
                await imported(wire, harbour(url))
                await wire.say(TIDE)
                [request] = (await wire.respond())[-2]["response"]["output"]
                assert request["type"] == "mcp_approval_request"
                assert received[-1][1]["method"] == "tools/list"
                await answer(wire, request, approve=True)
                events = await wire.until("response.mcp_call.completed")
                assert types(events) == [
                    "conversation.item.added",
                    "response.mcp_call.in_progress",
                    "conversation.item.done",
                    "response.mcp_call.completed",
                ]
                item = events[-2]["item"]
                assert (item["approval_request_id"], item["output"]) == (
                    request["id"],
                    "High in Whitby",
                )
                [told] = (await wire.respond())[-2]["response"]["output"]
                assert "High in Whitby" in told["content"][0]["text"]

        talk()


def test_a_call_is_approved_once(text_server):
    with tool_server() as (url, received):

        @run
        async def talk() -> None:
            async with wired(text_server) as wire:
                await imported(wire, harbour(url))
                await wire.say(TIDE)
                [request] = (await wire.respond())[-2]["response"]["output"]
                await answer(wire, request, approve=True)
                await wire.until("response.mcp_call.completed")
                again = {"type": "mcp_approval_response", "approval_request_id": request["id"]}
                item = {**again, "approve": True}
                error = await wire.refusal({"type": "conversation.item.create", "item": item})
                assert error["param"] == "item.approval_request_id"
                assert "answered before" in error["message"]

        talk()
    assert [body["method"] for _headers, body in received].count("tools/call") == 1


async def answer(wire: Wire, request: Event, approve: bool) -> None:
    item = {"type": "mcp_approval_response", "approval_request_id": request["id"]}
    await wire.send({"type": "conversation.item.create", "item": {**item, "approve": approve}})
    await wire.until("conversation.item.done")


def test_what_is_not_approved_is_not_called(text_server):
    with tool_server() as (url, received):

        @run
        async def talk() -> None:
            async with wired(text_server) as wire:
                await imported(wire, harbour(url))
                await wire.say(SINK)
                [request] = (await wire.respond())[-2]["response"]["output"]
                await answer(wire, request, approve=False)
                [told] = (await wire.respond())[-2]["response"]["output"]
                assert "The call was not approved." in told["content"][0]["text"]

        talk()
    assert "tools/call" not in [body["method"] for _headers, body in received]


@pytest.mark.parametrize(
    ("rule", "asks"),
    [
        ({"never": {"tool_names": ["get_tide"]}}, False),
        ({"never": {"read_only": True}}, False),
        ({"never": {"read_only": False}}, True),
        ({"always": {"tool_names": ["sink_ship"]}}, False),
        ({"always": {"tool_names": ["get_tide"]}}, True),
    ],
)
def test_approval_may_be_needed_for_some_tools_only(text_server, rule, asks):
    with tool_server() as (url, _received):

        @run
        async def talk() -> None:
            async with wired(text_server) as wire:
                await imported(wire, harbour(url, require_approval=rule))
                await wire.say(TIDE)
                [item] = (await wire.respond())[-2]["response"]["output"]
                assert (item["type"] == "mcp_approval_request") == asks

        talk()


@run
async def test_only_tools_that_are_allowed_are_offered(text_server):
    with tool_server() as (url, _received):
        async with wired(text_server) as wire:
            events = await imported(wire, harbour(url, allowed_tools=["sink_ship"]))
            assert [tool["name"] for tool in events[-1]["item"]["tools"]] == ["sink_ship"]


@run
async def test_a_tool_that_fails_says_why(text_server):
    with tool_server() as (url, _received):
        async with wired(text_server) as wire:
            await imported(wire, harbour(url, require_approval="never"))
            await wire.say(SINK)
            events = await wire.respond()
            assert "response.mcp_call.failed" in types(events)
            [call] = events[-2]["response"]["output"]
            assert call["error"] == {"type": "tool_execution_error", "message": "No."}


@run
async def test_a_choice_of_the_server_forces_one_of_its_tools(text_server):
    with tool_server() as (url, _received):
        async with wired(text_server) as wire:
            await imported(wire, harbour(url, require_approval="never"))
            await wire.say("Hello.")
            choice = {"type": "mcp", "server_label": "harbour", "name": "get_tide"}
            [call] = (await wire.respond(tool_choice=choice))[-2]["response"]["output"]
            assert (call["type"], call["name"]) == ("mcp_call", "get_tide")


@pytest.mark.parametrize(
    "place",
    [
        {"server_url": "http://127.0.0.1:9/mcp"},
        {"server_url": "not a url"},
        {"connector_id": "connector_gmail"},
    ],
)
def test_a_server_that_is_not_there_fails_its_import_and_nothing_else(text_server, place):
    @run
    async def talk() -> None:
        async with wired(text_server) as wire:
            events = await imported(wire, {"type": "mcp", "server_label": "far", **place})
            assert "mcp_list_tools.failed" in types(events)
            await wire.say("hello")
            assert (await wire.respond())[-2]["response"]["status"] == "completed"

    talk()


@pytest.mark.parametrize(
    "sent",
    [
        b"no JSON",
        b"[]",
        b'{"error": {"code": -1, "message": "no"}}',
        b'{"error": "no"}',
        b'{"result": 1}',
        b'{"result": {"tools": 5}}',
        b'{"result": {"tools": [{"name": 5}]}}',
        b'{"result": {"tools": [], "more": "' + b"x" * 1024 * 1024 + b'"}}',
    ],
    ids=range(8),
)
def test_what_is_no_protocol_fails_the_import(text_server, sent):
    with tool_server(answer=sent) as (url, _received):

        @run
        async def talk() -> None:
            async with wired(text_server) as wire:
                assert "mcp_list_tools.failed" in types(await imported(wire, harbour(url)))

        talk()


@pytest.mark.parametrize(
    ("tools", "param"),
    [
        ([{"server_url": "http://x"}, {"server_url": "http://y"}], "session.tools[1].server_label"),
        ([{}], "session.tools[0]"),
        ([{"server_url": "http://x", "connector_id": "y"}], "session.tools[0]"),
        ([{"connector_id": "connector_pigeons"}], "session.tools[0].connector_id"),
        (
            [{"server_url": "http://x", "authorization": "a", "headers": {"authorization": "b"}}],
            "session.tools[0].authorization",
        ),
    ],
)
def test_a_tool_server_that_cannot_be_is_refused_by_its_path(text_server, tools, param):
    @run
    async def talk() -> None:
        async with wired(text_server) as wire:
            given = [{"type": "mcp", "server_label": "far", **tool} for tool in tools]
            session = {"type": "realtime", "tools": given}
            error = await wire.refusal({"type": "session.update", "session": session})
            assert (error["code"], error["param"]) == ("invalid_value", param)

    talk()


@run
async def test_an_answer_to_what_was_never_requested_is_refused(text_server):
    async with wired(text_server) as wire:
        item = {"type": "mcp_approval_response", "approval_request_id": "x", "approve": True}
        error = await wire.refusal({"type": "conversation.item.create", "item": item})
        assert error["param"] == "item.approval_request_id"
