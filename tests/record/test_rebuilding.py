"""The state of a session out of its log alone."""

from rt_notebook.protocol.events import Event
from rt_notebook.protocol.heard import heard_items
from rt_notebook.record.rebuilding import rebuild

from .talks import SESSION, spoken_talk


def test_conversation_and_configuration_stand_as_they_stood():
    machine = rebuild(spoken_talk())
    assert [(item.id, item.text) for item in machine.conversation][:2] == [
        ("u1", "count to four"),
        ("a1", "one two three four"),
    ]
    assert machine.session == SESSION


def test_what_was_heard_and_cut_is_known_from_what_the_player_told():
    machine = rebuild(spoken_talk())
    heard = heard_items(machine.conversation, machine.ledger)["a1"]
    assert (heard.state, heard.heard_ms, heard.received_ms) == ("cut", 1000, 2000)


def test_what_another_server_was_given_again_stands_as_it_stood():
    log = spoken_talk()
    begun = {"id": "r2", "status": "in_progress"}
    echo = {"id": "a1", "type": "message", "role": "assistant", "content": []}
    for direction, event in (
        ("received", Event(type="response.created", response=begun)),
        ("client", Event(type="client.disconnected", reason="ended with code 1006")),
        ("received", Event(type="session.created", session=SESSION)),
        ("sent", Event(type="conversation.item.create", event_id="e1", item=echo)),
        ("client", Event(type="client.reconnected")),
        ("received", Event(type="conversation.item.added", item=echo, previous_item_id=None)),
    ):
        log.append(direction, event, time=99, wall_time=99)
    machine = rebuild(log)
    assert machine.active_response is None
    assert [item.id for item in machine.conversation] == ["u1", "a1"]
    assert machine.conversation.items["a1"].text == "one two three four"
