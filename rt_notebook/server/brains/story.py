"""Stories of any length, so that there is something to interrupt.

The lighthouse is the beginning of all of them; a longer one goes on night after night.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import count, islice

from .number_words import with_digits

__all__ = ["story"]

_LIGHTHOUSE = """\
Once upon a time there was a lighthouse on a small island, far out in a cold grey sea. \
The keeper was an old woman called Marta, and she had lived there for forty years. \
Every evening she climbed the narrow stairs, lit the great lamp, and watched the ships go by. \
One night in November a storm came up that was worse than any she had seen. \
The wind tore at the windows, and the waves washed over the rocks. \
Just before midnight the lamp went out. \
Marta tried to light it again, once, twice, and a third time, but the wick was wet and would \
not burn. \
Then she heard a horn, far away in the dark, and she knew that a ship was coming. \
She ran down the stairs and gathered everything that could burn. \
She took the chairs, the old table, and the letters that she had kept in a wooden box. \
She carried them up, step by step, and made a fire on the gallery behind the glass. \
The flames rose high, and their light fell far across the water. \
The ship saw it, turned away from the rocks, and passed the island safely. \
In the morning the sea was quiet again, and the sun came out from behind the clouds. \
A week later a boat landed, and a young sailor stepped ashore with a new table on his back. \
He had made it himself, he said, from a plank of the ship that she had saved. \
They sat at it all afternoon, drank tea, and told each other stories."""
_BEGINNING = re.findall(r"\S[^.]+\.", _LIGHTHOUSE)
_END = "And when the evening came, they climbed the stairs together and lit the lamp."

_WEATHER = (
    "there was fog as thick as wool",
    "snow fell without a sound",
    "the moon stood full above the water",
    "rain drummed on the roof",
    "not a breath of wind was in the air",
)
_GUESTS = (
    "a fisherman who had lost his way",
    "two children in a rowing boat",
    "a captain without a ship",
    "a fiddler on his way home",
    "a woman who was looking for her brother",
    "a dog that nobody knew",
    "an old friend of Marta's",
)
_ENDINGS = (
    "They shared their bread, and in the morning the guest was gone.",
    "Nobody slept that night, and nobody was sorry for it.",
    "Years later Marta still told of it.",
)

_WORDS_PER_S = 2.8
_LENGTH = re.compile(
    r"(?P<count>\d{1,6})[ -](?P<unit>word|sentence|second|minute|hour)s?\b"
    r"|\b(?P<alone>a|an|one|half a|half an) (?P<one>second|minute|hour)\b"
)
_UNIT_WORDS = {
    "second": _WORDS_PER_S,
    "minute": 60 * _WORDS_PER_S,
    "hour": 3600 * _WORDS_PER_S,
    "word": 1,
}
_SHORT_SENTENCES = 4
_MOST_WORDS = 2 * 3600 * _WORDS_PER_S


def story(asked: str) -> str:
    """Return a story as long as it is asked for: in sentences, words, or spoken time.

    Parameters
    ----------
    asked : str
        Such as "a story of three sentences", "a two minute story", "a short story"; without
        a length it is one of more than a minute.
    """
    plain = with_digits(asked)
    length = _LENGTH.search(plain)
    if length is None:
        is_short = re.search(r"\bshort\b", plain)
        return _of_sentences(_SHORT_SENTENCES if is_short else len(_BEGINNING) + 1)
    if length["unit"] == "sentence":
        return _of_sentences(int(length["count"]))
    number = float(length["count"] or (0.5 if "half" in length["alone"] else 1))
    return _of_words(min(number * _UNIT_WORDS[length["unit"] or length["one"]], _MOST_WORDS))


def _of_sentences(number: int) -> str:
    most = math.ceil(_MOST_WORDS / len(_END.split()))
    told = islice(_sentences(), max(0, min(number, most) - 1))
    return " ".join([*told, _END])


def _of_words(number: float) -> str:
    told: list[str] = []
    length = len(_END.split())
    for sentence in _sentences():
        length += len(sentence.split())
        if length > number:
            break
        told.append(sentence)
    return " ".join([*told, _END])


def _sentences() -> Iterator[str]:
    """Yield the story, and then more of it without an end."""
    yield from _BEGINNING
    for night in count(1):
        yield f"On night {night} of that winter {_WEATHER[night % len(_WEATHER)]}."
        yield f"There was a knock at the door, and outside stood {_GUESTS[night % len(_GUESTS)]}."
        yield "Marta put wood on the fire, and the guest told where the way had led so far."
        yield _ENDINGS[night % len(_ENDINGS)]
