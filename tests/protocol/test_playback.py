"""What was heard: arithmetic on samples. 24 samples are a millisecond."""

import pytest

from rt_notebook.protocol.playback import PlaybackLedger


def come(ledger, item_id, n_samples):
    """Audio of an item has come, and goes to the player."""
    ledger.receive(item_id, 0, n_samples)
    ledger.queue(item_id, n_samples)


@pytest.fixture
def ledger():
    return PlaybackLedger()


def test_a_cut_item_was_heard_up_to_the_rendered_samples(ledger):
    come(ledger, "a", 24_000)
    epoch = ledger.flush()
    (heard,) = ledger.flushed(epoch, 12_000)
    assert (heard.item_id, heard.played_ms, heard.received_ms, heard.cut) == ("a", 500, 1000, True)


def test_milliseconds_are_cut_down_never_rounded_up(ledger):
    come(ledger, "a", 24_000)
    (heard,) = ledger.flushed(ledger.flush(), 12_023)
    assert heard.played_ms == 500


def test_the_devices_latency_was_not_heard_yet(ledger):
    come(ledger, "a", 24_000)
    (heard,) = ledger.flushed(ledger.flush(), 12_000, latency_ms=100)
    assert heard.played_ms == 400


def test_more_than_was_received_cannot_have_been_heard(ledger):
    come(ledger, "a", 2_400)
    (heard,) = ledger.flushed(ledger.flush(), 999_999)
    assert heard.played_ms == heard.received_ms == 100


def test_nothing_heard_is_zero_not_negative(ledger):
    come(ledger, "a", 2_400)
    (heard,) = ledger.flushed(ledger.flush(), 10, latency_ms=50)
    assert heard.played_ms == 0


def test_each_item_is_counted_from_its_own_start(ledger):
    come(ledger, "a", 2_400)
    ledger.complete("a")
    come(ledger, "b", 2_400)
    come(ledger, "c", 2_400)
    cut = ledger.flushed(ledger.flush(), 3_600)
    assert [(h.item_id, h.played_ms) for h in cut] == [("b", 50), ("c", 0)]
    assert ledger.heard["a"].played_ms == 100


def test_an_item_that_ended_and_was_played_whole_is_not_cut(ledger):
    come(ledger, "a", 2_400)
    ledger.complete("a")
    assert ledger.flushed(ledger.flush(), 2_400) == []


def test_late_audio_of_an_interrupted_item_counts_as_received_but_never_plays(ledger):
    come(ledger, "a", 2_400)
    epoch = ledger.flush()
    ledger.receive("a", 0, 2_400)
    (heard,) = ledger.flushed(epoch, 2_400)
    assert (heard.played_ms, heard.received_ms) == (100, 200)
    assert not ledger.sounding


def test_counts_of_an_older_epoch_change_nothing(ledger):
    come(ledger, "a", 2_400)
    epoch = ledger.flush()
    ledger.flushed(epoch, 1_200)
    come(ledger, "b", 2_400)
    assert ledger.played(epoch, 2_400) == []
    assert ledger.flushed(epoch, 2_400) == []
    assert ledger.heard["b"].played_ms == 0


def test_a_count_never_runs_backwards(ledger):
    come(ledger, "a", 24_000)
    ledger.played(0, 12_000)
    ledger.played(0, 6_000)
    assert ledger.heard["a"].played_ms == 500


def test_it_sounds_until_the_last_sample_was_rendered(ledger):
    assert not ledger.sounding
    come(ledger, "a", 2_400)
    assert ledger.sounding
    ledger.played(0, 2_399)
    assert ledger.sounding
    ledger.played(0, 2_400)
    assert not ledger.sounding


def test_an_item_that_goes_on_behind_another_keeps_its_own_count(ledger):
    come(ledger, "a", 2_400)
    come(ledger, "b", 2_400)
    come(ledger, "a", 2_400)
    ledger.flushed(ledger.flush(), 6_000)
    assert ledger.heard["a"].played_ms == 150
    assert ledger.heard["b"].played_ms == 100
