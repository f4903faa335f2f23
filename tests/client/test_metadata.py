"""Whose response it is: by a mark of ours in the metadata, by order where there is no room."""

import pytest

from rt_notebook import ConfigError


def pairs(count):
    return {f"key_{number}": "value" for number in range(count)}


def begin_and_end(puppet, response_id, metadata):
    response = {"id": response_id, "metadata": metadata, "output": []}
    puppet.say(
        {"type": "response.created", "event_id": "e", "response": response},
        {"type": "response.done", "event_id": "e", "response": {**response, "status": "completed"}},
    )


def test_the_mark_stands_beside_the_users_metadata(puppet):
    puppet.session.respond(metadata=pairs(15))
    asked = puppet.told("response.create")
    assert asked["response"]["metadata"] == {**pairs(15), "rt_request": asked["event_id"]}


def test_the_user_has_all_sixteen_pairs(puppet):
    reply = puppet.session.respond(metadata=pairs(16))
    asked = puppet.told("response.create")
    assert asked["response"]["metadata"] == pairs(16)
    begin_and_end(puppet, "resp_1", pairs(16))
    assert reply.wait(10).id == "resp_1"


def test_unmarked_and_marked_responses_find_their_replies(puppet):
    full = puppet.session.respond(conversation="none", metadata=pairs(16))
    marked = puppet.session.respond(conversation="none")
    puppet.told("response.create")
    mark = puppet.told("response.create")["response"]["metadata"]
    begin_and_end(puppet, "resp_marked", mark)
    begin_and_end(puppet, "resp_full", pairs(16))
    assert (full.wait(10).id, marked.wait(10).id) == ("resp_full", "resp_marked")


def test_seventeen_pairs_are_refused_before_anything_is_sent(puppet):
    with pytest.raises(ConfigError, match="metadata takes at most 16 pairs"):
        puppet.session.respond(metadata=pairs(17))
