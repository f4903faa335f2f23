"""The echo brain."""

from __future__ import annotations

import asyncio

from rt_notebook.server.brains import CallResult, Context, Message, Say
from rt_notebook.server.brains.echo import EchoBrain


def echo(*entries) -> list:
    async def collect() -> list:
        return [piece async for piece in EchoBrain().answer(Context(entries))]

    return asyncio.run(collect())


def test_it_says_back_the_latest_words_or_result():
    hello = Message("user", "Hello.")
    assert echo(hello, Message("user", "Again.")) == [Say("Again.")]
    assert echo(hello, Message("assistant", "Hi.")) == [Say("Hello.")]
    assert echo(hello, CallResult("c", "42")) == [Say("42")]
    assert echo() == []
