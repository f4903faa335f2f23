"""The chat brain: any OpenAI-compatible chat completions endpoint, streamed, with tools.

Ollama, llama.cpp, vLLM, LM Studio and OpenAI itself speak it. Source: ``POST
{base}/chat/completions`` with ``stream: true``; server-sent events of
``chat.completion.chunk``, ended by ``[DONE]``.
"""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from typing import Any

from ...secret import Secret
from . import Answer, BrainFailed, Call, CallMade, CallResult, Context, Message, Say

__all__ = ["ChatBrain"]

_CONNECT_S, _READ_S = 5.0, 60.0
_MOST_CALLS = 64
_MOST_ARGUMENTS = 1024 * 1024
_NO_RESULT = "There is no result yet."

Json = dict[str, Any]


@dataclass
class _Draft:
    """A function call that is still being written."""

    name: str = ""
    arguments: str = ""


class ChatBrain:
    """Asks a chat endpoint.

    Parameters
    ----------
    base_url : str
        Such as ``http://localhost:11434/v1``.
    model : str or None
        What the endpoint is asked for; None lets it choose, where it can.
    key : Secret or None
        Its bearer token.
    """

    #: Of sessions that nobody gave any.
    default_instructions = (
        "You are a helpful assistant in a spoken conversation. "
        "Answer in a few short sentences, without any markup."
    )

    def __init__(self, base_url: str, model: str | None = None, key: Secret | None = None) -> None:
        self._url = f"{base_url.rstrip('/')}/chat/completions"
        self._model = model
        self._key = key

    async def answer(self, context: Context) -> AsyncGenerator[Answer, None]:
        """Yield words as they come, and function calls when they are complete."""
        drafts: dict[int, _Draft] = {}
        async with contextlib.aclosing(self._chunks(self._body(context))) as chunks:
            async for chunk in chunks:
                if words := _read(chunk, drafts):
                    yield Say(words)
        for draft in drafts.values():
            if not draft.name:
                raise BrainFailed("The chat endpoint called a function without a name.")
            yield Call(draft.name, draft.arguments or "{}")

    def _body(self, context: Context) -> Json:
        body: Json = {"stream": True, "messages": _messages(context)}
        if self._model is not None:
            body["model"] = self._model
        if context.tools and context.tool_choice != "none":
            body["tools"] = [_tool(tool) for tool in context.tools]
            body["tool_choice"] = _choice(context.tool_choice)
            if not context.parallel_tool_calls:
                body["parallel_tool_calls"] = False
        return body

    async def _chunks(self, body: Json) -> AsyncGenerator[Json, None]:
        import httpx

        headers = {"Authorization": f"Bearer {self._key.reveal()}"} if self._key else {}
        timeout, streams = httpx.Timeout(_READ_S, connect=_CONNECT_S), False
        try:
            # Nothing of the environment: a proxy or a netrc would see what was said.
            async with (
                httpx.AsyncClient(timeout=timeout, trust_env=False) as client,
                client.stream("POST", self._url, json=body, headers=headers) as response,
            ):
                await _check(response)
                async for line in response.aiter_lines():
                    if line.startswith("data:"):
                        streams = True
                        if line[5:].strip() != "[DONE]":
                            yield json.loads(line[5:])
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason = str(error) or type(error).__name__
            raise BrainFailed(f"The chat endpoint {self._url} did not answer: {reason}") from None
        except ValueError:
            raise BrainFailed(f"The chat endpoint {self._url} sent what is no JSON.") from None
        if not streams:
            raise BrainFailed(f"The chat endpoint {self._url} does not stream its answers.")


async def _check(response: Any) -> None:
    if response.status_code != 200:
        detail = (await response.aread())[:200].decode("utf-8", "replace")
        raise BrainFailed(f"The chat endpoint answered {response.status_code}: {detail}")


def _read(chunk: Any, drafts: dict[int, _Draft]) -> str:
    """Return the words of a chunk, and collect its pieces of function calls."""
    if isinstance(chunk, dict) and chunk.get("error"):
        raise BrainFailed(f"The chat endpoint failed: {str(chunk['error'])[:200]}")
    try:
        choices = chunk.get("choices")
        delta = (choices[0].get("delta") or {}) if choices else {}
        _collect(drafts, delta.get("tool_calls") or [])
        content = delta.get("content")
    except (AttributeError, LookupError, TypeError):
        raise BrainFailed("The chat endpoint sent what is no chat.completion.chunk.") from None
    return content if isinstance(content, str) else ""


def _collect(drafts: dict[int, _Draft], pieces: list[Json]) -> None:
    for piece in pieces:
        place = piece.get("index", len(drafts))
        if len(drafts) >= _MOST_CALLS and place not in drafts:
            raise BrainFailed(f"The chat endpoint calls more than {_MOST_CALLS} functions at once.")
        draft, function = drafts.setdefault(place, _Draft()), piece.get("function") or {}
        draft.name += function.get("name") or ""
        draft.arguments += function.get("arguments") or ""
        if len(draft.arguments) > _MOST_ARGUMENTS:
            raise BrainFailed("The chat endpoint calls a function with more than 1 MiB.")


def _messages(context: Context) -> list[Json]:
    """Return the conversation as an endpoint takes it.

    The results of calls stand right behind them, whenever they came, and none is missing.
    """
    messages: list[Json] = []
    if context.instructions:
        messages.append({"role": "system", "content": context.instructions})
    results = {e.call_id: e.output for e in context.entries if isinstance(e, CallResult)}
    for _kind, entries in itertools.groupby(context.entries, type):
        group = list(entries)
        said = [entry for entry in group if isinstance(entry, Message)]
        calls = [entry for entry in group if isinstance(entry, CallMade)]  # of one answer
        messages += [{"role": one.role, "content": _content(one)} for one in said]
        messages += _called(calls, results) if calls else ()
    return messages


def _called(calls: list[CallMade], results: dict[str, str]) -> Iterator[Json]:
    made = [
        {
            "id": call.call_id,
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments},
        }
        for call in calls
    ]
    yield {"role": "assistant", "content": None, "tool_calls": made}
    for call in calls:
        result = results.get(call.call_id, _NO_RESULT)
        yield {"role": "tool", "tool_call_id": call.call_id, "content": result}


def _content(message: Message) -> str | list[Json]:
    if not message.pictures:
        return message.text
    pictures = [{"type": "image_url", "image_url": {"url": uri}} for uri in message.pictures]
    return [{"type": "text", "text": message.text}, *pictures]


def _tool(tool: Json) -> Json:
    return {"type": "function", "function": {k: v for k, v in tool.items() if k != "type"}}


def _choice(choice: Any) -> Any:
    if isinstance(choice, dict):
        return {"type": "function", "function": {"name": choice.get("name")}}
    return choice
