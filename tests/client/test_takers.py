"""One table from an event's type to those who take it."""

from rt_notebook.client.takers import Takers
from rt_notebook.protocol.events import Event


def test_an_event_reaches_those_who_take_its_type_in_their_order():
    heard = []
    first = {"error": lambda event: heard.append(("first", event.type))}
    second = {
        "error": lambda event: heard.append(("second", event.type)),
        "session.created": lambda event: heard.append(("second", event.type)),
    }
    takers = Takers(first, second)
    for type in ("error", "response.hologram.delta", "session.created"):
        takers.tell(Event(type=type))
    assert heard == [("first", "error"), ("second", "error"), ("second", "session.created")]
