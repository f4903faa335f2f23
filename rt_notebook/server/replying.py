"""Drives responses: asks the brain, has its sentences spoken, ends what is interrupted."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

from .brains import Brain, BrainFailed, Call, Context, Say
from .context import context_of
from .conversation import Conversation
from .limits import Limits
from .mcp import McpTools
from .model_pool import ModelBusy, ModelFailed
from .refusals import Refusal
from .response_options import ResponseOptions
from .responses import Emit, EndReason, Response, Status
from .sentences import SentenceSplitter
from .session_state import SessionState
from .speaking import Speaker
from .speech import Speech, SpeechNotInstalled
from .usage import Tokens, input_tokens

__all__ = ["Replies"]

_log = logging.getLogger(__name__)

_TOKENS_PER_MINUTE = 15_000_000  # as recorded: more than anybody reaches


class Replies:
    """The responses of one connection: one in the conversation, any number beside it.

    Parameters
    ----------
    emit : callable
        Sends an event.
    session, conversation, speech, brain, mcp, limits
        What answers are made of, and how many there may be.
    on_answered : callable
        Called at the end of an answer in the conversation, with how many seconds of it
        are still to be heard.
    """

    def __init__(
        self,
        emit: Emit,
        session: SessionState,
        conversation: Conversation,
        speech: Speech,
        brain: Brain,
        mcp: McpTools,
        limits: Limits,
        on_answered: Callable[[float], None],
    ) -> None:
        self._emit = emit
        self._session = session
        self._conversation = conversation
        self._speech = speech
        self._brain = brain
        self._mcp = mcp
        self._limits = limits
        self._on_answered = on_answered
        self._running: dict[str, tuple[Response, asyncio.Task[None]]] = {}
        self._seen = Tokens()  # what the latest response read, for the cache's share
        self._spent = 0

    @property
    def active(self) -> Response | None:
        """The response in the conversation, if there is one in progress."""
        running = (response for response, _task in self._running.values())
        return next((one for one in running if one.options.in_conversation), None)

    def create(self, options: ResponseOptions) -> None:
        """Start a response.

        Raises
        ------
        Refusal
            If one is in progress in the conversation and this one would join it, or too many
            are in progress beside it.
        """
        active = self.active
        if active is not None and options.in_conversation:
            raise Refusal(
                f"Conversation already has an active response in progress: {active.id}. "
                "Wait until the response is finished before creating a new one.",
                "conversation_already_has_active_response",
            )
        if len(self._running) >= self._limits.responses:
            message = f"A session has at most {self._limits.responses} responses in progress."
            raise Refusal(message, "too_many_responses")
        response = Response(self._emit, options, self._conversation)
        response.begin()
        if self._session.is_beta:
            self._tell_limits()
        task = asyncio.ensure_future(self._perform(response))
        self._running[response.id] = (response, task)

    def cancel(self, response_id: str | None, reason: EndReason) -> bool:
        """Cancel a response, by default the conversation's; say whether there was one."""
        active = self.active
        found = self._running.get(response_id or (active.id if active else ""))
        if found is None:
            return False
        response, task = found
        self._end(response, "cancelled", reason)
        task.cancel()
        return True

    def close(self) -> None:
        """Stop everything; the connection is gone."""
        for _response, task in self._running.values():
            task.cancel()

    async def _perform(self, response: Response) -> None:
        try:
            unplayed_s = await self._answer(response)
            if response.is_full:
                self._end(response, "incomplete", "max_output_tokens")
            else:
                self._end(response, "completed")
            if response.options.in_conversation:
                self._on_answered(unplayed_s)
        except SpeechNotInstalled as error:
            self._fail(response, str(error), "speech_not_installed")
        except (ModelFailed, ModelBusy) as error:
            self._fail(response, str(error), "model_failed")
        except BrainFailed as error:
            self._fail(response, str(error), "brain_failed")
        except Exception:
            _log.exception("response %s failed", response.id)
            self._fail(response, "The server had an error while answering.", None)
        finally:
            self._running.pop(response.id, None)

    def _fail(self, response: Response, message: str, code: str | None) -> None:
        error = {"type": "server_error", "code": code, "message": message}
        self._end(response, "failed", error=error)

    def _end(
        self,
        response: Response,
        status: Status,
        reason: EndReason | None = None,
        error: dict[str, Any] | None = None,
    ) -> None:
        if response.done:
            return
        self._running.pop(response.id, None)
        response.end(status, reason, error)
        self._spent += response.usage["total_tokens"] if response.usage else 0
        _log.info("response %s %s", response.id, status)
        if not self._session.is_beta:
            self._tell_limits()

    def _tell_limits(self) -> None:
        """GA tells them after a response, beta told them at its beginning (recorded)."""
        limit = {
            "name": "tokens",
            "limit": _TOKENS_PER_MINUTE,
            "remaining": max(0, _TOKENS_PER_MINUTE - self._spent),
            "reset_seconds": 0.001,
        }
        self._emit("rate_limits.updated", rate_limits=[limit])

    async def _answer(self, response: Response) -> float:
        """Write the answer and return how many seconds of it are still to be heard."""
        if response.options.modality == "audio":
            _ = self._speech.synthesiser
        context = await self._context(response)
        speaker = Speaker(response, self._speech, self._session)
        splitter = SentenceSplitter()
        async with contextlib.aclosing(self._brain.answer(context)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Say):
                    await speaker.say(splitter.push(piece.text))
                else:
                    await speaker.say(splitter.flush())
                    if not response.is_full:
                        await self._call(response, piece)
                if response.is_full:
                    return speaker.unplayed_s
        await speaker.say(splitter.flush())
        return speaker.unplayed_s

    async def _call(self, response: Response, call: Call) -> None:
        own = (tool.get("name") for tool in response.options.tools)
        if call.name not in own and self._mcp.offers(call.name):
            await self._mcp.call(response, call.name, call.arguments)
        else:
            response.call(call.name, call.arguments)

    async def _context(self, response: Response) -> Context:
        options = response.options
        items = list(self._conversation) if options.input is None else options.input
        read = input_tokens(items, options.instructions, options.tools)
        response.read = read
        if options.input is None:  # what else is read has another beginning
            response.cached, self._seen = read.cached_of(self._seen), read
        return await context_of(options, items, self._mcp.functions(options.tool_choice))
