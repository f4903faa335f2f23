"""The state of a session out of its log alone."""

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
