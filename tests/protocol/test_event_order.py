"""Events that come late, early or in another order give one and the same conversation.

The API orders items by ``previous_item_id`` and lets transcription run beside everything
else; only the pieces of one text are in order among themselves.
"""

from hypothesis import given
from hypothesis import strategies as st

from rt_notebook.protocol.conversation import Conversation
from rt_notebook.protocol.events import Event

USER = "conversation.item.input_audio_transcription"
ASSISTANT = "response.output_audio_transcript"
WORDS = [("what is", " the time"), ("and the", " date"), ("thank", " you")]
ANSWERS = [("it is", " noon"), ("the", " first"), ("you are", " welcome")]

CANONICAL = [
    ("u0", "user", "what is the time", "completed"),
    ("a0", "assistant", "it is noon", "completed"),
    ("u1", "user", "and the date", "completed"),
    ("a1", "assistant", "the first", "interrupted"),
    ("u2", "user", "thank you", "completed"),
    ("f2", "tool", 'polite({"very":true})', "completed"),
    ("o2", "tool", "yes", "completed"),
    ("a2", "assistant", "you are welcome", "completed"),
]


def item(id, role="assistant", status="completed", type="message", **fields):
    return {"id": id, "type": type, "role": role, "status": status, **fields}


def placed(type, previous, item):
    return Event(type=f"conversation.item.{type}", previous_item_id=previous, item=item)


def spoken(n, previous):
    """The events of a user's turn: what runs beside each other is a list of its own."""
    id = f"u{n}"
    heard = item(id, "user", content=[{"type": "input_audio", "transcript": None}])
    first, second = WORDS[n]
    return [
        [Event(type="input_audio_buffer.speech_started", item_id=id, audio_start_ms=0)],
        [Event(type="input_audio_buffer.committed", item_id=id, previous_item_id=previous)],
        [placed("added", previous, heard)],
        [placed("done", previous, heard)],
        [
            Event(type=f"{USER}.delta", item_id=id, content_index=0, delta=first),
            Event(type=f"{USER}.delta", item_id=id, content_index=0, delta=second),
        ],
        [Event(type=f"{USER}.completed", item_id=id, content_index=0, transcript=first + second)],
    ]


def answered(n, previous, status="completed"):
    id = f"a{n}"
    first, second = ANSWERS[n]
    said = [{"type": "output_audio", "transcript": first + second}]
    begun, ended = item(id, status="in_progress", content=[]), item(id, status=status, content=said)
    return [
        [Event(type="response.output_item.added", response_id=f"r{n}", item=begun)],
        [placed("added", previous, begun)],
        [
            Event(
                type="response.content_part.added",
                item_id=id,
                content_index=0,
                part={"type": "audio", "transcript": ""},
            )
        ],
        [
            Event(type=f"{ASSISTANT}.delta", item_id=id, content_index=0, delta=first),
            Event(type=f"{ASSISTANT}.delta", item_id=id, content_index=0, delta=second),
        ],
        [Event(type=f"{ASSISTANT}.done", item_id=id, content_index=0, transcript=first + second)],
        [Event(type="response.output_item.done", response_id=f"r{n}", item=ended)],
        [placed("done", None, ended)],  # recorded: null, wherever the item stands
    ]


def called(previous):
    call = {"type": "function_call", "name": "polite", "call_id": "c", "role": None}
    begun = item("f2", status="in_progress", **{**call, "arguments": ""})
    ended = item("f2", **{**call, "arguments": '{"very":true}'})
    output = item("o2", type="function_call_output", call_id="c", output="yes", role=None)
    arguments = "response.function_call_arguments"
    return [
        [Event(type="response.output_item.added", response_id="r", item=begun)],
        [placed("added", previous, begun)],
        [
            Event(type=f"{arguments}.delta", item_id="f2", delta='{"very"'),
            Event(type=f"{arguments}.delta", item_id="f2", delta=":true}"),
        ],
        [Event(type=f"{arguments}.done", item_id="f2", arguments='{"very":true}')],
        [Event(type="response.output_item.done", response_id="r", item=ended)],
        [placed("added", "f2", output)],
    ]


STRANDS = [
    *spoken(0, None),
    *answered(0, "u0"),
    *spoken(1, "a0"),
    *answered(1, "u1", "incomplete"),
    *spoken(2, "a1"),
    *called("u2"),
    *answered(2, "o2"),
]


@st.composite
def arrivals(draw):
    """Every event once, in any order that keeps the pieces of one text in theirs."""
    tickets = [n for n, strand in enumerate(STRANDS) for _ in strand]
    waiting = [iter(strand) for strand in STRANDS]
    return [next(waiting[n]) for n in draw(st.permutations(tickets))]


def transcript(events):
    conversation = Conversation()
    for event in events:
        conversation.receive(event)
    return [(item.id, item.role, item.text, item.state) for item in conversation]


def test_events_in_their_order_give_the_conversation():
    assert transcript(event for strand in STRANDS for event in strand) == CANONICAL


@given(arrivals())
def test_any_order_of_arrival_gives_the_same_conversation(events):
    assert transcript(events) == CANONICAL


@given(arrivals(), st.integers(0, len(CANONICAL) * 5))
def test_events_that_come_twice_change_nothing(events, repeated):
    assert transcript([*events, events[repeated]]) == CANONICAL


@given(arrivals())
def test_nothing_waits_for_words_when_all_have_come(events):
    conversation = Conversation()
    for event in events:
        conversation.receive(event)
    assert not any(item.awaits_transcript for item in conversation)
