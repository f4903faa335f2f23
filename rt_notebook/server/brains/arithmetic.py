"""The arithmetic that people ask for aloud, exact, in words and digits."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from fractions import Fraction

from .number_words import spell, with_digits

__all__ = ["calculation"]

_LARGEST_POWER = 64
_LARGEST = 10**12

#: Operators as Python's grammar has them ("%" is "percent of"), by the words that name them.
_OPERATORS = {
    "+": r"\+|plus|added to|and add",
    "-": r"[-−–]|minus|less|take away",
    "**": r"\^|\*\*|to the power of|raised to",
    "*": r"[*×x]|times|multiplied by",
    "/": r"[/÷]|divided by|over",
    "%": r"% of|percent of|per cent of",
}
_SPOKEN = {
    "+": "plus",
    "-": "minus",
    "*": "times",
    "/": "divided by",
    "%": "percent of",
    "**": "to the power of",
}
_NUMBER = r"-?\d+(?:\.\d+)?"
_OPERATOR = "|".join(f"(?:{words})" for words in _OPERATORS.values())
_TERM = rf"(?:\(\s*)*{_NUMBER}(?:\s*\))*"
_EXPRESSION = re.compile(rf"(?<![\w.]){_TERM}(?:\s*(?:{_OPERATOR})\s*{_TERM})+(?![\w.]*\d)")
#: "555-1234" is a number to call, and "2-3 people" are some: a hyphen that stands between
#: digits subtracts where nothing else is said.
_HYPHEN = re.compile(r"\d[-–]\d")
_ALONE = re.compile(r"\W*(?:what(?:'s|’s| is)|how much is|calculate|compute)?\W*$")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
#: What is said as an order, and the same as an expression.
_ORDERS = (
    (rf"({_NUMBER})\s+squared", r"\1 ^ 2"),
    (rf"({_NUMBER})\s+cubed", r"\1 ^ 3"),
    (rf"\badd ({_NUMBER}) (?:and|to) ({_NUMBER})", r"\1 + \2"),
    (rf"\bsubtract ({_NUMBER}) from ({_NUMBER})", r"\2 - \1"),
    (rf"\bmultiply ({_NUMBER}) (?:and|by|with) ({_NUMBER})", r"\1 * \2"),
    (rf"\bdivide ({_NUMBER}) by ({_NUMBER})", r"\1 / \2"),
    (rf"\bsum of ({_NUMBER}) and ({_NUMBER})", r"\1 + \2"),
    (rf"\bproduct of ({_NUMBER}) and ({_NUMBER})", r"\1 * \2"),
    (rf"\bhalf of ({_NUMBER})", r"\1 / 2"),
)
_APPLY: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: lambda percent, whole: percent * whole / 100,
    ast.Pow: lambda base, exponent: base ** _small(exponent),
}


def calculation(text: str) -> str | None:
    """Return the sentence that answers an arithmetic question, None if there is none."""
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", with_digits(text))
    plain = re.sub(r"(?<!\d)(\s|^)(?:minus|negative)\s+(?=\d)", r"\1-", plain)
    for order, expression in _ORDERS:
        plain = re.sub(order, expression, plain)
    found = _EXPRESSION.search(plain)
    if found is None or not _is_meant(found):
        return None
    tokens = [_token(word) for word in re.findall(rf"\d[\d.]*|[()]|{_OPERATOR}", found.group())]
    question = "that" if "(" in tokens else " ".join(_spoken(tokens))
    try:
        return f"{question} is {spell(_value(tokens))}."
    except (SyntaxError, RecursionError, MemoryError):
        return None  # as brackets that do not close
    except ZeroDivisionError:
        return f"{question} has no answer: nothing can be divided by zero."
    except ValueError:
        return f"{question} is too large for me."


def _is_meant(found: re.Match[str]) -> bool:
    said = found.string
    if not _HYPHEN.search(found.group()):
        return True
    rest = said[: found.start()] + said[found.end() :]
    return _ALONE.match(rest) is not None and not _DATE.fullmatch(found.group())


def _token(word: str) -> str:
    if word[0].isdigit() or word in "()":
        return word
    return next(sign for sign, names in _OPERATORS.items() if re.fullmatch(names, word))


def _spoken(tokens: list[str]) -> list[str]:
    return [_SPOKEN.get(token) or spell(Fraction(token)) for token in tokens]


def _value(tokens: list[str]) -> Fraction:
    value = _evaluated(ast.parse(" ".join(tokens), mode="eval").body)
    if abs(value) >= _LARGEST:
        raise ValueError("the result is too large to be spoken")
    return value


def _evaluated(node: ast.expr) -> Fraction:
    if isinstance(node, ast.BinOp):
        return _APPLY[type(node.op)](_evaluated(node.left), _evaluated(node.right))
    if isinstance(node, ast.UnaryOp):
        return -_evaluated(node.operand)
    assert isinstance(node, ast.Constant)
    return Fraction(str(node.value))


def _small(exponent: Fraction) -> int:
    if exponent.denominator != 1 or abs(exponent) > _LARGEST_POWER:
        raise ValueError("the exponent is no small whole number")
    return int(exponent)
