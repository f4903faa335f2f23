"""A Realtime session: what people hold in their hands.

Every public method may be called from any thread and returns at once, or says that it
waits. The work happens on the background loop, in `SessionCore`.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from ..analysis.budget import Budget
from ..background import loop_thread
from ..config.flat import response_event, session_event
from ..errors import ConfigError, ConnectionLost, LocalProtocolError
from ..protocol.events import Event
from ..protocol.machine import SessionMachine
from ..protocol.session_facts import interrupts
from ..record import layout
from ..record.log import Log
from ..record.recorder import Recorder
from .backends import Backend
from .core import ALIVE, SessionCore
from .dialling import first_connection, next_connection
from .identity import marked, new_id
from .outstanding import Patience
from .reply import Reply
from .requests import Requests
from .spending import Spending
from .talk import Talk
from .tool_requests import ToolRequests
from .transport import Transport
from .upload import AudioSource, Upload
from .waiting import Acknowledgement
from .watch import Watch

__all__ = ["RealtimeSession"]


class RealtimeSession(Talk, ToolRequests, Requests):
    """An open session; make one with `rt_notebook.connect`.

    Attributes
    ----------
    backend : Backend
        Who answers.
    core : SessionCore
        The engine, for the loop thread.
    keep_audio : bool
        Whether the notebook's cell keeps what was said as sound, up to a size.
    static_copy : bool
        Whether the cell keeps transcript, timeline and cost beside the panel.
    is_replay : bool
        Whether this is a recording that is gone through again.
    gives_way : bool
        Whether another session of its name takes its place, also while it is open.
    """

    is_replay = False
    gives_way = False

    def __init__(
        self, backend: Backend, core: SessionCore, recorder: Recorder | None = None
    ) -> None:
        self.backend = backend
        self.core = core
        self.keep_audio = False
        self.static_copy = True
        self._recorder = recorder

    @classmethod
    async def open(
        cls,
        backend: Backend,
        recorder: Recorder | None = None,
        *,
        timeout: float,
        reconnect: bool = True,
        response_timeout: float = Patience.response,
        budget: Budget | None = None,
    ) -> RealtimeSession:
        """Connect and wait for ``session.created``. Runs on the background loop.

        Parameters
        ----------
        backend : Backend
            Whom to connect to.
        recorder : Recorder, optional
            Writes the talk to disk from its first event on.
        timeout : float
            Seconds.
        reconnect : bool
            Whether another connection is made when one ends by itself.
        response_timeout : float
            Seconds without a sign of a response after which it is given up.
        budget : Budget, optional
            Ends the talk before it is exceeded.

        Raises
        ------
        ServerError, ConnectionLost
            As `WebSocketTransport.open`; also when the server sends an error first, or
            nothing within `timeout` seconds.
        """
        core = SessionCore(await first_connection(backend, timeout), backend.dialect)
        session = cls(backend, core, recorder)
        if recorder is not None:
            core.record_with(recorder)
        try:
            await asyncio.wait_for(asyncio.shield(core.created), timeout)
        except (TimeoutError, asyncio.TimeoutError):
            await core.close()
            raise ConnectionLost(
                f"{backend.label} opened the connection and said nothing for {timeout:g} s"
            ) from None
        except BaseException:  # whoever waits for it may stop waiting
            await core.close()
            raise
        if budget is not None:
            core.spending = Spending(core, budget, backend.model)
            core.run(core.spending.run())
        core.run(Watch(core, Patience(response=response_timeout)).run())
        if reconnect:
            core.dial = functools.partial(session._dial, timeout)
        return session

    async def _dial(self, timeout: float) -> Transport:
        self.backend, transport = await next_connection(self.backend, timeout)
        return transport

    # What is there

    @property
    def status(self) -> str:
        """``open``, ``reconnecting``, ``closed``, or ``lost`` when there is no way back."""
        return self.core.status

    @property
    def machine(self) -> SessionMachine:
        """The protocol's state, live."""
        return self.core.machine

    @property
    def log(self) -> Log:
        """Every event both ways, and the audio."""
        return self.core.log

    @property
    def replies(self) -> list[Reply]:
        """The last replies, oldest first."""
        return list(self.core.replies)

    @property
    def dialect(self) -> str:
        """``ga`` or ``beta``: how the server speaks. Everything here is GA all the same."""
        return self.core.dialect

    @property
    def manifest(self) -> dict[str, Any]:
        """What a file says of this talk: who answers, the configuration, the packages."""
        return layout.manifest(
            backend=self.backend.label,
            model=str(self.config.get("model") or self.backend.model),
            dialect=self.dialect,
            config=self.config,
            asked=self.core.settings.asked,
        )

    @property
    def barge_in(self) -> bool:
        """Whether speech interrupts the reply (``interrupt_response``); set it to change that."""
        return interrupts(self.machine.session)

    @barge_in.setter
    def barge_in(self, on: bool) -> None:
        if on != self.barge_in:
            if self.turn_detection == "none":
                raise ConfigError("barge_in belongs to turn detection, and there is none")
            self.configure(interrupt_response=on)

    @property
    def half_duplex(self) -> bool:
        """Whether the microphone hears nothing while the reply sounds: for loudspeakers."""
        return self.core.half_duplex

    @half_duplex.setter
    def half_duplex(self, on: bool) -> None:
        self.core.half_duplex = on
        self._call(self.core.observer.config_changed)

    def __repr__(self) -> str:
        return f"<RealtimeSession {self.status}: {self.backend.label}, {len(self.items)} items>"

    # What can be asked

    def configure(self, **options: Any) -> Acknowledgement:
        """Change the configuration (``session.update``); only what is named is sent.

        Parameters
        ----------
        **options
            Flat names, such as ``voice`` or ``turn_detection_threshold``; see `config.options`.

        Returns
        -------
        Acknowledgement
            Wait for it to learn whether the server took the change.

        Raises
        ------
        ConfigError
            If an option does not exist or is out of range; nothing is sent.
        """
        return self.send(self.event("session", options))

    def event(
        self, kind: str, options: Mapping[str, Any], dialect: str | None = None
    ) -> dict[str, Any]:
        """Return the event that `configure` or `respond` would send, in GA's names.

        Parameters
        ----------
        kind : {"session", "response"}
            Which of the two.
        options : mapping
            Flat names.
        dialect : {"ga", "beta"}, optional
            Whose rules count; by default the session's.

        Raises
        ------
        ConfigError
            If an option does not exist or is out of range.
        """
        make = session_event if kind == "session" else response_event
        has_audio = self.conversation.has_audio
        return make(options, self.config, dialect=dialect or self.dialect, has_audio=has_audio)

    def respond(self, **options: Any) -> Reply:
        """Ask for a response (``response.create``).

        It waits its turn behind the active one; with ``conversation="none"`` it runs beside.

        Raises
        ------
        ConfigError
            If an option does not exist or is out of range; nothing is sent.
        """
        return self.ask(Reply(self.conversation, self.log), **options)

    def ask(self, reply: Reply, **options: Any) -> Reply:
        """Ask for a response that `reply` will hold; otherwise as `respond`."""
        event = Event({"event_id": new_id("event"), **self.event("response", options)})
        event["response"] = marked(event["response"], event["event_id"])
        reply.request = event
        self._call(self.core.respond, reply, event)
        return reply

    def say(self, text: str, **options: Any) -> Reply:
        """Say something as the user, in text, and ask for a response.

        Parameters
        ----------
        text : str
            Becomes a user message.
        **options
            As for `respond`.
        """
        if not isinstance(text, str):
            raise LocalProtocolError(f"say takes text, got {type(text).__name__}")
        if not text.strip():
            raise LocalProtocolError("there is nothing to say: the text is empty")
        self.event("response", options)
        reply = Reply(self.conversation, self.log)
        self.add_item(text).when_done(reply.fail_with)
        return self.ask(reply, **options)

    def send_audio(
        self, source: AudioSource, *, pace: str = "realtime", commit: bool = True
    ) -> Reply | None:
        """Say something as the user, in audio.

        With turn detection on, silence follows until the server ends the turn; with it
        off, the buffer is committed and a response asked for. A session that only
        transcribes answers nothing, and None is returned: its transcript comes as an item.

        Parameters
        ----------
        source : path, bytes or ndarray
            A WAV file of any rate, mono PCM16 at 24 kHz, or float samples at 24 kHz.
        pace : {"realtime", "fast"}
            As a person would speak, or as fast as the server takes it.
        commit : bool
            False only appends, and returns None.

        Raises
        ------
        AudioFormatError
            If the source cannot be read; nothing is sent.
        """
        upload = Upload(source, pace)
        answered = commit and not self.only_hears
        reply = Reply(self.conversation, self.log) if answered else None
        self._call(upload.start, self, reply, commit)
        return reply

    def cancel(self) -> None:
        """Stop what is being made or played, out of band too, and drop what waits its turn.

        Raises
        ------
        LocalProtocolError
            If there is none.
        """
        self._alive()
        loop = loop_thread()
        if threading.current_thread() is loop.thread:
            self.core.cancel()
        else:
            loop.run(self._cancel())

    def on(
        self, type: str, callback: Callable[[Event], Any], *, direction: str | None = None
    ) -> Callable[[], None]:
        """Call `callback(event)` for each event of a type, ``"*"`` for all.

        Callbacks run in order on a thread of their own and may take their time.

        Parameters
        ----------
        type : str
            The name of a server's or a client's event, or ``"*"``.
        callback : callable
            Takes the event; may be a coroutine function.
        direction : {"received", "sent", "both"}, optional
            By default ``"*"`` is what is received, and a name is heard whichever way it goes.

        Returns
        -------
        callable
            Call it to stop.
        """
        return self.core.listeners.on(type, callback, direction)

    def events(self, direction: str = "received") -> AsyncIterator[Event]:
        """Iterate over events from now until the session closes; as for `on`."""
        return self.core.listeners.events(direction)

    def explain(self) -> str:
        """Return why nobody answers, or the last error, in sentences with the next step.

        Empty when nothing keeps the talk from going on.
        """
        from ..analysis.explain import Facts, explain, sentences

        loss = "" if self.status == "open" else str(self.core.line.loss)
        facts = Facts(self.status, loss, self.config, **self.core.observer.facts)
        return sentences(explain(self.log, facts))

    def controls(self) -> Any:
        """Return the configuration as a form of ipywidgets, to be shown in a cell."""
        # The notebook's room is above this one: it is looked up when somebody asks.
        module = importlib.import_module("rt_notebook.notebook.controls")
        return module.Controls(self)

    def close(self) -> None:
        """Close the session and wait until it is closed and its recording written.

        Closing twice is allowed.
        """
        loop_thread().run(self.core.close(), timeout=10)
        if self._recorder is not None:
            self._recorder.close(self.log, self.manifest)

    def __enter__(self) -> RealtimeSession:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _request(self, acknowledgement: Acknowledgement) -> None:
        self._call(self.core.request, acknowledgement)

    def _alive(self) -> None:
        if self.status not in ALIVE:
            raise ConnectionLost(f"{self.core.line.loss}; connect again")

    def _call(self, function: Callable[..., object], *args: object) -> None:
        self._alive()
        loop_thread().call_soon(function, *args)

    async def _cancel(self) -> None:
        self.core.cancel()
