"""What is shown of an error: its sentence, and nothing that steers a terminal."""

import pytest

from rt_notebook.errors import RealtimeError, ServerError, printable

# Colour, cursor, title of the window, bell, backspace, and C1's one-character CSI.
STEERING = ["\x1b[31m", "\x1b[2J", "\x1b]0;title\x07", "\x07", "\x08\x08", "\x9b2J", "\x7f", "\r"]


@pytest.mark.threat("T6")
@pytest.mark.parametrize("steering", STEERING)
def test_no_control_character_of_a_server_reaches_a_terminal(steering):
    shown = str(ServerError(f"refused {steering}for now", code="x"))
    assert all(character.isprintable() for character in shown)
    assert shown.startswith("refused ")
    assert shown.endswith("for now")


def test_lines_tabs_and_every_script_stay():
    text = "one\n\ttwo — ελληνικά 日本語 🎙"
    assert printable(text) == text
    assert str(RealtimeError(text)) == text
