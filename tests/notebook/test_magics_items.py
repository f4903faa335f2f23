"""Items and raw events by magics."""

import numpy as np
import pytest
from IPython.core.error import UsageError
from IPython.utils.capture import capture_output

from rt_notebook import ServerError
from rt_notebook.client.connect import connect
from rt_notebook.notebook.arguments import tokens
from rt_notebook.notebook.watched import send_watched

from ..client.scripted import Puppet, scripted_server
from ..client.test_items import PNG


@pytest.fixture
def puppet(shell):
    puppet = Puppet()
    with scripted_server(puppet.script) as url:
        puppet.session = connect(url, quiet=True)
        yield puppet


def run(shell, text, cell=None):
    name, _, rest = text.partition(" ")
    with capture_output() as shown:
        if cell is None:
            value = shell.run_line_magic(name, rest)
        else:
            value = shell.run_cell_magic(name, rest, cell)
    return value, shown.stdout


def item(puppet):
    sent = puppet.told("conversation.item.create")["item"]
    sent.pop("id")
    return sent


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("it's a test, isn't it", ["it's", "a", "test,", "isn't", "it"]),
        ("--instructions 'be brief' now", ["--instructions", "be brief", "now"]),
        ('--instructions="be brief" now', ["--instructions=be brief", "now"]),
        ('--tools [{"a": "b c"}] x', ["--tools", '[{"a": "b c"}]', "x"]),
        ('--tools=[{"a": "b c"}] x', ['--tools=[{"a": "b c"}]', "x"]),
        ("--tools= [sic]", ["--tools=", "[sic]"]),
        ("[sic] {no json}", ["[sic]", "{no", "json}"]),
        ("   ", []),
    ],
)
def test_a_line_is_split_as_people_write(line, words):
    assert tokens(line) == words


def test_a_text_is_added_and_shown_by_its_id(shell, puppet):
    puppet.session.on("conversation.item.create", lambda event: puppet.say(added(event)))
    _, printed = run(shell, "rt_item add --id item_7 -o answer it's me")
    assert printed == "conversation.item.added item_7\n"
    assert shell.user_ns["answer"]["item"]["id"] == "item_7"
    (sent,) = [entry.event for entry in puppet.session.log if entry.direction == "sent"]
    assert sent["item"]["content"] == [{"type": "input_text", "text": "it's me"}]


def added(event):
    return {"type": "conversation.item.added", "event_id": "e", "item": event["item"]}


def test_the_cell_is_the_text(shell, puppet):
    run(shell, "rt_item add --role system --no-wait", "Be kind.\nBe {brief}.\n")
    assert item(puppet) == {
        "type": "message",
        "role": "system",
        "content": [{"type": "input_text", "text": "Be kind.\nBe {brief}."}],
    }


def test_the_cell_is_added_without_saying_so(shell, puppet):
    run(shell, "rt_item --no-wait", "Be kind.")
    assert item(puppet)["content"] == [{"type": "input_text", "text": "Be kind."}]


@pytest.mark.parametrize(
    "line",
    [
        "hello there -o kept --no-wait",
        "-o kept hello there --no-wait",
        '"hello there" --no-wait -o kept',
    ],
)
def test_options_stand_before_and_behind_the_text(shell, puppet, line):
    run(shell, f"rt_item add {line}")
    assert item(puppet)["content"] == [{"type": "input_text", "text": "hello there"}]
    assert "kept" in shell.user_ns


def test_a_text_with_an_option_in_it_stands_in_quotes(shell, puppet):
    run(shell, 'rt_item add "what is sort -o name" --no-wait')
    assert item(puppet)["content"] == [{"type": "input_text", "text": "what is sort -o name"}]
    run(shell, "rt_item add --no-wait ls --all is no option of ours, nor is - or -5")
    (part,) = item(puppet)["content"]
    assert part["text"] == "ls --all is no option of ours, nor is - or -5"


def test_what_is_said_has_its_options_before_and_behind(shell, puppet):
    run(shell, 'rt_say hello there --no-wait -o reply --instructions "be brief"')
    assert item(puppet)["content"] == [{"type": "input_text", "text": "hello there"}]
    assert puppet.told("response.create")["response"]["instructions"] == "be brief"
    assert "reply" in shell.user_ns


@pytest.mark.parametrize("role", ["", "--role assistant "])
def test_output_text_is_what_an_assistant_says(shell, puppet, role):
    run(shell, f"rt_item add --no-wait {role}--content-type output_text hi")
    assert item(puppet) == {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": "hi"}],
    }


