"""ISO 639-1: the two-letter codes that the API takes as languages."""

from __future__ import annotations

__all__ = ["LANGUAGES", "check_language", "nearest_language"]

_CODES = """
aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy
da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht
hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky
la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny
oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss
st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo
za zh zu
"""

#: The 183 codes in force. Source: ISO 639-2 Registration Authority, table of alpha-2 codes.
LANGUAGES = frozenset(_CODES.split())


def check_language(code: str) -> str:
    """Return an ISO 639-1 code as it is.

    Raises
    ------
    ValueError
        If it is none.
    """
    if code not in LANGUAGES:
        raise ValueError(f"{code!r} is no ISO-639-1 code")
    return code


def nearest_language(text: str) -> str:
    """Return the code that a longer tag begins with (``en-US`` → ``en``), or ``""``."""
    code = text.strip().lower().replace("_", "-").split("-")[0]
    return code if code in LANGUAGES else ""
