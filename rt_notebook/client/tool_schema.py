"""A Python function as a tool of the model: its JSON schema, and the check of arguments.

Both come from the signature, by way of pydantic: what the schema promises is what is
checked, in models too, whatever their own configuration lets through. The docstring
(NumPy's or Google's style) and ``Annotated`` texts describe it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, get_args, get_origin

from pydantic import Field, PydanticUserError, TypeAdapter, ValidationError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import CoreSchema
from typing_extensions import NotRequired, TypedDict

from ..config.json_values import misfit_in
from ..errors import ConfigError, ToolError
from ..protocol.events import decode_json
from .docstrings import parameter_texts, summary

__all__ = ["TIMEOUT_SECONDS", "Tool", "tool_of"]

TIMEOUT_SECONDS = 30.0
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")  # API: session.tools[].name
_SHOWN_ERRORS = 5
_NAMED_KINDS = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)

Json = dict[str, Any]


@dataclass(frozen=True)
class Tool:
    """A function that the model may call; make one with `tool_of`.

    Parameters
    ----------
    name, description : str
        What the model knows it by.
    parameters : dict
        JSON schema of the arguments.
    function : callable
        What runs; may be a coroutine function.
    read_only : bool
        Whether it runs without being asked for.
    timeout : float
        Seconds after which it is given up.
    """

    name: str
    description: str
    parameters: Json
    function: Callable[..., Any]
    read_only: bool
    timeout: float
    _arguments: TypeAdapter[Json] = field(repr=False)

    @property
    def definition(self) -> Json:
        """The tool as ``session.update`` takes it."""
        return {
            "type": "function",
            "name": self.name,
            "description": self.description,
            "parameters": self.parameters,
        }

    def read(self, arguments: str) -> Json:
        """Return the arguments of a call, checked strictly: by name, ready for the function.

        Raises
        ------
        ToolError
            If they are no JSON, or not what the schema says; without their values.
        """
        text = arguments or "{}"
        try:
            read = self._arguments.validate_json(text, strict=True, extra="forbid")
            decode_json(text)  # pydantic takes NaN, and of a key that comes twice the last
        except ValidationError as error:
            faults = error.errors(include_url=False, include_context=False, include_input=False)
            told = "; ".join(_told(fault) for fault in faults[:_SHOWN_ERRORS])
        except ValueError as error:
            told = str(error)
        else:
            return read
        raise ToolError(f"the arguments do not fit: {told}")


def tool_of(
    function: Callable[..., Any],
    *,
    name: str | None = None,
    description: str | None = None,
    read_only: bool = False,
    timeout: float = TIMEOUT_SECONDS,
) -> Tool:
    """Return a function as a tool.

    Parameters
    ----------
    function : callable
        With type hints; a parameter without one takes anything.
    name, description : str, optional
        By default the function's own, and the beginning of its docstring.
    read_only, timeout
        As for `Tool`.

    Raises
    ------
    ConfigError
        If it cannot be described to the model.
    """
    if not callable(function) or inspect.isasyncgenfunction(function):
        raise ConfigError(f"a tool is a function that returns its result, got {function!r}")
    name = str(name or getattr(function, "__name__", ""))
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"a tool's name takes 1 to 64 letters, digits, _ and -, got {name!r}: give name=…"
        )
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not timeout > 0:
        raise ConfigError(f"timeout takes seconds above 0, got {timeout!r}")
    if not isinstance(read_only, bool):  # any text is true, and the call would not be asked for
        raise ConfigError(f"read_only takes True or False, got {read_only!r}")
    document = inspect.getdoc(function) or ""
    try:
        arguments = _arguments_of(name, function, parameter_texts(document))
        parameters = arguments.json_schema(schema_generator=_Concise)
    except (NameError, TypeError, ValueError, PydanticUserError) as error:
        if isinstance(error, ConfigError):
            raise
        if getattr(error, "code", None) == "typed-dict-version":
            raise ConfigError(
                f"{name} takes a typing.TypedDict, which can be read from Python 3.12 on: "
                "take typing_extensions.TypedDict"
            ) from None
        reason = str(error).splitlines()[0]
        raise ConfigError(f"{name} has a type that JSON cannot say: {reason}") from None
    if misfit := misfit_in(parameters, name):
        raise ConfigError(misfit)
    described = description if description is not None else summary(document)
    return Tool(name, described, parameters, function, read_only, float(timeout), arguments)


def _arguments_of(
    name: str, function: Callable[..., Any], texts: dict[str, str]
) -> TypeAdapter[Json]:
    """Return the reader of a function's arguments; absent ones stay absent."""
    signature = inspect.signature(function, eval_str=True)
    hints = {
        parameter.name: _hint(name, parameter, texts.get(parameter.name, ""))
        for parameter in signature.parameters.values()
    }
    make: Any = TypedDict  # mypy knows only those that are written out
    return TypeAdapter(make(name, hints))


def _hint(tool: str, parameter: inspect.Parameter, text: str) -> Any:
    if parameter.kind not in _NAMED_KINDS:
        raise ConfigError(f"{tool}: the model gives arguments by name, and {parameter} has none")
    hint: Any = Any if parameter.annotation is parameter.empty else parameter.annotation
    if get_origin(hint) is Annotated:
        text = next((one for one in get_args(hint)[1:] if isinstance(one, str)), text)
    if text:
        hint = Annotated[hint, Field(description=text)]
    if parameter.default is parameter.empty:
        return hint
    if isinstance(parameter.default, (str, int, float, bool, type(None))):
        hint = Annotated[hint, Field(json_schema_extra={"default": parameter.default})]
    return NotRequired[hint]


class _Concise(GenerateJsonSchema):
    """Titles repeat the names and cost tokens; what has fields takes no others."""

    def generate(self, schema: CoreSchema, mode: Any = "validation") -> JsonSchemaValue:
        made = super().generate(schema, mode)
        return {key: value for key, value in made.items() if key not in ("title", "description")}

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        return _closed(super().model_schema(schema))

    def dataclass_schema(self, schema: Any) -> JsonSchemaValue:
        return _closed(super().dataclass_schema(schema))

    def typed_dict_schema(self, schema: Any) -> JsonSchemaValue:
        return _closed(super().typed_dict_schema(schema))


def _closed(made: JsonSchemaValue) -> JsonSchemaValue:
    return {**made, "additionalProperties": False} if "properties" in made else made


def _told(fault: Any) -> str:
    where = ".".join(str(step) for step in fault["loc"])
    return f"{where}: {fault['msg']}" if where else str(fault["msg"])
