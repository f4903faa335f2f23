"""A talk as rows: what was said, heard, called and paid, from a log written by hand."""

from decimal import Decimal

import pytest

from rt_notebook.analysis.cost import Tokens
from rt_notebook.analysis.forecast import Forecast
from rt_notebook.analysis.trace import trace
from rt_notebook.analysis.turn import ToolCall
from rt_notebook.analysis.turns import turns
from rt_notebook.config.preset import Preset
from rt_notebook.protocol.events import Event
from rt_notebook.record.log import Log

from .talk import SESSION, Talk, interrupted_talk, tone, usage


@pytest.fixture(scope="module")
def rows():
    return turns(interrupted_talk())


def test_a_turn_is_what_was_said_and_all_that_came_of_it(rows):
    assert [turn.said for turn in rows] == ["What time is it?", "And the weather?", "Stop."]
    assert [turn.answer for turn in rows] == ["It is noon.", "one two three four", ""]
    assert [turn.response_ids for turn in rows] == [("r1",), ("r2", "r3"), ()]


def test_a_tool_belongs_to_the_turn_that_called_it(rows):
    assert rows[1].tools == (ToolCall("weather", '{"city": "Oslo"}', "rain"),)
    assert rows[0].tools == rows[2].tools == ()


def test_what_was_heard_is_told_apart_from_what_was_said(rows):
    assert (rows[0].heard, rows[0].heard_ms, rows[0].interrupted) == ("It is noon.", 1000, False)
    # one of two seconds, half of the letters of "one two three four" less the word that was cut
    assert (rows[1].heard, rows[1].heard_ms, rows[1].spoken_ms) == ("one two", 1000, 2000)
    assert rows[1].interrupted
    assert rows[2].heard is None


def test_tokens_and_dollars_are_those_of_the_turn(rows):
    assert rows[1].tokens == Tokens(text=160, audio=60, text_out=21, audio_out=40)
    # 50 × 4 + 10 × 32 + 8 × 24 + 20 × 64 = 1992 per million, and two seconds of 0.017 a minute
    assert rows[0].dollars == Decimal("0.001992") + Decimal("0.000566666667")
    assert rows[2].dollars == Decimal("0.000566666667")


def test_the_turns_sum_up_to_the_talk(rows):
    assert sum(turn.dollars for turn in rows) == rows.dollars == rows.bill.known.dollars


def test_every_turn_names_the_configuration_that_was_in_force():
    talk = Talk()
    talk.written("u1", 1.0, "one")
    talk.created(1.1, "r1")
    talk.done(1.2, "r1")
    faster = {**SESSION, "audio": {**SESSION["audio"], "output": {"speed": 1.2}}}
    talk.received(1.3, "session.updated", session=faster)
    talk.written("u2", 2.0, "two")
    talk.created(2.1, "r2")
    talk.done(2.2, "r2")
    digests = [turn.config for turn in turns(talk.log)]
    assert digests == [Preset.of(SESSION).digest, Preset.of(faster).digest]
    assert digests[0] != digests[1]


def test_a_response_beside_the_talk_is_a_turn_of_its_own():
    talk = Talk()
    talk.written("u1", 1.0, "one")
    asked = {
        "event_id": "e1",
        "response": {"conversation": "none", "metadata": {"rt_request": "e1"}},
    }
    talk.add("sent", 1.05, "response.create", **asked)
    talk.created(1.1, "r1", metadata={"rt_request": "e1"})
    talk.created(1.2, "r2")
    assert [turn.said for turn in turns(talk.log)] == ["", "one"]


