"""What will end, told once with its date and what follows it."""

import warnings

import pytest

from rt_notebook import DeprecationNotice
from rt_notebook.config.flat import response_create, session_update


@pytest.fixture
def _nothing_told(monkeypatch):
    monkeypatch.setattr("rt_notebook.config.notices.told", set())


@pytest.mark.usefixtures("_nothing_told")
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"model": "gpt-realtime"}, "shuts gpt-realtime down on 2027-01-20: use gpt-realtime-2.1"),
        ({"model": "gpt-realtime-mini"}, "2027-01-20: use gpt-realtime-2.1-mini"),
        (
            {"transcription": "whisper-1"},
            "shuts whisper-1 down on 2027-02-26: use gpt-live-transcribe",
        ),
        ({"transcription_model": "gpt-4o-mini-transcribe-2025-12-15"}, "on 2027-02-26"),
        ({"prompt_id": "pmpt_1"}, "stored prompts (prompt_id) down on 2026-11-30"),
        ({"model": "gpt-4o-realtime-preview"}, "on 2026-05-07"),
    ],
)
def test_what_will_end_is_told_once_with_date_and_successor(options, sentence):
    with pytest.warns(DeprecationNotice) as notices:
        session_update(**options)
    assert [sentence in str(notice.message) for notice in notices] == [True]
    assert notices[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        session_update(**options)


@pytest.mark.usefixtures("_nothing_told")
def test_a_stored_prompt_of_a_response_is_told_too():
    with pytest.warns(DeprecationNotice, match="2026-11-30"):
        response_create(prompt="pmpt_1")


@pytest.mark.usefixtures("_nothing_told")
@pytest.mark.parametrize(
    "options",
    [
        {"model": "a-new-one", "voice": "a-new-one", "transcription": "a-new-one"},
        {"model": "gpt-realtime-2.1", "enable_input_audio_transcription": True},
        {"prompt": None},
        {"dialect": "beta", "transcription": "whisper-1"},
    ],
)
def test_what_has_no_end_is_not_warned_of(options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        session_update(**options)
