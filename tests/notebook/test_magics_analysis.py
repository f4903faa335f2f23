"""``%rt_log %rt_turns %rt_timeline %rt_cost``: of a session, and of a recording."""

import pytest
from IPython.core.error import UsageError
from IPython.utils.capture import capture_output

import rt_notebook as rt

from .conftest import running_shell

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shell():
    with running_shell() as shell:
        session = rt.connect("offline", model="gpt-realtime-2.1", quiet=True)
        session.say("Who are you?").wait(30)
        session.say("What is twelve times thirty four?").wait(30)
        shell.user_ns["session"] = session
        yield shell


@pytest.fixture(scope="module")
def recording(shell, tmp_path_factory):
    path = tmp_path_factory.mktemp("talk") / "talk.rtsession"
    return shell.user_ns["session"].save(path)


@pytest.fixture(params=["session", "recording"])
def source(request, recording):
    return "" if request.param == "session" else f"{recording} "


def test_turns_of_a_session_and_of_a_recording_are_the_same(shell, source):
    turns = shell.run_line_magic("rt_turns", source)
    assert [turn.said for turn in turns] == ["Who are you?", "What is twelve times thirty four?"]
    assert "four hundred eight" in turns._repr_html_()


def test_the_wait_is_shown_in_its_parts(shell, source):
    waterfall = shell.run_line_magic("rt_turns", f"{source}--latency")
    assert waterfall.parts["response_to_audio"].n_turns == 2


def test_the_cost_is_that_of_the_turns(shell, source):
    bill = shell.run_line_magic("rt_cost", source)
    turns = shell.run_line_magic("rt_turns", source)
    assert bill.dollars == sum(turn.dollars for turn in turns) > 0


def test_a_talk_is_priced_as_if_another_had_answered(shell, source):
    dear = shell.run_line_magic("rt_cost", f"{source}--model gpt-realtime-2.1").dollars
    cheap = shell.run_line_magic("rt_cost", f"{source}--model gpt-realtime-2.1-mini").dollars
    unknown = shell.run_line_magic("rt_cost", f"{source}--model nobody-knows").dollars
    assert dear > cheap > 0
    assert unknown is None


def test_the_forecast_has_a_row_for_each_turn_to_come(shell, source):
    forecast = shell.run_line_magic("rt_cost", f"{source}--forecast 3")
    assert len(forecast.dollars) == 3
    assert "turn 5" in forecast._repr_html_()


def test_the_timeline_is_a_picture_in_the_cell(shell, source):
    picture = shell.run_line_magic("rt_timeline", f"{source}--start 0 --end 2 --theme dark")
    assert picture.png.startswith(b"\x89PNG")
    assert "You: Who are you?" in picture.alt


def test_the_log_shows_each_event_once(shell, source):
    with capture_output() as shown:
        shell.run_line_magic("rt_log", f"{source}--type response.done --once")
    assert shown.outputs[0].data["text/plain"].count("response.done") == 2
    assert shown.outputs[0].data["text/html"].count("<details>") == 2


def test_the_result_goes_into_a_variable(shell):
    for magic, name in (("rt_turns", "turns"), ("rt_cost", "dollars")):
        assert getattr(shell.run_line_magic(magic, "-o kept"), name, None) is None
        assert "kept" in shell.user_ns
    with capture_output():
        shell.run_line_magic("rt_log", "--once -o log")
    assert shell.user_ns["log"] is shell.user_ns["session"].log


@pytest.mark.parametrize(
    ("magic", "line", "sentence"),
    [
        ("rt_log", "--rows none", "takes a whole number from 1 on, got 'none'"),
        ("rt_timeline", "--start yesterday", "takes seconds from the begin of the talk"),
        ("rt_timeline", "--start inf", "Start takes seconds from .* got 'inf'"),
        ("rt_timeline", "--end nan", "End takes seconds from .* got 'nan'"),
        ("rt_timeline", "--start 6 --end 4", r"End takes seconds after start \(6\), got 4"),
        ("rt_turns", "missing.rtsession", "does not exist"),
        ("rt_cost", "--currency eur", "does not know '--currency'"),
        ("rt_cost", "-s nobody", "nobody"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(shell, magic, line, sentence):
    with pytest.raises(UsageError, match=sentence):
        shell.run_line_magic(magic, line)
