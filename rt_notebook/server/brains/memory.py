"""What the demo brain remembers of a conversation: sentences of a few fixed shapes.

"My favourite number is seven." … "What is my favourite number?" – "Your favourite number
is seven." Nothing is stored: the answer is looked for in what was said before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

__all__ = ["assistant_name", "noted", "recalled"]

_WHAT = r"(?P<what>[a-z][\w'’ -]{0,60}?)"
_VALUE = r"(?P<value>(?:(?!,? and (?:my|i)\b)[^.!?;\n]){1,200})"
_FACT = re.compile(rf"\bmy {_WHAT} (?:is|are|was|were) {_VALUE}", re.I)
_CALLED = re.compile(r"\b(?:call me|i am called|i'm called) (?P<value>[^.!?;,\n]{1,60})", re.I)
_HOME = re.compile(r"\bi (?:live|am living) in (?P<value>[^.!?;\n]{1,80})", re.I)
_TOLD = re.compile(r"\bremember(?: that|:)? (?P<value>[^.!?;\n]{3,200})", re.I)
_THING = re.compile(rf"^the {_WHAT} (?:is|are|was|were) {_VALUE}", re.I)
_AGE = re.compile(r"\b(?:i am|i'm|i’m) (?P<value>[\w -]{1,30}?) years old\b", re.I)
_SHAPES = (("name", _CALLED), ("home", _HOME), ("age", _AGE), ("told", _TOLD))
_ASKED = re.compile(
    rf"\b(?:what(?:'s|’s| is| are| was| were)?|tell me|(?:do you )?(?:remember|know)"
    rf"(?: what)?) (?P<whose>my|the) {_WHAT}(?: is| was| are)?(?: called| named)?"
    r"(?:,? (?:again|please))*\s*[?.!]*$",
    re.I,
)
#: What a question is about, where no word of it names that.
_ASKED_FOR = (
    ("name", re.compile(r"\bwho am i\b|\bwhat am i called\b", re.I)),
    ("home", re.compile(r"\bwhere do i live\b", re.I)),
    ("age", re.compile(r"\bhow old am i\b|\bwhat(?:'s|’s| is) my age\b", re.I)),
    ("told", re.compile(r"\bwhat did i (?:ask|tell) you(?: to remember)?\b", re.I)),
)
_SENTENCES = {
    "home": "You live in {}.",
    "age": "You are {} years old.",
    "told": "You told me: {}.",
}
_QUESTION = re.compile(r"\?\s*$|^\s*(?:what|who|where|when|how|why|is|are|do|does|can)\b", re.I)

# In instructions, about the user and about the assistant.
_USERS_NAME = re.compile(
    r"\b(?:the )?user(?:'s|’s)? (?:name is|is called|is named|is) (?P<value>[A-Z][\w'-]*)"
)
_OWN_NAME = re.compile(
    r"\b(?:[Yy]our name(?: is|'s|’s)|[Yy]ou(?: are|'re|’re)(?: called| named)?|[Cc]all yourself"
    r"|assistant (?:called|named)) [\"“']?(?P<value>[A-Z][\w'-]*)"
)


def recalled(question: str, earlier: Sequence[str], instructions: str = "") -> str | None:
    """Return the answer to a question about what was said before.

    Parameters
    ----------
    question : str
        What the user says now.
    earlier : sequence of str
        What the user said before, oldest first.
    instructions : str
        The session's; they may give the user's name.

    Returns
    -------
    str or None
        None when this is no such question.
    """
    subject = _subject(question)
    if subject is None:
        return None
    known = dict(_facts(instructions, earlier))
    if subject not in known:
        return None if subject.startswith("the ") else "You have not told me that yet."
    return _sentence(subject, known[subject])


def noted(statement: str) -> str | None:
    """Return the acknowledgement of something worth remembering, None for anything else."""
    facts = dict(_told(statement))
    if not facts or _QUESTION.search(statement):
        return None
    told = " ".join(
        _sentence(subject, value)
        for subject, value in facts.items()
        if not subject.startswith("the ")
    )
    return f"I will remember that. {told}"


def assistant_name(instructions: str) -> str | None:
    """Return the name that instructions give the assistant."""
    found = _OWN_NAME.search(instructions)
    return found["value"] if found else None


def _subject(question: str) -> str | None:
    for subject, pattern in _ASKED_FOR:
        if pattern.search(question):
            return subject
    asked = _ASKED.search(question.strip())
    if asked is None:
        return None
    what = _plain(asked["what"])
    return what if asked["whose"].lower() == "my" else f"the {what}"


def _facts(instructions: str, earlier: Sequence[str]) -> Iterator[tuple[str, str]]:
    name = _USERS_NAME.search(instructions)
    if name:
        yield "name", name["value"]
    for statement in earlier:
        yield from _told(statement)


def _told(statement: str) -> Iterator[tuple[str, str]]:
    for found in _FACT.finditer(statement):
        if not _QUESTION.search(found["value"]):
            yield _plain(found["what"]), found["value"].strip(" ,")
    for subject, pattern in _SHAPES:
        for found in pattern.finditer(statement):
            if subject != "told" or not _FACT.search(found["value"]):
                yield subject, found["value"].strip(" ,")
    for found in _TOLD.finditer(statement):
        if thing := _THING.search(found["value"]):
            yield f"the {_plain(thing['what'])}", thing["value"].strip(" ,")


def _plain(what: str) -> str:
    british = what.lower().replace("favorite", "favourite").replace("color", "colour")
    return british.replace("’", "'").strip()


def _sentence(subject: str, value: str) -> str:
    if subject in _SENTENCES:
        return _SENTENCES[subject].format(value)
    verb = "are" if subject.endswith("s") and not subject.endswith("ss") else "is"
    whose = subject.capitalize() if subject.startswith("the ") else f"Your {subject}"
    return f"{whose} {verb} {value}."
