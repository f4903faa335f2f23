"""What a docstring says of a function and of each parameter: NumPy's and Google's style."""

from __future__ import annotations

import inspect
import re
import textwrap

__all__ = ["parameter_texts", "summary"]

_NUMPY_HEAD = re.compile(r"^(\w[\w ]*)\n-{3,}[ ]*$", re.M)
_GOOGLE_HEAD = re.compile(
    r"^(Args|Arguments|Parameters|Returns|Yields|Raises|Examples?|Notes?|Attributes):[ ]*$", re.M
)
_NUMPY_ENTRY = re.compile(r"^\*{0,2}(?P<names>\w+(?:, *\w+)*)(?:[ ]*:.*)?$()")
_GOOGLE_ENTRY = re.compile(r"^\*{0,2}(?P<names>\w+)(?:[ ]*\(.*?\))?:[ ]*(.*)$")
_OF_PARAMETERS = ("Parameters", "Args", "Arguments")


def summary(docstring: str | None) -> str:
    """Return what stands before the first section."""
    text = inspect.cleandoc(docstring or "")
    first = min((head.start() for head in _heads(text)), default=len(text))
    return text[:first].strip()


def parameter_texts(docstring: str | None) -> dict[str, str]:
    """Return what is said of each parameter, by its name, in one line each."""
    text = inspect.cleandoc(docstring or "")
    heads = _heads(text)
    for head, following in zip(heads, [*heads[1:], None], strict=False):
        if head[1] in _OF_PARAMETERS:
            body = text[head.end() : following.start() if following else None]
            entry = _GOOGLE_ENTRY if head.re is _GOOGLE_HEAD else _NUMPY_ENTRY
            return _entries(textwrap.dedent(body.strip("\n")), entry)
    return {}


def _heads(text: str) -> list[re.Match[str]]:
    found = [*_NUMPY_HEAD.finditer(text), *_GOOGLE_HEAD.finditer(text)]
    return sorted(found, key=lambda head: head.start())


def _entries(body: str, entry: re.Pattern[str]) -> dict[str, str]:
    """Read entries that stand at the margin, each with indented lines below it."""
    texts: dict[str, str] = {}
    names: list[str] = []
    for line in body.splitlines():
        found = entry.match(line)
        if found and not line[0].isspace():
            names = found["names"].replace(" ", "").split(",")
            texts.update(dict.fromkeys(names, found[2]))
        elif line.strip():
            texts.update({name: f"{texts[name]} {line.strip()}".strip() for name in names})
    return texts
