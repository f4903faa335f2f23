"""The days that people ask for: today, tomorrow, in three weeks, next Monday, December 25."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from .number_words import with_digits

__all__ = ["date_answer"]

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_FURTHEST_DAYS = 365 * 1000
_UNIT_DAYS = {"day": 1, "week": 7}
_MONTH, _WEEKDAY = "|".join(_MONTHS), "|".join(_WEEKDAYS)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,? (?P<year>\d{4}))?"

_ASKED = re.compile(
    r"\b(?:what|which)(?:'s|’s| is| was| will be)? (?:the |today's )?(?:date|day|weekday)\b"
    r"|\bwhat(?:'s|’s| is| was| will be)? (?:tomorrow|yesterday|today)\b"
)
_WHEN = re.compile(r"\bwhen (?:is|was|will)\b")
_PERIOD = re.compile(r"\b(?:what|which) (?P<unit>year|month) (?:is it|do we have|are we in)\b")
_COUNT = re.compile(r"\bhow many days (?:is it |are there |are left )?(?:until|till|to|since)\b")


def _days(found: re.Match[str], today: date) -> date:
    days = min(int(found["count"]) * _UNIT_DAYS[found["unit"]], _FURTHEST_DAYS)
    return today + timedelta(-days if "ago" in found.group() else days)


def _weekday(found: re.Match[str], today: date) -> date:
    ahead = (_WEEKDAYS.index(found["weekday"]) - today.weekday()) % 7
    last = ahead - 7 if found["which"] == "last" else ahead or 7
    return today + timedelta(last)


def _written(found: re.Match[str], today: date) -> date:
    return date.fromisoformat(found["iso"])


def _calendar(found: re.Match[str], today: date) -> date:
    month, day = _MONTHS.index(found["month"]) + 1, int(found["day"])
    if found["year"]:
        return date(int(found["year"]), month, day)
    return _nearest(found, today, month, day)


def _nearest(found: re.Match[str], today: date, month: int, day: int) -> date:
    """Return the next such day; where "was" or "since" is asked for, the last one."""
    is_past = re.search(r"\b(?:was|since)\b", found.string)
    this_year = date(today.year, month, day)
    if is_past:
        return this_year if this_year <= today else date(today.year - 1, month, day)
    return this_year if this_year >= today else date(today.year + 1, month, day)


def _feast(month: int, day: int) -> Callable[[re.Match[str], date], date]:
    return lambda found, today: _nearest(found, today, month, day)


def _apart(days: int) -> Callable[[re.Match[str], date], date]:
    return lambda _found, today: today + timedelta(days)


#: How a day is called → which day it is; the first that is in the words counts.
_CALLED: tuple[tuple[str, Callable[[re.Match[str], date], date]], ...] = (
    (r"(?P<iso>\d{4}-\d{2}-\d{2})", _written),
    (r"day after tomorrow", _apart(2)),
    (r"day before yesterday", _apart(-2)),
    (r"tomorrow", _apart(1)),
    (r"yesterday", _apart(-1)),
    (r"in (?P<count>\d{1,6}) (?P<unit>day|week)s?", _days),
    (r"(?P<count>\d{1,6}) (?P<unit>day|week)s? (?:ago|from now)", _days),
    (rf"(?P<which>next|last|this|on) (?P<weekday>{_WEEKDAY})", _weekday),
    (rf"(?P<month>{_MONTH}) (?:the )?{_DAY}{_YEAR}", _calendar),
    (rf"{_DAY} (?:of )?(?P<month>{_MONTH}){_YEAR}", _calendar),
    (r"christmas", _feast(12, 25)),
    (r"new year(?:'s|’s)?(?: day)?", _feast(1, 1)),
)


def date_answer(text: str, today: date) -> str | None:
    """Return the sentence that answers a question about a day, None if there is none.

    Parameters
    ----------
    text : str
        What the user says.
    today : date
        The local date.
    """
    asked = with_digits(text)
    if period := _PERIOD.search(asked):
        return f"It is {today.year}." if period["unit"] == "year" else f"It is {today:%B %Y}."
    counts, asks = _COUNT.search(asked), _ASKED.search(asked)
    if not (counts or asks or _WHEN.search(asked)):
        return None
    try:
        name, day = _meant(asked, today)
    except (ValueError, OverflowError):
        return "There is no such day."
    if name == "Today" and not asks:
        return None
    if counts:
        number = abs((day - today).days)
        unit = "day" if number == 1 else "days"
        return f"It is {number} {unit} {'until' if day >= today else 'since'} {_long(day)}."
    verb = "was" if day < today else "is"
    return f"{name} {verb} {_long(day)}."


def _meant(asked: str, today: date) -> tuple[str, date]:
    for pattern, find in _CALLED:
        if found := re.search(rf"\b{pattern}\b", asked):
            called = found.group()
            name = called.capitalize() if called in ("tomorrow", "yesterday") else "That"
            return name, find(found, today)
    return "Today", today


def _long(day: date) -> str:
    return f"{day:%A, %B} {day.day}, {day.year}"
