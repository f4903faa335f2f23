"""Which calls are run, and whether a response follows: by table."""

from __future__ import annotations

import pytest

from rt_notebook.protocol.tool_turns import FunctionCall, tool_turn


def called(*names, status="completed"):
    output = [
        {"type": "function_call", "id": f"i{n}", "call_id": f"c{n}", "name": name,
         "arguments": "{}", "status": "completed"}
        for n, name in enumerate(names)
    ]  # fmt: skip
    return {"id": "r", "status": status, "output": output}


SAID = {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": []}


def test_calls_are_taken_from_a_completed_response_beside_what_it_said():
    response = called("a", "b")
    response["output"].insert(0, SAID)
    turn = tool_turn(response, {"a", "b"})
    assert turn.calls == [FunctionCall("c0", "a", "{}"), FunctionCall("c1", "b", "{}")]


def test_of_calls_with_the_same_id_the_first_is_run():
    response = called("a", "b", "a")
    response["output"][2]["call_id"] = "c0"
    assert [call.name for call in tool_turn(response, {"a", "b"}).calls] == ["a", "b"]


@pytest.mark.parametrize("status", ["cancelled", "incomplete", "failed", "in_progress"])
def test_what_a_response_called_that_did_not_complete_is_not_run(status):
    assert tool_turn(called("a", status=status), {"a"}) is None


def test_a_call_that_was_cut_is_not_run():
    response = called("a")
    response["output"][0]["status"] = "incomplete"
    assert tool_turn(response, {"a"}) is None


def test_without_a_function_of_ours_every_call_is_left_to_the_user():
    assert tool_turn(called("a"), set()) is None
    assert tool_turn(called("theirs"), {"a"}, {"theirs"}) is None


def test_a_name_that_nobody_gave_the_model_is_refused():
    turn = tool_turn(called("invented"), {"a"})
    assert turn.refusals == {"c0": "there is no function 'invented'"}


# Who answered, in which order, and what else happened → the options of the response that follows.
ANY, WORDS = {}, {"tool_choice": "none"}


@pytest.mark.parametrize(
    ("names", "declared", "used", "happens", "speaking", "expected"),
    [
        (["a"], [], 0, ["c0"], False, ANY),
        (["a", "b"], [], 0, ["c0"], False, None),
        (["a", "b"], [], 0, ["c1", "c0"], False, ANY),
        (["a", "a", "b"], [], 0, ["c2", "c0", "c1"], False, ANY),
        (["a"], [], 0, ["stop", "c0"], False, None),
        (["a"], [], 0, ["c0", "stop"], False, None),
        (["a"], [], 0, ["c0"], True, None),
        (["a"], [], 0, ["user c0"], False, None),
        (["a", "b"], [], 0, ["user c0", "c1"], False, None),
        (["a", "theirs"], ["theirs"], 0, ["c0"], False, None),
        (["invented"], [], 0, ["c0"], False, ANY),
        (["a"], [], 3, ["c0"], False, ANY),
        (["a"], [], 4, ["c0"], False, WORDS),
        (["a", "a"], [], 3, ["c0", "c1"], False, WORDS),
        (["a"], [], 5, ["c0"], False, None),
    ],
)
def test_a_response_follows_when_every_call_is_answered(
    names, declared, used, happens, speaking, expected
):
    turn = tool_turn(called(*names), {"a", "b"}, declared, used, budget=4)
    for event in happens:
        if event == "stop":
            turn.stop()
        else:
            turn.answered(event.split()[-1], by_user=event.startswith("user"))
    assert turn.follow_up(user_speaking=speaking) == expected


def test_calls_beyond_the_budget_are_refused_and_the_others_run():
    turn = tool_turn(called("a", "a", "a"), {"a"}, used=2, budget=4)
    assert list(turn.refusals) == ["c2"]
    assert turn.used == 5


def test_a_server_that_calls_for_ever_is_left_after_the_budget():
    used, responses = 0, 0
    while True:
        turn = tool_turn(called("a"), {"a"}, used=used, budget=16)
        turn.answered("c0")
        used = turn.used
        if turn.follow_up() is None:
            break
        responses += 1
    assert responses == 17
