"""Microphone chunks: each is taken once and answered, however they arrive."""

import asyncio
import itertools

import pytest

from rt_notebook.notebook.intake import Intake


def take(*numbers, last):
    """Take chunks in one burst; return the intake, what was new, and what was acknowledged."""

    async def run():
        acked, complete = [], asyncio.Event()

        def acknowledge(seq):
            acked.append(seq)
            if seq == last:
                complete.set()

        intake = Intake(acknowledge)
        new = [intake.take(number) for number in numbers]
        await asyncio.wait_for(complete.wait(), 10)
        return intake, new, acked

    return asyncio.run(run())


def test_the_last_chunk_of_a_burst_is_acknowledged():
    intake, new, acked = take(*range(10), last=9)
    assert new == [True] * 10
    assert len(acked) < 10
    assert (intake.received, intake.repeated, intake.missing) == (10, 0, 0)


def test_what_comes_again_is_not_taken_but_acknowledged():
    intake, new, _ = take(0, 1, 2, 1, 2, last=2)
    assert new == [True, True, True, False, False]
    assert intake.repeated == 2


def test_a_number_that_was_left_out_is_missing_once():
    intake, new, _ = take(0, 3, 1, 4, last=4)
    assert new == [True, True, False, True]
    assert (intake.received, intake.missing) == (3, 2)


def test_acknowledgements_are_paced():
    async def run():
        times = []
        clock = asyncio.get_running_loop().time
        intake, numbers = Intake(lambda seq: times.append(clock())), itertools.count()
        while len(times) < 4:
            intake.take(next(numbers))
            await asyncio.sleep(0)
        return times

    times = asyncio.run(run())
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert min(pauses) >= 0.039


@pytest.mark.parametrize("count", [1, 2, 5])
def test_nothing_is_acknowledged_that_was_not_taken(count):
    _, _, acked = take(*range(count), last=count - 1)
    assert max(acked) == count - 1
