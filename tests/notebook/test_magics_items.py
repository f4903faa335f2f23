"""Items and raw events by magics."""

import numpy as np
import pytest
from IPython.core.error import UsageError
from IPython.utils.capture import capture_output

from rt_notebook import ServerError
from rt_notebook.client.connect import connect
from rt_notebook.notebook.arguments import tokens

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
    run(shell, 'rt_send {"type": "response.cancel", "response_id": "resp_1"}')
    assert puppet.told("response.cancel")["response_id"] == "resp_1"
    run(shell, "rt_send", '{"type": "response.cancel",\n "response_id": "resp_2"}\n')
    assert puppet.told("response.cancel")["response_id"] == "resp_2"
    run(shell, "rt_send event")
    run(shell, "rt_send --no-wait input_audio_buffer.clear")
    assert puppet.told("output_audio_buffer.clear")
    assert puppet.told("input_audio_buffer.clear")


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
