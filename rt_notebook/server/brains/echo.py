"""The echo brain: says back what was said, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from . import Answer, CallResult, Context, Message, Say

__all__ = ["EchoBrain"]


class EchoBrain:
    """Says back the latest words of the user, or the latest result of a function."""

    async def answer(self, context: Context) -> AsyncGenerator[Answer, None]:
        """Yield them."""
        for entry in reversed(context.entries):
            if isinstance(entry, CallResult):
                yield Say(entry.output)
                return
            if isinstance(entry, Message) and entry.role == "user":
                yield Say(entry.text)
                return
