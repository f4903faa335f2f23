"""Tools on a session, against a server that says what the test says."""

from __future__ import annotations

import json
import threading

import pytest

from rt_notebook import ConfigError, ConnectionLost, ToolError
from rt_notebook.background import loop_thread
from rt_notebook.client.connect import session_named
from rt_notebook.client.tool_running import MAX_OUTPUT_CHARS

from ..faults.matrix import fault
from .tool_stage import add, weather


@pytest.fixture
def session(server):
    return session_named()


# What the session is told

OTHER = {"type": "function", "name": "other", "parameters": {"type": "object", "properties": {}}}


def names(tools):
    return [tool["name"] for tool in tools]


def test_a_decorated_function_is_itself_and_the_session_knows_it(server, session):
    @session.tool
    def double(n: int) -> int:
        """Double a number."""
        return 2 * n

    assert double(4) == 8
    assert server.update() == {"type": "realtime", "tools": [session.tools["double"].definition]}


def test_tools_join_those_of_the_user_in_any_order(server, session):
    session.configure(tools=[OTHER])
    assert names(server.update()["tools"]) == ["other"]
    assert names(add(server, session)["tools"]) == ["other", "weather"]
    session.configure(tools=[{**OTHER, "name": "another"}])
    assert names(server.update()["tools"]) == ["another", "weather"]
    session.configure(tools=[])
    assert names(server.update()["tools"]) == ["weather"]


def test_two_tools_at_once_are_both_there(server, session):
    session.tool(weather)
    session.tool(weather, name="forecast", description="Tell tomorrow's weather.")
    server.told("session.update")
    assert names(server.update()["tools"]) == ["weather", "forecast"]


def test_a_tool_that_is_defined_again_replaces_the_former(server, session):
    add(server, session)
    (tool,) = add(server, session, description="Anew.")["tools"]
    assert tool["description"] == "Anew."


def test_a_tool_that_is_removed_is_gone(server, session):
    add(server, session)
    session.remove_tool("weather")
    assert server.update()["tools"] == []
    with pytest.raises(ConfigError, match="no tool 'weather'; there are: none"):
        session.remove_tool("weather")


def test_the_tools_are_part_of_what_was_asked_so_that_it_can_be_asked_again(server, session):
    add(server, session)
    session.configure(instructions="Be brief.")
    server.update()
    server.settled(session)
    assert names(session.core.settings.asked["tools"]) == ["weather"]


# Calls


def test_a_call_is_answered_once_and_one_response_follows(server, session):
    add(server, session)
    server.calls(("weather", {"city": "Oslo"}))
    assert server.output() == ("c0", '{"city": "Oslo", "degrees": 21}')
    assert server.told("response.create")
    assert server.settled(session) == []


def test_parallel_calls_are_all_answered_and_then_one_response_follows(server, session):
    gate = threading.Event()

    def slow() -> str:
        gate.wait(10)
        return "slow"

    def fast() -> str:
        return "fast"

    add(server, session, slow)
    add(server, session, fast)
    server.calls(("slow", {}), ("fast", {}), ("fast", {}))
    assert {server.output(), server.output()} == {("c1", "fast"), ("c2", "fast")}
    assert server.settled(session) == []
    gate.set()
    assert server.output() == ("c0", "slow")
    assert server.told("response.create")
    assert server.settled(session) == []


def test_a_reply_goes_on_until_the_model_answers_with_the_results(server, session):
    add(server, session)
    reply = session.say("hello", output_modalities=["text"], tool_choice="required")
    first = server.told("response.create")["response"]
    server.calls(("weather", {"city": "Oslo"}), metadata=first["metadata"])
    second = server.told("response.create")["response"]
    assert second["output_modalities"] == ["text"]
    assert "tool_choice" not in second
    assert not reply.done
    done = {"id": "r2", "status": "completed", "metadata": second["metadata"], "output": []}
    server.say(
        {"type": "response.created", "event_id": "e", "response": {**done, "status": "x"}},
        {"type": "response.done", "event_id": "e", "response": done},
    )
    assert reply.wait(10).id == "r2"


def refuses(city: str) -> str:
    raise LookupError(f"no {city}")


def too_long() -> str:
    return "x" * 10_000_000


def odd() -> object:
    return {1, 2}


@fault("F33")
@pytest.mark.parametrize(
    ("function", "arguments", "expected"),
    [
        (refuses, {"city": "Oslo"}, "LookupError: no Oslo"),
        (weather, "{not json", "the arguments do not fit: Invalid JSON"),
        (weather, {}, "city: Field required"),
        (weather, {"city": "Oslo", "__class__": "x"}, "Extra inputs are not permitted"),
        (weather, {"city": ["x" * 1_000_000]}, "city: Input should be a valid string"),
    ],
    ids=["raises", "no JSON", "lacks one", "one too many", "1 MB"],
)
def test_what_goes_wrong_is_told_to_the_model_which_then_answers(
    server, session, function, arguments, expected
):
    add(server, session, function)
    server.calls((function.__name__, arguments))
    assert expected in json.loads(server.output()[1])["error"]
    assert server.told("response.create")


@fault("F33")
def test_a_result_of_ten_megabytes_is_cut(server, session):
    add(server, session, too_long)
    server.calls(("too_long", {}))
    output = server.output()[1]
    assert output[:MAX_OUTPUT_CHARS] == "x" * MAX_OUTPUT_CHARS
    assert output.endswith("(cut: 20,000 of 10,000,000 characters)")


def names_of_files() -> list[str]:
    return ["caf\udce9"]  # what os.listdir gives for a name that is no UTF-8