def test_pictures_and_sound_come_from_files_or_variables(shell, puppet, tmp_path):
    (tmp_path / "dot.png").write_bytes(PNG)
    shell.user_ns.update(dot=PNG, tone=np.zeros(4800, np.float32))
    run(shell, f"rt_item add --no-wait --image {tmp_path / 'dot.png'} What is this?")
    from_file = item(puppet)["content"]
    run(shell, "rt_item add --no-wait --image dot What is this?")
    assert item(puppet)["content"] == from_file
    assert [part["type"] for part in from_file] == ["input_text", "input_image"]
    run(shell, "rt_item add --no-wait --audio tone --transcript hush")
    (sound,) = item(puppet)["content"]
    assert (sound["type"], sound["transcript"]) == ("input_audio", "hush")


def test_a_call_and_its_output_are_added_by_the_seeds_names(shell, puppet):
    shell.user_ns["result"] = {"degrees": 21}
    run(
        shell,
        "rt_item add --no-wait --item-type function_call --function-call-name weather "
        '--function-call-id call_1 --function-call-arguments {"city": "Łódź"}',
    )
    assert item(puppet) == {
        "type": "function_call",
        "name": "weather",
        "arguments": '{"city": "Łódź"}',
        "call_id": "call_1",
    }
    run(shell, "rt_item add --no-wait --call-id call_1 --function-call-output result")
    assert item(puppet) == {
        "type": "function_call_output",
        "call_id": "call_1",
        "output": '{"degrees": 21}',
    }


def test_a_retrieved_item_is_the_cells_value(shell, puppet):
    held = {"id": "item_1", "type": "message", "role": "user", "content": []}
    answer = {"type": "conversation.item.retrieved", "event_id": "e", "item": held}
    puppet.session.on("conversation.item.retrieve", lambda event: puppet.say(answer))
    value, _ = run(shell, "rt_item retrieve item_1")
    assert value == held


def test_truncate_and_delete_go_out_as_the_api_has_them(shell, puppet):
    run(shell, "rt_item truncate item_1 1500 --no-wait --event-id mine")
    assert puppet.told("conversation.item.truncate") == {
        "type": "conversation.item.truncate",
        "event_id": "mine",
        "item_id": "item_1",
        "content_index": 0,
        "audio_end_ms": 1500,
    }
    run(shell, "rt_item delete item_1 --no-wait")
    assert puppet.told("conversation.item.delete")["item_id"] == "item_1"


def test_any_event_is_sent_as_json_by_name_or_from_a_variable(shell, puppet):
    shell.user_ns["event"] = {"type": "output_audio_buffer.clear"}
    puppet.session.on("response.cancel", lambda event: puppet.say(cancelled(event)))
    run(shell, 'rt_send {"type": "response.cancel", "response_id": "resp_1"} -o sent')
    assert "sent" in shell.user_ns
    assert puppet.told("response.cancel")["response_id"] == "resp_1"
    run(shell, "rt_send", '{"type": "response.cancel",\n "response_id": "resp_2"}\n')
    assert puppet.told("response.cancel")["response_id"] == "resp_2"
    run(shell, "rt_send --no-wait event")
    run(shell, "rt_send input_audio_buffer.clear -o cleared --no-wait")
    assert "cleared" in shell.user_ns
    assert puppet.told("output_audio_buffer.clear")
    assert puppet.told("input_audio_buffer.clear")


def cancelled(event):
    response = {"id": event["response_id"], "status": "cancelled", "output": []}
    return {"type": "response.done", "event_id": "e", "response": response}


@pytest.mark.parametrize(
    "event",
    [
        "bogus.event",
        '{"type": "input_audio_buffer.append", "audio": "!!"}',
        '{"type": "response.cancel", "event_id": "mine"}',
    ],
)
def test_the_refusal_of_an_event_without_acknowledgement_shows(shell, puppet, event):
    puppet.session.on("*", lambda event: puppet.say(refusal_of(event)), direction="sent")
    with pytest.raises(ServerError, match=r"^Not this one\.$") as refusal:
        run(shell, f"rt_send {event}")
    assert refusal.value.code == "no"


def test_an_event_that_nobody_refuses_is_sent_once(puppet):
    request = send_watched(puppet.session, {"type": "bogus.event", "event_id": "mine"}, 0)
    assert request.wait() == {"type": "bogus.event", "event_id": "mine"}
    assert puppet.told("bogus.event") == request.event


