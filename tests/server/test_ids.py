"""Ids and padding."""

from __future__ import annotations

from rt_notebook.server.ids import make_id, obfuscation, seed


def test_the_same_seed_gives_the_same_ids():
    def ids() -> list[str]:
        seed(7)
        return [make_id("item"), make_id("call", 16)]

    first = ids()
    assert ids() == first
    assert len(set(first)) == 2


def test_padding_fills_a_delta_to_a_multiple_of_sixteen():
    assert [len("hello" + obfuscation("hello")), len(obfuscation("x" * 16))] == [16, 16]
