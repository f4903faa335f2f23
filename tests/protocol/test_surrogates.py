"""Text with half of a surrogate pair."""

import pytest

from rt_notebook.protocol.item import Item, Part
from rt_notebook.protocol.surrogates import escaped, replaced


@pytest.mark.parametrize(
    ("text", "in_json", "shown"),
    [
        ("smile \U0001f600", "smile \U0001f600", "smile \U0001f600"),
        ("smile \ud83d now", "smile \\ud83d now", "smile \ufffd now"),
        ("\ud83d" + "\ude00", "\U0001f600", "\U0001f600"),
        ("\ude00" + "\ud83d", "\\ude00\\ud83d", "\ufffd\ufffd"),
    ],
)
def test_half_a_pair_becomes_what_utf_8_can_hold(text, in_json, shown):
    assert (escaped(text), replaced(text)) == (in_json, shown)


def test_an_item_whose_emoji_comes_in_two_deltas_shows_it_when_both_are_there():
    item = Item("a1", role="assistant", parts=[Part("text")])
    item.parts[0].extend("smile \ud83d")
    assert item.text == "smile \ufffd"
    item.parts[0].extend("\ude00 done")
    assert item.text == "smile \U0001f600 done"
