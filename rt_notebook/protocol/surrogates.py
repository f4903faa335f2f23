"""Text with half of a surrogate pair: JSON can bring it, and UTF-8 cannot hold it.

A server that cuts what it says without regard to characters sends one emoji in two deltas, a
half in each.
"""

from __future__ import annotations

__all__ = ["escaped", "replaced"]


def escaped(json_text: str) -> str:
    r"""Return JSON that UTF-8 can hold: half a pair becomes its escape, such as ``\ud83d``."""
    if _is_whole(json_text):
        return json_text
    # Who reads the escapes of two halves side by side reads one character: so it is written.
    joined = _in_utf_16(json_text).decode("utf-16", "surrogatepass")
    return joined.encode("utf-8", "backslashreplace").decode()


def replaced(text: str) -> str:
    """Return text that UTF-8 can hold: half a pair becomes U+FFFD."""
    return text if _is_whole(text) else _in_utf_16(text).decode("utf-16", "replace")


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _in_utf_16(text: str) -> bytes:
    """Where two halves side by side are one character."""
    return text.encode("utf-16", "surrogatepass")
