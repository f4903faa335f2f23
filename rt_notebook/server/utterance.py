"""Whether an utterance sounds finished: the server's stand-in for semantic VAD.

The API asks a model. Here a rule looks at the words that were heard so far: a turn goes on
after a comma, a trailing "…", or a last word that English does not end on ("and", "the",
"because", "um"). Anything else is finished, and short commands are ("stop", "yes").
"""

from __future__ import annotations

import re

__all__ = ["sounds_finished"]

_DANGLING = """a about after although an and another any are as at because been before being but
by can could did do does each either every for from had has have her his if in into is its it's
i'd i'll i'm i've just like may maybe might my nor of on or our should since so some than that
the their then these they this those though through to until very was we we'd were when where
whether which while who whose why will with would you'd your"""
_HESITATING = "ah eh er erm hm hmm mm uh uhm um umm well"
_OPEN_ENDED = frozenset(f"{_DANGLING} {_HESITATING}".split())
# "What do you do?" ends on a word that else wants another one.
_QUESTION_ENDS = "about at do does for from have in is on that this to with"
_MAY_END_A_QUESTION = frozenset(_QUESTION_ENDS.split())


def sounds_finished(text: str) -> bool:
    """Whether a listener would take the turn after these words.

    Parameters
    ----------
    text : str
        The transcript of the turn so far; nothing heard is not finished.
    """
    spoken = text.strip()
    words = re.findall(r"[\w'’]+", spoken.lower().replace("’", "'"))
    if not words or spoken.endswith((",", "-", "–", "—", "…", "...", ":")):
        return False
    if spoken.endswith("?") and words[-1] in _MAY_END_A_QUESTION:
        return True
    return words[-1] not in _OPEN_ENDED
