"""Functions as tools: the schema that the model sees, and the arguments that are let through."""

from __future__ import annotations

import enum
import sys
import typing
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Optional

import pytest
import typing_extensions
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


class Inner(BaseModel):
    n: int


class Outer(BaseModel):
    inner: Inner
    of_it: Point = Point(0)
    share: float = 0.0


class Loose(BaseModel, extra="allow", strict=False):
    n: int


def tell(outer: Outer, loose: Loose | None = None, share: float = 0.0, anything=None): ...


tell.__annotations__.update(outer=Outer, loose=Loose | None, share=float)


def test_a_model_promises_to_take_no_other_fields():
    models = tool_of(tell).parameters["$defs"]
    closed = {name: model["additionalProperties"] for name, model in models.items()}
    assert closed == {"Inner": False, "Outer": False, "Point": False, "Loose": False}


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ('{"outer": {"inner": {"n": "1"}}}', "outer.inner.n: .* integer"),
        ('{"outer": {"inner": {"n": 1, "z": 1}}}', "outer.inner.z: Extra inputs"),
        ('{"outer": {"inner": {"n": 1}, "of_it": {"x": 1, "z": 1}}}', "outer.of_it.z: Unexpected"),
        ('{"outer": {"inner": {"n": 1}}, "loose": {"n": 1, "z": 1}}', "loose.z: Extra inputs"),
        ('{"outer": {"inner": {"n": 1}}, "loose": {"n": "1"}}', "loose.n: .* integer"),
        ('{"outer": {"inner": {"n": 1}, "share": NaN}}', "NaN is not JSON"),
        ('{"outer": {"inner": {"n": 1}}, "share": -Infinity}', "-Infinity is not JSON"),
        ('{"outer": {"inner": {"n": 1}}, "share": 1e999}', "beyond all bounds"),
        ('{"outer": {"inner": {"n": 1}}, "anything": [NaN]}', "NaN is not JSON"),
        ('{"outer": {"inner": {"n": 1}}, "share": 1, "share": 2}', "a key comes twice"),
    ],
)
def test_the_fields_of_models_are_checked_as_strictly(arguments, fault):
    with pytest.raises(ToolError, match=fault):
        tool_of(tell).read(arguments)


class OldDict(typing.TypedDict):
    n: int


class NewDict(typing_extensions.TypedDict):
    n: int


def test_a_typed_dict_is_read_or_another_is_asked_for():
    def take(it): ...

    take.__annotations__["it"] = NewDict
    assert tool_of(take).read('{"it": {"n": 1}}') == {"it": {"n": 1}}
    take.__annotations__["it"] = OldDict
    if sys.version_info >= (3, 12):
        assert tool_of(take).read('{"it": {"n": 1}}') == {"it": {"n": 1}}
    else:
        with pytest.raises(ConfigError, match=r"take typing_extensions\.TypedDict"):
            tool_of(take)


class Opaque:
    pass


def of_anything(*args: int): ...
def of_keywords(**kwargs: int): ...
def by_place(a: int, /): ...
def of_an_opaque_type(it: Opaque): ...
def of_an_unknown_type(it: Unknown): ...  # noqa: F821


async def one_by_one():
    yield 1


@pytest.mark.parametrize(
    ("function", "fault"),
    [
        (of_anything, "by name"),
        (of_keywords, "by name"),
        (by_place, "by name"),
        (of_an_opaque_type, "JSON cannot say"),
        (of_an_unknown_type, "Unknown"),
        (lambda: None, "give name="),
        (one_by_one, "returns its result, got <function one_by_one"),
        ("weather", "returns its result, got 'weather'"),
    ],
)
def test_what_cannot_be_described_is_refused(function, fault):
    with pytest.raises(ConfigError, match=fault):
        tool_of(function)


@pytest.mark.parametrize("timeout", [0, -1.0, float("nan"), "3", True, None])
def test_a_timeout_is_a_time(timeout):
    with pytest.raises(ConfigError, match="seconds above 0"):
        tool_of(weather, timeout=timeout)


@pytest.mark.parametrize("read_only", ["no", "False", 1, None])
def test_only_true_lets_a_tool_run_without_being_asked_for(read_only):
    with pytest.raises(ConfigError, match="read_only takes True or False"):
        tool_of(weather, read_only=read_only)


def test_a_default_that_json_cannot_hold_is_refused_by_its_place():
    def wait(seconds: float = float("nan")) -> None: ...

    with pytest.raises(ConfigError, match=r"wait\.properties\.seconds\.default takes what JSON"):
        tool_of(wait)
