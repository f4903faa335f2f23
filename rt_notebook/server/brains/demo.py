"""The demo brain: deterministic, and honest about being no language model."""

from __future__ import annotations

from collections.abc import AsyncIterator

from . import Answer, Context, Message, Say


class DemoBrain:
    """Reflects what it heard."""

    async def answer(self, context: Context) -> AsyncIterator[Answer]:
        """Yield the answer."""
        said = [entry for entry in context.entries if isinstance(entry, Message)]
        yield Say(f"You said: {said[-1].text}" if said else "Hello.")
