"""Faults strike where they are asked to, as often as they are asked to, and nowhere else."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import pytest
from websockets.exceptions import ConnectionClosed

from rt_notebook.errors import ConfigError
from rt_notebook.server.fault import Line
from rt_notebook.server.fault_table import FAULTS
from rt_notebook.server.faults import Faults, fault_help
from rt_notebook.server.speech import Speech

from .conftest import serving
from .wire import KEY, order, run, status_of, wired

BEARER = {"Authorization": f"Bearer {KEY}"}
TEXT = {"output_modalities": ["text"]}


def faulty(*wanted, seed=1):
    return serving(Speech(), faults=Faults(wanted, seed))


async def frames_of_a_response(url):
    """Return every frame of one written answer, raw."""
    async with wired(url) as wire:
        await wire.say("Hello.")
        await wire.send({"type": "response.create", "response": TEXT})
        frames = []
        while not frames or '"rate_limits.updated"' not in str(frames[-1]):
            frames.append(await wire.socket.recv())
        return frames


def types(frames):
    return order([json.loads(frame) for frame in frames])


@pytest.mark.parametrize("wanted", ["nonsense", "close:", "", "Close"])
def test_a_fault_that_is_none_is_refused_in_a_sentence(wanted):
    with pytest.raises(ConfigError, match="--fault list"):
        Faults([wanted])


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("refuse:999", "an HTTP status that refuses, 300 to 511"),
        ("refuse:200", "an HTTP status"),
        ("refuse:503/2.5", "whole seconds"),
        ("close:soon", "a close code that is sent, 1000 to 1003"),
        ("close:9999", "a close code"),
        ("close:1005", "a close code"),
        ("close:1.5", "a close code"),
        ("close:1011/2", "a close code"),
        ("deep-json:1.5", "a depth from 1 to 1,000,000"),
        ("big-frame:2/3", "a number of bytes from 1 to"),
        ("bomb:0", "a number of bytes from 1 to"),
        ("mutated:1/2", "a whole number from 1 to"),
        ("false-starts:1.5", "a whole number from 1 to"),
        ("burst:1/0", "1 to 100,000 deltas"),
        ("burst:0", "seconds of sound above 0"),
        ("late-response:x", "milliseconds from 0 to"),
        ("slow-reader:0", "bytes a second from 1 to"),
        ("error-first:a b", "an error code of letters"),
        ("not-json:1", "no parameter"),
    ],
)
def test_a_parameter_that_cannot_be_is_refused_with_those_that_can(wanted, words):
    with pytest.raises(ConfigError, match=f"takes .*{words}.* got"):
        Faults([wanted])


@pytest.mark.parametrize("name", FAULTS)
def test_the_usual_parameter_of_a_fault_can_be_given(name):
    default = FAULTS[name].default
    assert Faults([f"{name}:{default}" if default else name])


@pytest.mark.parametrize("wanted", ["refuse:503/2", "burst:0.5/3", "close:4000", "close:1006"])
def test_a_parameter_at_the_edge_of_what_can_be_is_taken(wanted):
    assert Faults([wanted])


def test_the_help_names_every_fault_with_its_row_and_its_usual_parameter():
    lines = fault_help().splitlines()[1:]
    assert len(lines) == len(FAULTS)
    assert any(line.split()[:2] == ["F6", "close:1011"] for line in lines)


def test_the_table_has_every_row_that_a_server_can_inject():
    # F1 is no server at all; F20, F24 to F32 and F35 are faults of the other end.
    injected = {row for fault in FAULTS.values() for row in fault.rows.split(", ")}
    expected = {2, 3, 4, 5, 6, 7, 8, 9, *range(10, 20), 21, 22, 23, 33, 34}
    assert injected == {f"F{row}" for row in expected} | {"T7"}


def test_a_fault_strikes_once_and_the_rest_of_the_talk_is_as_it_was():
    with faulty("not-json") as url:

        @run
        async def talk():
            first, second = [await frames_of_a_response(url) for _ in range(2)]
            assert "{not JSON" in first
            first.remove("{not JSON")
            assert types(first) == types(second)

        talk()


def test_two_deltas_change_places_once():
    @run
    async def strike():
        faults, line = Faults(["swapped@2"], 1), Line(None, random.Random(1))
        deltas = [f'{{"type":"response.output_audio.delta","delta":"{n}"}}' for n in "abcd"]
        going = [frame for delta in deltas for frame in await faults.through("out", line, delta)]
        assert going == [deltas[0], deltas[2], deltas[1], deltas[3]]

    strike()


def test_a_fault_strikes_from_an_occasion_on_as_often_as_asked():
    with faulty("refuse:503/7@2*2") as url:

        @run
        async def talk():
            seen = [(await status_of(url, additional_headers=BEARER))[0] for _ in range(4)]
            assert seen == [101, 503, 503, 101]

        talk()


def test_a_connection_is_closed_with_the_code_that_was_asked_for():
    with faulty("close:1013*") as url:

        @run
        async def talk():
            for _ in range(2):
                with pytest.raises(ConnectionClosed) as closed:
                    await frames_of_a_response(url)
                assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (
                    1013,
                    "try again later",
                )

        talk()


@pytest.mark.parametrize("name", ["half-frame", "reset", "close:1006"])
def test_a_connection_that_breaks_has_no_close_frame(name):
    with faulty(name) as url:

        @run
        async def talk():
            with pytest.raises(ConnectionClosed) as closed:
                await frames_of_a_response(url)
            assert closed.value.rcvd is None

        talk()


def test_the_same_seed_makes_the_same_mutations():
    def mutated(seed):
        with faulty("mutated:200@4", seed=seed) as url:
            frames = []

            @run
            async def talk():
                frames.extend(await frames_of_a_response(url))

            talk()
        created = next(i for i, f in enumerate(frames) if '"response.output_item.added"' in str(f))
        return len(frames[:created]), [type(frame) for frame in frames[:created]]

    assert mutated(3) == mutated(3)
    assert mutated(3)[0] > 200


def test_faults_follow_one_another_on_the_same_frame():
    with faulty("null", "array", "new-event") as url:

        @run
        async def talk():
            frames = await frames_of_a_response(url)
            assert [frame[:25] for frame in frames[:3]] == [
                "null",
                '["type"]',
                '{"type":"response.thought',
            ]

        talk()


def test_a_response_of_the_servers_own_comes_before_the_clients():
    with faulty("own-response") as url:

        @run
        async def talk():
            async with wired(url) as wire:
                asked = {**TEXT, "metadata": {"whose": "mine"}}
                await wire.send({"type": "response.create", "event_id": "mine", "response": asked})
                created = await wire.one("response.created")
                assert created["response"]["metadata"] is None
                error = (await wire.until("error"))[-1]["error"]
                assert error["code"] == "conversation_already_has_active_response"
                assert error["event_id"] == "mine"
                await wire.until("response.done")

        talk()


@pytest.mark.slow
def test_the_command_line_lists_them_and_refuses_what_it_does_not_know():
    command = [sys.executable, "-m", "rt_notebook.server", "--fault"]
    listed = subprocess.run([*command, "list"], capture_output=True, text=True, timeout=60)
    assert (listed.returncode, listed.stdout.strip()) == (0, fault_help())
    refused = subprocess.run([*command, "nonsense"], capture_output=True, text=True, timeout=60)
    assert refused.returncode == 2
    assert refused.stderr.strip().startswith("no fault is called 'nonsense'")