def test_what_is_stopped_beside_the_talk_cuts_nothing_in_it():
    talk = Talk()
    apart = {"conversation": "none", "metadata": {"rt_request": "e1"}}
    talk.add("sent", 1.0, "response.create", event_id="e1", response=apart)
    talk.created(1.1, "r1", metadata={"rt_request": "e1"})
    talk.created(1.2, "r2")
    talk.add("sent", 1.3, "response.cancel", event_id="e2", response_id="r1")
    assert trace(talk.log).responses["r2"].cut_in is None
    talk.add("sent", 1.4, "response.cancel", event_id="e3", response_id="r2")
    assert trace(talk.log).responses["r2"].cut_in == 1.4


def test_a_transcript_that_comes_late_stands_in_its_turn():
    talk = Talk()
    talk.spoken("u1", 0.0, 400, "")
    talk.created(1.1, "r1")
    talk.done(1.5, "r1")
    done = "conversation.item.input_audio_transcription.completed"
    talk.received(9.0, done, item_id="u1", transcript="Here I am.", usage=None)
    assert turns(talk.log)[0].said == "Here I am."


def test_what_is_cut_is_struck_out_and_all_text_is_escaped():
    talk = Talk()
    talk.written("u1", 1.0, "<script>alert(1)</script>")
    talk.created(1.1, "r1")
    talk.player(1.2, "opened")
    talk.answer("r1", "a1", [1.2], "safe <b>bold</b>", tone(1000))
    talk.player(1.8, "played", epoch=0, samples=12_000, latency_ms=0.0)
    talk.player(1.8, "silenced")
    talk.add("sent", 1.8, "response.cancel", event_id="e1")
    talk.player(1.9, "flushed", epoch=0, samples=12_000, latency_ms=0.0)
    html = turns(talk.log)._repr_html_()
    assert "&lt;script&gt;" in html
    assert "&lt;b&gt;bold&lt;/b&gt;</s>" in html
    assert "<script" not in html
    assert "<b>" not in html


def test_a_talk_can_be_cut_like_a_list(rows):
    assert [turn.number for turn in rows[1:]] == [2, 3]
    assert rows[:1].dollars == rows[0].dollars
    assert len(rows) == 3


def test_a_forecast_costs_more_the_longer_the_talk_is():
    talk = Talk()
    for n in range(1, 4):
        talk.written(f"u{n}", n, "more")
        talk.created(n + 0.1, f"r{n}")
        talk.done(n + 0.2, f"r{n}", usage(100 * n, 0, 50, 0))
    ahead = turns(talk.log).forecast(2)
    # 400 × 4 + 50 × 24, then 500 × 4 + 50 × 24
    assert [cost.dollars for cost in ahead] == [Decimal("0.0028"), Decimal("0.0032")]


def test_the_forecast_of_a_turn_with_a_tool_counts_the_conversation_once():
    talk = Talk()
    for n, size in ((1, 1020), (2, 1220)):
        talk.written(f"u{n}", n, "more")
        talk.created(n + 0.1, f"r{n}")
        talk.done(n + 0.2, f"r{n}", usage(size, 0, 0, 0))
    talk.written("u3", 3.0, "The weather?")
    talk.created(3.1, "r3")
    talk.calls("r3", "f1", 3.2, "weather", "{}", "rain")
    talk.done(3.3, "r3", usage(1400, 0, 30, 0))
    talk.created(3.9, "r4")
    talk.done(4.0, "r4", usage(1420, 0, 60, 0))
    # 200 tokens more a turn, and a third of 90 out: 1620 × 4 + 30 × 24 per million
    assert [cost.dollars for cost in turns(talk.log).forecast(2)] == [
        Decimal("0.0072"),
        Decimal("0.0080"),
    ]


@pytest.mark.parametrize(
    "told", [{"metadata": {"rt_request": "e1"}}, {"conversation_id": None}], ids=str
)
def test_what_stays_out_of_the_conversation_is_not_forecast(told):
    talk = Talk()
    for n in (1, 2):
        talk.written(f"u{n}", n, "more")
        talk.created(n + 0.1, f"r{n}", conversation_id="conv_1")
        talk.done(n + 0.2, f"r{n}", usage(1000 * n, 0, 0, 0))
    before = turns(talk.log).forecast(2)
    beside = {"conversation": "none", "metadata": {"rt_request": "e1"}}
    talk.add("sent", 3.0, "response.create", event_id="e1", response=beside)
    talk.created(3.1, "r3", **told)
    talk.done(3.2, "r3", usage(50, 0, 0, 0))
    assert turns(talk.log).forecast(2) == before
    assert [turn.out_of_band for turn in turns(talk.log)] == [False, False, True]


