"""Numbers in words and digits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

__all__ = ["numbers_in", "spell", "with_digits"]

_UNIT_WORDS = """zero one two three four five six seven eight nine ten eleven twelve thirteen
fourteen fifteen sixteen seventeen eighteen nineteen"""
_UNITS = _UNIT_WORDS.split()
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SMALL = {word: value for value, word in enumerate(_UNITS)}
_SMALL |= {word: 20 + 10 * place for place, word in enumerate(_TENS)}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}

_LARGEST = 10**12
_DECIMALS = 4


def spell(value: int | Fraction) -> str:
    """Return a number in English words: 408 is ``four hundred eight``."""
    if value < 0:
        return f"minus {spell(-value)}"
    whole = int(value)
    rest = round(float(value - whole), _DECIMALS)
    if rest >= 1:
        return spell(whole + 1)
    digits = f"{rest:.{_DECIMALS}f}"[2:].rstrip("0")
    point = " point " + " ".join(_UNITS[int(digit)] for digit in digits) if digits else ""
    return _whole(whole) + point


def _whole(value: int) -> str:
    if value < 20:
        return _UNITS[value]
    if value < 100:
        unit = f" {_UNITS[value % 10]}" if value % 10 else ""
        return _TENS[value // 10 - 2] + unit
    if value < 1000:
        return _joined(value, 100, "hundred")
    if value >= _LARGEST:
        return " ".join(_UNITS[int(digit)] for digit in str(value))
    name, size = next((n, s) for n, s in reversed(_SCALES.items()) if value >= s)
    return _joined(value, size, name)


def _joined(value: int, size: int, name: str) -> str:
    rest = f" {_whole(value % size)}" if value % size else ""
    return f"{_whole(value // size)} {name}{rest}"


def with_digits(text: str) -> str:
    """Return the text in lower case with its number words as digits."""
    parts = re.findall(r"[a-z]+|[^a-z]+", text.lower())
    return "".join(_digits(parts))


def _digits(parts: list[str]) -> Iterator[str]:
    place = 0
    while place < len(parts):
        value, taken = _read(parts, place)
        yield str(value) if taken else parts[place]
        place += taken or 1


def _read(parts: list[str], start: int) -> tuple[int | str, int]:
    """Read the number that starts at `start`; it is how many parts long, 0 for none."""
    total = group = 0
    end, here = start, start
    while here < len(parts):
        word = parts[here]
        if word in _SMALL and _fits(group, _SMALL[word], end == start):
            group += _SMALL[word]
        elif word == "hundred" and end > start and 0 < group < 100:
            group *= 100
        elif word in _SCALES and end > start and group:
            total, group = total + group * _SCALES[word], 0
        elif not (end > start and (word == "and" or not word.strip(" -"))):
            break
        else:
            here += 1
            continue
        here += 1
        end = here
    decimals, after = _decimals(parts, end) if end > start else ("", end)
    return (f"{total + group}{decimals}" if decimals else total + group), after - start


def _fits(group: int, value: int, first: bool) -> bool:
    """Whether "five" may follow what was read: after "twenty" and "hundred", not after "two"."""
    room = 100 if group % 100 == 0 else 10 if group % 10 == 0 and group % 100 >= 20 else 0
    return first or 0 < value < room


def _decimals(parts: list[str], end: int) -> tuple[str, int]:
    digits, here = "", end + 3
    if [part.strip() for part in parts[end : end + 3]] != ["", "point", ""]:
        return "", end
    while here < len(parts) and _SMALL.get(parts[here], 10) < 10:
        digits += str(_SMALL[parts[here]])
        here += 2
    return (f".{digits}", here - 1) if digits else ("", end)


def numbers_in(text: str) -> list[int | float]:
    """Return the numbers of a text, in words or digits, in their order."""
    found = re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?", with_digits(text).replace(",", ""))
    return [float(number) if "." in number else int(number) for number in found]
