"""Names with dates, as OpenAI announced them."""

import pytest

from rt_notebook.config.catalogue import DEFAULT_MODEL, DEFAULT_TRANSCRIPTION_MODEL, named

ENDS = {
    "gpt-realtime": ("2027-01-20", "gpt-realtime-2.1"),
    "gpt-realtime-2025-08-28": ("2027-01-20", "gpt-realtime-2.1"),
    "gpt-realtime-mini": ("2027-01-20", "gpt-realtime-2.1-mini"),
    "gpt-realtime-mini-2025-12-15": ("2027-01-20", "gpt-realtime-2.1-mini"),
    "gpt-audio-mini": ("2027-01-20", "gpt-realtime-2.1-mini"),
    "whisper-1": ("2027-02-26", "gpt-live-transcribe"),
    "gpt-4o-transcribe": ("2027-02-26", "gpt-live-transcribe"),
    "gpt-4o-mini-transcribe": ("2027-02-26", "gpt-live-transcribe"),
    "gpt-4o-mini-transcribe-2025-12-15": ("2027-02-26", "gpt-live-transcribe"),
    "gpt-4o-transcribe-diarize": ("2027-02-26", "gpt-live-transcribe"),
    "gpt-4o-realtime-preview": ("2026-05-07", "gpt-realtime-2.1"),
}


@pytest.mark.parametrize("name", ENDS)
def test_an_end_has_its_date_and_successor(name):
    assert (named(name).shutdown, named(name).successor) == ENDS[name]
    assert not named(named(name).successor).shutdown


@pytest.mark.parametrize("name", [DEFAULT_MODEL, DEFAULT_TRANSCRIPTION_MODEL, "a-new-one"])
def test_what_stays_or_is_unknown_has_no_end(name):
    assert named(name).farewell == ""
