"""What tools returned, as the cell shows it."""

from __future__ import annotations

import base64

import pytest

from rt_notebook.notebook.results import MAX_KEPT, ToolResults, rich_html
from rt_notebook.protocol.tool_turns import FunctionCall
from rt_notebook.secret import MASK, Secret

CALL = FunctionCall("c", "table", '{"city": "<b>Oslo</b>"}')
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def _shell(shell):
    """Results are shown by the shell that runs."""


class Picture:
    def _repr_png_(self):
        return PNG


class Paragraph:
    def _repr_html_(self):
        return "<p>words</p>"


@pytest.fixture
def shown(monkeypatch):
    """Return what a display handle is given."""
    contents = []

    class Handle:
        def update(self, html):
            contents.append(html.data)

    def display(html, display_id):
        contents.append(html.data)
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    return contents


@pytest.mark.parametrize(
    "value", ["text", 3, {"a": 1}, [1], None, object()], ids=lambda value: type(value).__name__
)
def test_what_is_only_text_is_not_shown_twice(value):
    assert rich_html(value) == ""


def test_a_table_is_shown_as_in_a_cell_with_its_texts_escaped():
    pd = pytest.importorskip("pandas")
    html = rich_html(pd.DataFrame({"city": ["<script>1</script>"]}))
    assert "<table" in html
    assert "<script>" not in html


def test_a_picture_is_shown_as_in_a_cell():
    assert base64.b64encode(PNG).decode() in rich_html(Picture())


def test_a_figure_is_shown_and_not_once_more_by_the_next_cell():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots()
    axes.plot([1, 2])
    head, _, data = rich_html(figure).partition("base64,")
    assert head.startswith('<img src="data:image/png;')
    assert base64.b64decode(data.partition('"')[0]).startswith(PNG)
    assert plt.get_fignums() == []


def test_results_stand_under_their_calls_in_order_and_the_calls_are_escaped(shown):
    results = ToolResults()
    results.display()
    results.add(CALL, Paragraph())
    results.add(CALL, Picture())
    results.update_now()
    assert "<b>" not in shown[-1]
    assert "&lt;b&gt;Oslo" in shown[-1]
    assert shown[-1].index("words") < shown[-1].index("<img")


@pytest.mark.threat("T1")
def test_a_key_that_a_tool_was_called_with_and_gave_back_is_not_shown(shown):
    key = Secret("sk-canary-0123456789abcdef")

    class Leak:
        def _repr_html_(self):
            return f"<p>{key.reveal()}</p>"

    results = ToolResults()
    results.display()
    results.add(FunctionCall("c", "look", f'{{"key": "{key.reveal()}"}}'), Leak())
    results.update_now()
    assert "canary" not in shown[-1]
    assert shown[-1].count(MASK) == 2


def test_the_last_results_are_kept_and_none_is_endless(shown):
    results = ToolResults()
    results.display()
    for _ in range(3 * MAX_KEPT):
        results.add(CALL, Paragraph())
    huge = Paragraph()
    huge._repr_html_ = lambda: "x" * 10_000_000
    results.add(CALL, huge)
    results.update_now()
    assert shown[-1].count("<p>") == MAX_KEPT
    assert len(shown[-1]) < 10_000
