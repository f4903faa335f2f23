"""Functions as tools: the schema that the model sees, and the arguments that are let through."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Optional

import pytest
from pydantic import BaseModel, Field

from rt_notebook import ConfigError, ToolError
from rt_notebook.client.tool_schema import tool_of


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Point:
    x: int
    y: float = 0.0


class Order(BaseModel):
    item: str
    count: int = Field(ge=1)


def weather(city: str, unit: Literal["celsius", "fahrenheit"] = "celsius") -> str:
    """Tell the weather.

    Parameters
    ----------
    city : str
        A town.
    """
    return f"{city} {unit}"


def test_a_signature_becomes_the_definition_of_a_tool():
    assert tool_of(weather).definition == {
        "type": "function",
        "name": "weather",
        "description": "Tell the weather.",
        "parameters": {
            "type": "object",
            "additionalProperties": False,
            "required": ["city"],
            "properties": {
                "city": {"type": "string", "description": "A town."},
                "unit": {
                    "type": "string",
                    "enum": ["celsius", "fahrenheit"],
                    "default": "celsius",
                },
            },
        },
    }


INTEGER, TEXT = {"type": "integer"}, {"type": "string"}


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        (bool, {"type": "boolean"}),
        (float, {"type": "number"}),
        (Optional[int], {"anyOf": [INTEGER, {"type": "null"}]}),  # noqa: UP045
        (int | None, {"anyOf": [INTEGER, {"type": "null"}]}),
        (list[int], {"type": "array", "items": INTEGER}),
        (dict[str, int], {"type": "object", "additionalProperties": INTEGER}),
        (Annotated[str, "where"], {"type": "string", "description": "where"}),
        (Annotated[int, Field(ge=1, le=6)], {"type": "integer", "minimum": 1, "maximum": 6}),
        (Any, {}),
    ],
    ids=str,
)
def test_a_type_hint_becomes_a_schema(hint, expected):
    def function(value): ...

    function.__annotations__["value"] = hint
    assert tool_of(function).parameters["properties"] == {"value": expected}


def test_models_and_enums_are_described_by_reference():
    def paint(where: Point, order: Order, colour: Colour): ...

    paint.__annotations__.update(where=Point, order=Order, colour=Colour)
    schema = tool_of(paint).parameters
    assert schema["properties"]["where"] == {"$ref": "#/$defs/Point"}
    assert schema["$defs"]["Order"]["required"] == ["item", "count"]
    assert schema["$defs"]["Colour"]["enum"] == ["red", "blue"]
    read = tool_of(paint).read(
        '{"where": {"x": 1}, "order": {"item": "tea", "count": 2}, "colour": "red"}'
    )
    assert read == {"where": Point(1), "order": Order(item="tea", count=2), "colour": Colour.RED}


def test_a_parameter_may_have_any_name():
    def function(schema: int, json: int, copy: int = 3): ...

    function.__annotations__.update(schema=int, json=int, copy=int)
    assert tool_of(function).read('{"schema": 1, "json": 2}') == {"schema": 1, "json": 2}


def test_a_method_is_described_without_self():
    class House:
        def lights(self, on: bool) -> None:
            """Switch."""

    assert list(tool_of(House().lights).parameters["properties"]) == ["on"]


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ("{", "Invalid JSON"),
        ("[]", "valid dictionary|object"),
        ("{}", "city: Field required"),
        ('{"city": 5}', "city: Input should be a valid string"),
        ('{"city": null}', "city: Input should be a valid string"),
        ('{"city": "Oslo", "unit": "kelvin"}', "unit: Input should be 'celsius' or 'fahrenheit'"),
        ('{"city": "Oslo", "extra": 1}', "extra: Extra inputs are not permitted"),
        ('{"city": "Oslo", "__class__": "x"}', "__class__: Extra inputs are not permitted"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_with_the_place(arguments, fault):
    with pytest.raises(ToolError, match=fault):
        tool_of(weather).read(arguments)


def test_a_refusal_does_not_repeat_the_values():
    with pytest.raises(ToolError) as refusal:
        tool_of(weather).read('{"city": ["sk-secret-value"]}')
    assert "sk-secret-value" not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_a_text_is_no_number():
    def double(n: int) -> int:
        return 2 * n

    double.__annotations__["n"] = int
    with pytest.raises(ToolError, match="n: Input should be a valid integer"):
        tool_of(double).read('{"n": "5"}')


class Opaque:
    pass


def of_anything(*args: int): ...
def of_keywords(**kwargs: int): ...
def by_place(a: int, /): ...
def of_an_opaque_type(it: Opaque): ...
def of_an_unknown_type(it: Unknown): ...  # noqa: F821


@pytest.mark.parametrize(
    ("function", "fault"),
    [
        (of_anything, "by name"),
        (of_keywords, "by name"),
        (by_place, "by name"),
        (of_an_opaque_type, "JSON cannot say"),
        (of_an_unknown_type, "Unknown"),
        (lambda: None, "give name="),
    ],
)
def test_what_cannot_be_described_is_refused(function, fault):
    with pytest.raises(ConfigError, match=fault):
        tool_of(function)


def test_a_timeout_is_a_time():
    with pytest.raises(ConfigError, match="seconds above 0"):
        tool_of(weather, timeout=0)


def test_a_default_that_json_cannot_hold_is_refused_by_its_place():
    def wait(seconds: float = float("nan")) -> None: ...

    with pytest.raises(ConfigError, match=r"wait\.properties\.seconds\.default takes what JSON"):
        tool_of(wait)
