"""The chat brain against an endpoint on this machine that answers what a test wrote."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from rt_notebook.secret import Secret
from rt_notebook.server.brains import (
    BrainFailed,
    Call,
    CallMade,
    CallResult,
    Context,
    Message,
    Say,
)
from rt_notebook.server.brains.chat import ChatBrain

PICTURE = "data:image/png;base64,AAAA"


def chunk(**delta: Any) -> str:
    return f"data: {json.dumps({'choices': [{'index': 0, 'delta': delta}]})}\n\n"


def call(index: int, name: str | None, arguments: str) -> str:
    function = {"arguments": arguments, **({"name": name} if name else {})}
    return chunk(tool_calls=[{"index": index, "id": "x", "function": function}])


@contextmanager
def endpoint(body: str, status: int = 200) -> Iterator[tuple[str, list]]:
    """Serve one answer to every POST; yield the base URL and the requests."""
    requests: list[tuple[str, Any, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            content = self.rfile.read(int(self.headers["Content-Length"]))
            requests.append((self.path, dict(self.headers), json.loads(content)))
            self.send_response(status)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/", requests
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answer(brain: ChatBrain, *entries, **context) -> list:
    async def collect() -> list:
        return [piece async for piece in brain.answer(Context(entries, **context))]

    return asyncio.run(collect())


def test_words_come_as_they_are_streamed():
    stream = ": a comment\n\n" + chunk(role="assistant", content="") + chunk(content="It is ")
    with endpoint(stream + chunk(content="foggy.") + "data: [DONE]\n\n") as (url, requests):
        pieces = answer(ChatBrain(url, "tiny", Secret("sk-chat")), Message("user", "Weather?"))
    assert pieces == [Say("It is "), Say("foggy.")]
    path, headers, body = requests[0]
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == "Bearer sk-chat"
    assert body == {
        "stream": True,
        "model": "tiny",
        "messages": [{"role": "user", "content": "Weather?"}],
    }


def test_function_calls_are_put_together_from_their_pieces():
    stream = (
        call(0, "get_weather", "")
        + call(0, None, '{"city": ')
        + call(1, "get_time", "{}")
        + call(0, None, '"Paris"}')
        + 'data: {"choices": [], "usage": {}}\n\n'
    )
    with endpoint(stream) as (url, _requests):
        pieces = answer(ChatBrain(url), Message("user", "?"))
    assert pieces == [Call("get_weather", '{"city": "Paris"}'), Call("get_time", "{}")]


def test_the_conversation_is_sent_as_chat_messages():
    tool = {"type": "function", "name": "f", "description": "d", "parameters": {"type": "object"}}
    entries = [
        Message("user", "Look", [PICTURE]),
        CallMade("c1", "f", "{}"),
        CallMade("c2", "f", "{}"),
        CallResult("c1", "one"),
        Message("assistant", "Yes."),
    ]
    options = {
        "instructions": "Be brief.",
        "tools": [tool],
        "tool_choice": {"type": "function", "name": "f"},
        "parallel_tool_calls": False,
    }
    with endpoint("data: [DONE]\n\n") as (url, requests):
        assert answer(ChatBrain(url), *entries, **options) == []
    body = requests[0][2]
    function = {"name": "f", "arguments": "{}"}
    assert body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Look"},
                {"type": "image_url", "image_url": {"url": PICTURE}},
            ],
        },
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "c1", "type": "function", "function": function},
                {"id": "c2", "type": "function", "function": function},
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "one"},
        {"role": "tool", "tool_call_id": "c2", "content": "There is no result yet."},
        {"role": "assistant", "content": "Yes."},
    ]
    described = {"name": "f", "description": "d", "parameters": {"type": "object"}}
    assert body["tools"] == [{"type": "function", "function": described}]
    assert body["tool_choice"] == {"type": "function", "function": {"name": "f"}}
    assert body["parallel_tool_calls"] is False


def test_the_results_of_calls_stand_right_behind_them():
    """An endpoint refuses a call that no result follows, and a result of no call."""
    entries = [
        CallResult("forgotten", "old"),
        CallMade("c1", "f", "{}"),
        Message("user", "And now?"),
        Message("assistant", "I am waiting."),
        CallResult("c1", "late"),
        CallMade("c2", "f", "{}"),
        CallResult("c2", "soon"),
    ]
    with endpoint("data: [DONE]\n\n") as (url, requests):
        answer(ChatBrain(url), *entries)
    messages = requests[0][2]["messages"]
    assert [(m["role"], m.get("tool_call_id"), m["content"]) for m in messages] == [
        ("assistant", None, None),
        ("tool", "c1", "late"),
        ("user", None, "And now?"),
        ("assistant", None, "I am waiting."),
        ("assistant", None, None),
        ("tool", "c2", "soon"),
    ]


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ("no such model", 404, "answered 404: no such model"),
        ("data: {\n\n", 200, "sent what is no JSON"),
        ('data: {"error": {"message": "too long"}}\n\n', 200, "too long"),
        ("".join(call(n, "f", "") for n in range(65)), 200, "more than 64 functions"),
        (call(0, None, "{}"), 200, "a function without a name"),
        ('{"choices": [{"message": {"content": "whole"}}]}', 200, "does not stream"),
        ("<html>Welcome</html>", 200, "does not stream"),
        ('data: {"choices": [5]}\n\n', 200, "no chat.completion.chunk"),
        ("data: [1]\n\n", 200, "no chat.completion.chunk"),
        (chunk(tool_calls=[None]), 200, "no chat.completion.chunk"),
    ],
)
def test_what_goes_wrong_is_a_sentence(body, status, sentence):
    with endpoint(body, status) as (url, _requests), pytest.raises(BrainFailed, match=sentence):
        answer(ChatBrain(url), Message("user", "?"))


def test_an_endpoint_that_is_not_there_is_a_sentence():
    with pytest.raises(BrainFailed, match=r"did not answer"):
        answer(ChatBrain("http://127.0.0.1:9/v1"), Message("user", "?"))