def refusal_of(event):
    about = {"message": "Not this one.", "code": "no", "event_id": event["event_id"]}
    return {"type": "error", "event_id": "e", "error": {"type": "invalid_request_error", **about}}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("rt_item", "say what to do: add, delete, retrieve, truncate"),
        ("rt_item burn x", "got 'burn'"),
        ("rt_item delete", "ITEM_ID is missing"),
        ("rt_item truncate item_1 soon", "audio_end_ms takes a whole number, got 'soon'"),
        ("rt_item add", "There is nothing in the item"),
        ("rt_item add --role narrator x", "invalid choice: 'narrator'"),
        ("rt_item add --image missing.png", "Cannot read the picture missing.png"),
        ("rt_item add --item-type function_call x", "needs --function-call-name"),
        ("rt_item add hello -o", "expected one argument"),
        ("rt_item add hello -o kept again", "'again' follows an option: put the text, or"),
        ("rt_item add hello --role narrator", "invalid choice: 'narrator'"),
        ("rt_say what does -o mean in sort", "'in' follows an option: put the text, or"),
        ("rt_say hello --instructions be brief", "'brief' follows an option"),
        ("rt_item add --item-type message --name f", "--function-call-name is for a function_call"),
        ("rt_item add --item-type message --call-id c x", "and this is a message: leave it out"),
        ("rt_item add --call-id c hi", "--function-call-id is for a function_call, and this is a"),
        (
            "rt_item add --name f --role user",
            "--role is for a message, and this is a function_call",
        ),
        ("rt_item add --name f --function-call-output x", "and this is a function_call_output"),
        ("rt_item add --name f --content-type input_text", "--content-type is for a message"),
        ("rt_item add --content-type output_text --role user hi", "is not what --role user says"),
        ("rt_item add --content-type input_text --role assistant x", "text is output_text"),
        ("rt_item add --content-type input_image --image a.png b.png", "leave one out"),
        ("rt_item add --content-type output_text --image a.png", "give a text"),
        ("rt_item add --detail low hi", "--detail is about the image: give --image, too"),
        ("rt_item add --transcript hi hi", "--content-transcript is about the audio"),
        ("rt_send", "give an event as JSON"),
        ('rt_send {"type": ', "this is not JSON"),
        ("rt_send [1]", "an event is a JSON object"),
        ("rt_send nothing_of_the_kind", "neither JSON nor a variable"),
        ("rt_send {}", "An event needs a 'type'"),
    ],
)
def test_a_mistake_is_one_sentence(shell, puppet, line, sentence):
    seen = len(puppet.session.log)
    with pytest.raises(UsageError) as refusal:
        run(shell, line)
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value).strip()
    assert len(puppet.session.log) == seen


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("rt_say hello", "%%rt_say: the line has a text, and so has the cell: leave one out"),
        ("rt_item add the text", "%%rt_item: the line has a text, and so has the cell"),
        ("rt_item the text", "%%rt_item: the line has a text, and so has the cell"),
        ("rt_item address", "%%rt_item: the line has a text, and so has the cell"),
        ("rt_send response.cancel", "%%rt_send: the line has a text, and so has the cell"),
        ("rt_respond --instructions 'be rude'", "the cell is the instructions, and so is"),
        ("rt_item delete nope", "to delete, write %rt_item delete, without a cell"),
        ("rt_item truncate a 5", "to truncate, write %rt_item truncate, without a cell"),
    ],
)
def test_what_line_and_cell_both_say_is_not_sent(shell, puppet, line, sentence):
    seen = len(puppet.session.log)
    with pytest.raises(UsageError) as refusal:
        run(shell, line, "Be kind.")
    assert sentence in str(refusal.value)
    assert len(puppet.session.log) == seen


def test_an_empty_cell_says_nothing(shell, puppet):
    run(shell, "rt_item add --no-wait hello", "\n")
    assert item(puppet)["content"] == [{"type": "input_text", "text": "hello"}]
    run(shell, "rt_respond --no-wait --instructions brief", "\n")
    assert puppet.told("response.create")["response"]["instructions"] == "brief"


@pytest.mark.slow
class TestOnTheOfflineServer:
    @pytest.fixture(autouse=True)
    def _connected(self, shell):
        run(shell, "rt_connect offline")
        run(shell, "rt_config --modalities text")

    def test_an_item_is_added_looked_at_answered_and_deleted(self, shell):
        run(shell, "rt_item add --id item_a What is seven plus five?")
        value, _ = run(shell, "rt_item retrieve item_a")
        assert value["content"] == [{"type": "input_text", "text": "What is seven plus five?"}]
        run(shell, "rt_respond -o reply")
        assert "12" in shell.user_ns["reply"].text or "twelve" in shell.user_ns["reply"].text
        run(shell, "rt_item delete item_a")
        with pytest.raises(ServerError, match="item_a"):
            run(shell, "rt_item delete item_a")

    def test_trigger_response_adds_and_asks(self, shell):
        run(shell, "rt_item add --trigger-response -o reply What is one plus one?")
        assert shell.user_ns["reply"].done

    def test_two_sessions_stand_side_by_side(self, shell):
        run(shell, "rt_connect offline -s other -o other")
        run(shell, "rt_item add -s other --id item_b hello")
        assert [item.id for item in shell.user_ns["other"].items] == ["item_b"]

    @pytest.mark.parametrize(
        "event",
        [
            "bogus.event",
            '{"type": "input_audio_buffer.append", "audio": "!!"}',
            '{"type": "response.cancel"}',
        ],
    )
    def test_the_refusal_of_any_event_shows(self, shell, event):
        with pytest.raises(ServerError):
            run(shell, f"rt_send {event}")