@fault("F33")
def test_a_result_that_no_encoding_has_is_answered_all_the_same(server, session):
    add(server, session, names_of_files)
    server.calls(("names_of_files", {}))
    assert server.output() == ("c0", '["caf\ufffd"]')
    assert server.told("response.create")


@fault("F33")
def test_a_call_whose_id_no_encoding_has_ends_the_reply(server, session):
    add(server, session)
    reply = session.respond()
    begun = {"id": "r1", "status": "in_progress",
             "metadata": server.told("response.create")["response"]["metadata"]}  # fmt: skip
    call = {"type": "function_call", "id": "i", "call_id": "\ud800", "name": "weather",
            "status": "completed", "arguments": "{}"}  # fmt: skip
    done = {**begun, "status": "completed", "output": [call]}
    for type, response in (("response.created", begun), ("response.done", done)):
        server.say({"type": type, "event_id": "e", "response": response})
    with pytest.raises(ToolError, match="cannot be answered"):
        reply.wait(10)


@fault("F33")
def test_a_result_that_is_no_json_becomes_text(server, session):
    add(server, session, odd)
    server.calls(("odd", {}))
    assert server.output() == ("c0", "[1, 2]")


@pytest.mark.threat("T8")
@fault("F33")
def test_a_function_that_hangs_is_answered_and_the_talk_goes_on(server, session):
    release = threading.Event()

    def hangs() -> None:
        release.wait(30)

    add(server, session, hangs, timeout=0.01)
    server.calls(("hangs", {}))
    assert "given up" in server.output()[1]
    assert server.told("response.create")
    assert session.tools.threads.abandoned == {"hangs": 1}
    release.set()


@pytest.mark.threat("T8")
def test_a_function_that_was_never_registered_does_not_run(server, session):
    add(server, session)
    server.calls(("eval", {"code": "1"}), ("weather", {"city": "Oslo"}))
    assert "there is no function 'eval'" in server.output()[1]
    assert server.output()[0] == "c1"
    assert server.told("response.create")


def test_calls_beyond_the_budget_of_a_turn_do_not_run(server, session):
    ran = []
    add(server, session, lambda: ran.append(1), name="count")
    session.tools.calls_per_turn = 4
    server.calls(*[("count", {})] * 100)
    outputs = [server.output()[1] for _ in range(100)]
    assert len(ran) == 4
    assert sum("budget of 4 calls" in output for output in outputs) == 96
    assert server.told("response.create")["response"]["tool_choice"] == "none"


@pytest.mark.threat("T8")
@pytest.mark.threat("T21")
def test_a_server_that_calls_for_ever_is_left_at_the_budget(server, session):
    add(server, session)
    server.calls(("weather", {"city": "Oslo"}))
    budget = session.tools.calls_per_turn
    for number in range(budget + 1):
        response = server.told("response.create")["response"]
        assert response.get("tool_choice") == ("none" if number == budget else None)
        metadata = response["metadata"]
        server.calls(("weather", {"city": "Oslo"}), response_id=f"x{number}", metadata=metadata)
    assert "budget" in server.output()[1]
    assert server.settled(session) == []


def test_what_a_cancelled_response_called_is_not_run(server, session):
    add(server, session)
    server.calls(("weather", {"city": "Oslo"}), status="cancelled")
    assert server.settled(session) == []


def test_a_handler_of_the_users_own_answers_alone(server, session):
    gate = threading.Event()
    add(server, session, lambda: gate.wait(10), name="slow")
    server.calls(("slow", {}))
    server.settled(session)
    session.add_item(output="mine", call_id="c0")
    assert server.output() == ("c0", "mine")
    gate.set()
    assert server.settled(session) == []


def test_calls_of_functions_that_the_user_declared_are_left_to_him(server, session):
    session.configure(tools=[OTHER])
    server.update()
    add(server, session)
    server.calls(("other", {}), ("weather", {"city": "Oslo"}))
    assert server.output()[0] == "c1"
    assert server.settled(session) == []


def test_no_response_follows_while_the_user_speaks(server, session):
    gate = threading.Event()
    add(server, session, lambda: gate.wait(10), name="slow")
    server.calls(("slow", {}))
    server.say({"type": "input_audio_buffer.speech_started", "event_id": "e",
                "item_id": "u", "audio_start_ms": 0})  # fmt: skip
    server.settled(session)
    gate.set()
    assert server.output()[0] == "c0"
    assert server.settled(session) == []


def test_after_a_stop_results_are_kept_and_no_response_follows(server, session):
    gate = threading.Event()
    add(server, session, lambda: gate.wait(10), name="slow")
    reply = session.say("go")
    metadata = server.told("response.create")["response"]["metadata"]
    server.calls(("slow", {}), metadata=metadata)
    server.settled(session)
    session.cancel()
    assert reply.wait(10).status == "cancelled"
    gate.set()
    assert server.output()[0] == "c0"
    assert server.settled(session) == []


def test_a_lost_connection_ends_the_replies_that_wait_for_tools(server, session):
    gate = threading.Event()
    add(server, session, lambda: gate.wait(10), name="slow")
    reply = session.say("go")
    metadata = server.told("response.create")["response"]["metadata"]
    server.calls(("slow", {}), metadata=metadata)
    server.settled(session)
    session.close()
    with pytest.raises(ConnectionLost):
        reply.wait(10)
    gate.set()


def test_no_callback_of_a_tool_runs_on_the_audio_thread(server, session):
    threads = []
    add(server, session, lambda: threads.append(threading.current_thread()), name="where")
    server.calls(("where", {}))
    server.output()
    assert threads[0] is not loop_thread().thread