def test_a_forecast_of_a_talk_with_an_unknown_part_is_what_it_will_cost_at_least():
    talk = Talk()
    for n, counted in ((1, usage(100, 0, 50, 0)), (2, None)):
        talk.written(f"u{n}", n, "more")
        talk.created(n + 0.1, f"r{n}")
        talk.done(n + 0.2, f"r{n}", counted)
    # 100 × 4 + 50 × 24 = 1600 per million, and 150 × 4 + 50 × 24 = 1800 for the turn to come
    assert repr(Forecast(turns(talk.log), 1)).split()[-3:] == ["$0.0018", "≥", "$0.0034"]


def test_an_empty_log_has_no_turns():
    assert list(turns(Talk().log)) == []
    assert turns(Talk().log).forecast(1) == [None]


def test_history_that_a_client_puts_in_was_answered():
    talk = Talk()
    talk.written("u1", 1.0, "before")
    item = {"id": "a1", "type": "message", "role": "assistant", "content": []}
    talk.log.append(
        "received", Event(type="conversation.item.added", item=item), time=1.1, wall_time=1.1
    )
    talk.written("u2", 1.2, "now")
    talk.created(1.3, "r1")
    assert [turn.said for turn in turns(talk.log)] == ["now"]


def test_what_was_spoken_before_history_is_put_in_still_has_its_row_and_its_transcript():
    talk = Talk()
    talk.spoken("u1", 0.0, 400, "First.")
    item = {"id": "a1", "type": "message", "role": "assistant", "content": []}
    talk.received(2.0, "conversation.item.added", item=item)
    talk.spoken("u2", 3.0, 400, "Second.")
    rows = turns(talk.log)
    assert [turn.said for turn in rows] == ["First. Second."]
    # two transcripts of two seconds at 0.017 a minute
    assert sum(turn.dollars for turn in rows) == rows.dollars == Decimal("0.001133333334")


@pytest.mark.slow
def test_a_table_of_pandas_has_one_row_a_turn_with_numbers(rows):
    table = rows.to_pandas()
    assert list(table["said"]) == [turn.said for turn in rows]
    assert table["tokens_audio_out"].sum() == 60
    assert table["dollars"].sum() == pytest.approx(float(rows.dollars))


@pytest.mark.slow
def test_a_table_of_pandas_has_the_same_columns_and_types_whatever_is_in_it(rows):
    written = Talk()
    written.written("u1", 1.0, "hello")
    full, sparse, empty = (one.to_pandas() for one in (rows, turns(written.log), turns(Log())))
    assert list(full.dtypes.items()) == list(sparse.dtypes.items()) == list(empty.dtypes.items())
    assert list(full.columns) == list(rows[0].as_row())
    assert {full[name].dtype.name for name in ("dollars", "total_ms")} == {"float64"}
    assert full["turn"].dtype.name == "int64"
    assert full["heard"].dtype.name == "object"
    assert sparse["heard"][0] is None


@pytest.mark.slow
def test_a_table_of_the_wait_has_the_same_columns_and_types_whatever_is_in_it(rows):
    full, empty = rows.latency.to_pandas(), turns(Log()).latency.to_pandas()
    assert list(full.columns) == ["part", "n_turns", "median_ms", "error_ms", "p95_ms"]
    assert list(full.dtypes.items()) == list(empty.dtypes.items())
    assert full.set_index("part").loc["stop_to_commit", "n_turns"] == 1
