"""One entry as a line of JSON, and back."""

from rt_notebook.protocol.events import Event
from rt_notebook.record.entry import AudioSpan, Entry, from_json, to_json
from rt_notebook.secret import MASK, Secret


def test_an_entry_survives_the_line():
    span = AudioSpan("item_1", 2, 4, 10)
    event = Event(type="response.output_audio.delta", item_id="item_1", delta="<4 bytes>")
    entry = Entry(1.25, 99.5, "received", event, span, size_bytes=80, cell=2)
    line = to_json(entry)
    assert "\n" not in line
    assert from_json(line) == entry
    assert from_json(line).event.type == "response.output_audio.delta"


def test_no_secret_is_written_neither_as_such_nor_by_its_value():
    key = Secret('sk-"quoted"-0123456789')
    tool = {"type": "mcp", "authorization": key}
    text = f"the key is {key.reveal()}"
    event = Event(type="session.update", session={"tools": [tool], "instructions": text})
    line = to_json(Entry(0, 0, "sent", event))
    assert "0123456789" not in line
    assert from_json(line).event["session"] == {
        "tools": [{"type": "mcp", "authorization": MASK}],
        "instructions": f"the key is {MASK}",
    }


def test_half_of_a_surrogate_pair_survives_the_line_as_an_escape():
    entry = Entry(0, 0, "received", Event(type="x", delta='smile \ud83d "é\\'))
    line = to_json(entry)
    assert line.encode().count(b"\\ud83d") == 1
    assert from_json(line) == entry
    assert to_json(from_json(line)) == line


def test_two_halves_side_by_side_are_the_character_that_every_reader_sees():
    line = to_json(Entry(0, 0, "sent", Event(type="x", text="\ud83d" + "\ude00")))
    assert from_json(line).event["text"] == "\U0001f600"
    assert to_json(from_json(line)) == line
