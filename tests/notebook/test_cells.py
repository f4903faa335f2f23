"""Every cell marks what it asks for with its number."""

from rt_notebook.record.cell import CELL


def test_a_cells_code_knows_its_number_and_nothing_else_does(shell):
    shell.user_ns["CELL"] = CELL
    count = shell.execution_count
    for _ in range(2):
        shell.run_cell("number = CELL.get()", store_history=True)
    assert shell.user_ns["number"] == count + 1
    assert CELL.get() is None


def test_loading_the_extension_twice_marks_once(shell):
    before = len(shell.events.callbacks["pre_run_cell"])
    shell.run_line_magic("reload_ext", "rt_notebook")
    assert len(shell.events.callbacks["pre_run_cell"]) == before
