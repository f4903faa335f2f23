"""A question said by a magic reaches the magic, through a real IPython shell."""

import pytest


def call(text):
    return f"get_ipython().run_line_magic('rt_say', {text!r})\n"


@pytest.mark.parametrize(
    ("cell", "read_as"),
    [
        ("%rt_say Who are you?", call("Who are you?")),
        ("%rt_say What's up?", call("What's up?")),
        ("%rt_say why??", call("why??")),
        ('%rt_say --voice "cedar" Is 5 > 4?', call('--voice "cedar" Is 5 > 4?')),
        ("reply = %rt_say --no-wait Who are you?", "reply = " + call("--no-wait Who are you?")),
        ("for _ in '12':\n    %rt_say Again?", "for _ in '12':\n    " + call("Again?")),
        ("%rt_say Hello", call("Hello")),
        ("1\n%rt_say One?\n%rt_say Two?\n", "1\n" + call("One?") + call("Two?")),
    ],
)  # fmt: skip
def test_a_question_is_said_and_not_looked_up(shell, cell, read_as):
    assert shell.transform_cell(cell) == read_as


@pytest.mark.parametrize("cell", ["%rt_say?", "%rt_say??", "%rt_config?", "len?"])
def test_help_is_still_a_question_mark(shell, cell):
    assert "run_line_magic('pinfo" in shell.transform_cell(cell)


def test_other_cells_are_left_alone(shell):
    cell = 'text = """\nHow to: %rt_say what?\n"""\nrest = a %rt_say + b\n'
    assert shell.transform_cell(cell) == cell
    written = "%%writefile x.py\n%rt_say what?\n"
    assert shell.transform_cell(written) == (
        "get_ipython().run_cell_magic('writefile', 'x.py', '%rt_say what?\\n')\n"
    )
