"""When everything of a talk was, and the picture of it."""

import math

import pytest

from rt_notebook.analysis.timeline import timeline
from rt_notebook.analysis.turns import turns
from rt_notebook.errors import ConfigError
from rt_notebook.record.log import Log

from .talk import Talk, interrupted_talk, tone


@pytest.fixture(scope="module")
def talk():
    return timeline(interrupted_talk())


def test_what_the_user_said_lies_where_it_was_sent(talk):
    spoken = [line for line in talk.user if line.end_s > line.start_s]
    assert [line.text for line in spoken] == ["What time is it?", "Stop."]
    assert spoken[0].start_s == pytest.approx(0.04, abs=0.05)
    assert spoken[1].start_s == pytest.approx(5.8, abs=0.05)


def test_the_answer_lies_where_it_could_be_heard(talk):
    # its first loud sample at 2.15 s, behind a tenth of a second of silence
    assert talk.assistant[0].start_s == pytest.approx(2.05, abs=1e-3)
    assert talk.assistant[0].end_s == pytest.approx(3.05, abs=1e-3)


def test_what_was_cut_is_known(talk):
    cut = talk.assistant[1]
    assert (cut.was_cut, cut.heard_s, cut.end_s - cut.start_s) == (True, 1.0, pytest.approx(2.0))
    assert [mark.label for mark in talk.interruptions] == ["interrupted after 1.0 s"]
    assert talk.interruptions[0].start_s == pytest.approx(6.0)


def test_a_tool_lasts_from_its_call_to_its_output(talk):
    (call,) = talk.tools
    assert (call.label, call.start_s, call.end_s) == ("weather", 4.3, pytest.approx(4.8))


def test_a_gap_lasts_from_one_connection_to_the_next_or_to_the_end():
    log = Talk()
    log.add("client", 1.0, "client.disconnected", reason="ended with code 1006")
    log.add("client", 2.5, "client.reconnected")
    log.add("client", 4.0, "client.disconnected", reason="ended with code 1006")
    log.received(6.0, "rate_limits.updated")
    line = timeline(log.log)
    assert [(gap.start_s, gap.end_s) for gap in line.gaps] == [(1.0, 2.5), (4.0, 6.0)]
    assert "1.0 s no connection for 1.5 s" in line.describe()


def test_without_a_player_answers_lie_behind_each_other():
    log = Talk()
    for n, came in (("1", 1.0), ("2", 1.1)):
        log.created(came, f"r{n}")
        log.answer(f"r{n}", f"a{n}", [came], n, tone(500))
        log.done(came, f"r{n}")
    first, second = timeline(log.log).assistant
    assert (first.start_s, second.start_s) == (1.0, 1.5)
    assert first.heard_s is None


@pytest.mark.parametrize(
    "refused",
    [
        {"type": "conversation.item.create", "item": "oops"},
        {"type": "conversation.item.added", "item": "oops"},
        {"type": "response.done"},
        {"type": "input_audio_buffer.committed"},
        {"type": "player.audible"},
    ],
    ids=str,
)
def test_what_a_user_sends_by_hand_and_the_server_refuses_leaves_the_views_whole(refused):
    log = Talk()
    log.written("u1", 1.0, "hello")
    fields = dict(refused)
    log.add("sent", 2.0, fields.pop("type"), **fields)
    assert [line.text for line in timeline(log.log).user] == ["hello"]
    assert [turn.said for turn in turns(log.log)] == ["hello"]


@pytest.mark.parametrize("name", ["start", "end"])
@pytest.mark.parametrize("seconds", [math.inf, math.nan])
def test_a_picture_begins_and_ends_at_a_time(talk, name, seconds):
    with pytest.raises(ConfigError, match=f"{name} takes seconds"):
        talk.plot(**{name: seconds})


def test_a_theme_that_nobody_knows_is_refused(talk):
    for picture in (talk.plot, turns(Log()).latency.plot):
        with pytest.raises(ConfigError, match="theme takes light or dark, got 'pink'"):
            picture(theme="pink")


def test_the_picture_is_told_in_words(talk):
    told = talk.describe()
    assert "You: What time is it?" in told
    assert "Assistant: one two three four (cut after 1.0 s)" in told
    assert "tool weather" in told


def test_a_part_of_the_picture_is_told_without_the_rest():
    talk = Talk()
    talk.written("u1", 1.0, "first")
    talk.written("u2", 9.0, "second")
    told = timeline(talk.log).describe(start=5.0, end=10.0)
    assert "You: second" in told
    assert "first" not in told
    assert "Here is 5 to 10 s." in told


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"theme": "dark"}, {"start": 4.0, "end": 7.0}])
def test_the_picture_is_a_png_with_alternative_text_and_the_same_every_time(talk, options):
    window = {name: options[name] for name in ("start", "end") if name in options}
    picture = talk.plot(**options)
    data, metadata = picture._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG")
    assert metadata["image/png"]["alt"] == data["text/plain"] == talk.describe(**window)
    assert talk.plot(**options).png == data["image/png"]


@pytest.mark.slow
def test_a_part_of_the_talk_is_another_picture(talk):
    assert talk.plot(start=4.0, end=7.0).png != talk.plot().png
    low, high = talk.plot(start=4.0, end=7.0).figure.axes[0].get_xlim()
    assert (low, high) == (4.0, 7.0)


@pytest.mark.slow
def test_a_gap_is_seen():
    pictures = []
    for reconnects in (False, True):
        log = Talk()
        log.written("u1", 1.0, "hello")
        if reconnects:
            log.add("client", 2.0, "client.disconnected", reason="ended with code 1006")
            log.add("client", 4.0, "client.reconnected")
        log.received(6.0, "rate_limits.updated")
        pictures.append(timeline(log.log).plot())
    assert pictures[0] != pictures[1]


@pytest.mark.slow
@pytest.mark.filterwarnings("error::UserWarning")
def test_a_talk_in_which_nothing_happened_yet_has_pictures_too():
    line = timeline(Log()).plot()
    waits = turns(Log()).latency.plot()
    assert (line.figure.axes[0].get_xlim(), waits.figure.axes[0].get_xlim()) == ((0, 1), (0, 1))
    assert line.png.startswith(b"\x89PNG")
    assert waits.png.startswith(b"\x89PNG")


@pytest.mark.slow
@pytest.mark.filterwarnings("error::UserWarning")
def test_text_of_a_talk_is_no_formula_and_a_font_that_lacks_a_letter_is_no_matter():
    log = Talk()
    log.written("u1", 1.0, "costs $5 and $6 _or_ \\alpha 漢字 🎉")
    log.created(1.1, "r1")
    log.calls("r1", "f1", 1.2, "$\\foo$", "{}", "")
    picture = timeline(log.log).plot()
    assert "$\\foo$()" in [text.get_text() for text in picture.figure.axes[1].texts]
    assert picture.png.startswith(b"\x89PNG")
    words = picture.figure.axes[0].texts[0].get_text().split()
    assert words == ["costs", "$5", "and", "$6", "_or_", "\\alpha", "漢字", "🎉"]
