"""What JSON cannot hold: refused in a sentence that names the place."""

import datetime

import pytest

from rt_notebook import Preset, Secret, response_create, session_update
from rt_notebook.config.json_values import misfit_in
from rt_notebook.errors import ConfigError

HALF = "a\ud83d"
NOON = datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.timezone.utc)


@pytest.mark.parametrize(
    ("value", "got"),
    [
        (NOON, "a value of type datetime"),
        ({1, 2}, "a value of type set"),
        (b"a", "a value of type bytes"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (HALF, "text with half of a surrogate pair"),
        (Secret(HALF), "text with half of a surrogate pair"),
    ],
)
def test_a_value_is_refused_by_its_place(value, got):
    sentence = f"metadata.rows[1].cell takes what JSON can hold, got {got}"
    assert misfit_in({"rows": [0, {"cell": value}]}, "metadata") == sentence


def test_a_key_is_text_or_a_whole_number():
    assert (
        misfit_in({"a": {(1, 2): 3}}, "x")
        == "x.a takes what JSON can hold, got a list of 2 as a key"
    )
    assert misfit_in({HALF: 1}, "x") == "x takes what JSON can hold, got 'a\\ud83d' as a key"


def test_what_holds_itself_is_refused():
    ring = []
    ring.append(ring)
    assert "x takes what JSON can hold, got something that is nested deeper" in misfit_in(ring, "x")


def test_what_json_can_hold_passes():
    value = {"a": [1, 2.5, True, None, ("Łódź 😀",)], 7: Secret("sk-hidden"), "big": 10**30}
    assert misfit_in(value, "x") == ""


@pytest.mark.parametrize(
    ("make", "option", "given", "place"),
    [
        (session_update, "tracing_metadata", {"a": NOON}, "tracing_metadata.a"),
        (session_update, "prompt_variables", {"a": {1}}, "prompt_variables.a"),
        (session_update, "instructions", HALF, "instructions"),
        (
            session_update,
            "tools",
            [{"type": "function", "name": "f", "parameters": {"default": NOON}}],
            "tools[0].parameters.default",
        ),
        (response_create, "input", [{"type": "message", "at": NOON}], "input[0].at"),
        (response_create, "metadata", {"a": HALF}, "metadata.a"),
        (Preset, "tracing_metadata", {"a": {1}}, "tracing_metadata.a"),
        (Preset, "tracing_metadata", '{"a": "\\ud83d"}', "tracing_metadata.a"),
    ],
)
def test_every_way_to_give_an_option_refuses_it(make, option, given, place):
    with pytest.raises(ConfigError) as refusal:
        make(**{option: given})
    assert str(refusal.value).startswith(f"{place} takes what JSON can hold, got ")
