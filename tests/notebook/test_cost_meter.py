"""What the panel's head says of the cost, and why a part of it is not known."""

import types

import pytest

from rt_notebook.notebook.cost_meter import CostMeter
from rt_notebook.protocol.events import Event
from rt_notebook.record.log import Log

UNPRICED = {"input_tokens": 0, "output_tokens": 0}


def told(model, usage):
    log, shown = Log(), {}
    for event in (
        Event(type="session.created", session={"model": model}),
        Event(type="response.done", response={"id": "r1", "usage": usage}),
    ):
        log.append("received", event, time=0.0, wall_time=0.0)
    session = types.SimpleNamespace(
        log=log, backend=types.SimpleNamespace(server=None), on=lambda *_: None
    )
    CostMeter(session, lambda **texts: shown.update(texts))
    return shown["cost_about"]


@pytest.mark.parametrize(
    ("model", "usage", "why"),
    [
        ("nobody-knows", UNPRICED, "no price is known for nobody-knows"),
        ("gpt-realtime-2.1", None, "some came without a usage"),
    ],
)
def test_why_a_cost_is_not_known_is_told_as_it_is(model, usage, why):
    assert told(model, usage).split("; ")[2:] == [why]
