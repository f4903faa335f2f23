"""The log as people read it, from events written by hand."""

import pytest

from rt_notebook.analysis.log_view import LogView
from rt_notebook.protocol.events import Event
from rt_notebook.record.log import Log
from rt_notebook.secret import Secret


class Told:
    def __init__(self):
        self.log = Log()

    def add(self, direction, type, *, audio=b"", cell=None, **fields):
        time = float(len(self.log))
        event = Event(type=type, **fields)
        self.log.append(
            direction, event, time=time, wall_time=time, audio=audio, size_bytes=100, cell=cell
        )


def delta(told, kind="audio", item="a1", **fields):
    told.add("received", f"response.output_{kind}.delta", item_id=item, delta="x", **fields)


@pytest.fixture
def told():
    """Sound and words in turn, then the end, then a refusal."""
    told = Told()
    told.add("sent", "response.create", event_id="e1", cell=7)
    for _ in range(50):
        delta(told, audio=bytes(4800))
        delta(told, "audio_transcript")
    told.add("received", "response.done", response={"id": "r1"})
    delta(told, item="a2")
    error = {"message": "unknown <voice>", "event_id": "e1"}
    told.add("received", "error", error=error)
    return told


def test_deltas_of_a_kind_share_a_row_until_something_else_happens(told):
    rows = [(row.type, row.count) for row in LogView(told.log).rows]
    assert rows == [
        ("response.create", 1),
        ("response.output_audio.delta", 50),
        ("response.output_audio_transcript.delta", 50),
        ("response.done", 1),
        ("response.output_audio.delta", 1),
        ("error", 1),
    ]


def test_a_row_adds_up_what_it_holds(told):
    row = LogView(told.log).rows[1]
    assert (row.number, row.size_bytes, row.audio_bytes) == (1, 5000, 240_000)
    assert "5.00 s" in repr(LogView(told.log))


def test_an_error_names_what_it_refuses_and_the_cell_that_asked(told):
    assert "unknown <voice> (refuses 0: response.create from cell [7])" in repr(LogView(told.log))


@pytest.mark.parametrize(
    ("filters", "types"),
    [
        ({"type": "response.*"}, 5),
        ({"type": "transcript"}, 1),
        ({"item": "a2"}, 1),
        ({"text": "VOICE"}, 1),
        ({"type": "error", "text": "nothing"}, 0),
    ],
)
def test_rows_are_filtered_by_type_item_and_text(told, filters, types):
    assert len(LogView(told.log, **filters).rows) == types


def test_text_is_found_as_it_is_read_and_as_it_is_shown():
    told = Told()
    told.add("received", "x", text='he said "yes"\nand left')
    for text in ('said "YES"', '"yes"\nand', '"text": "he said', r"\"yes\"\nand"):
        assert len(LogView(told.log, text=text).rows) == 1
    assert len(LogView(told.log, text='said "no"').rows) == 0


def test_an_item_is_found_by_its_whole_id():
    told = Told()
    told.add("received", "x", item_id="item_1")
    told.add("received", "y", item={"id": "item_1"})
    told.add("received", "x", item_id="item_10")
    assert [row.number for row in LogView(told.log, item="item_1").rows] == [0, 1]


def test_an_event_id_that_is_no_text_is_shown_like_any_other_field():
    told = Told()
    told.add("sent", "response.create", event_id=["e1"])
    assert "response.create" in repr(LogView(told.log))


def test_what_is_new_is_taken_in_and_an_open_row_grows(told):
    view = LogView(told.log)
    assert view.read() is False
    told.add("received", "session.updated", session={})
    delta(told)
    delta(told)
    assert view.read() is True
    assert [(row.type, row.count) for row in view.rows][-2:] == [
        ("session.updated", 1),
        ("response.output_audio.delta", 2),
    ]


def test_the_newest_rows_are_kept_and_the_others_counted(told):
    view = LogView(told.log, max_rows=2)
    assert [row.type for row in view.rows] == ["response.output_audio.delta", "error"]
    assert "4 earlier rows are not shown" in repr(view)


def test_that_nothing_matches_is_said(told):
    assert repr(LogView(told.log, item="nobody")) == "None of 104 events matches."
    assert repr(LogView(Log())) == "0 events."


def test_the_table_is_html_in_which_all_text_is_escaped():
    told = Told()
    told.add("received", "<img src=x>", item_id='"><script>', text="</pre><script>")
    html = LogView(told.log)._repr_html_()
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;/pre&gt;&lt;script&gt;" in html


def test_half_of_a_surrogate_pair_is_shown_as_it_came():
    told = Told()
    told.add("received", "response.output_text.delta", delta="smile \ud83d")
    html = LogView(told.log)._repr_html_()
    assert "smile \\ud83d" in html
    html.encode()


def test_a_secret_is_not_shown():
    told = Told()
    key = "sk-proj-abcdefghijklmnopqrstuvwxyz123456"
    told.add("sent", "session.update", authorization=Secret(key), text=f"my key is {key}")
    view = LogView(told.log)
    assert key not in view._repr_html_()
    assert key not in repr(view)


def test_a_long_event_is_cut_and_says_so():
    told = Told()
    told.add("received", "conversation.item.added", text="x" * 100_000)
    html = LogView(told.log)._repr_html_()
    assert len(html) < 10_000
    assert "letters)" in html


def test_where_the_connection_ended_stands_in_the_log_with_its_reason(told):
    told.add("client", "client.disconnected", reason="ended with code 1006")
    told.add("client", "client.reconnected")
    view = LogView(told.log, type="client.*")
    assert "• client.disconnected: ended with code 1006" in repr(view)
    assert 'title="by this side itself"' in view._repr_html_()
