"""The magics of a session: parse the line, make one Python call, show the result.

Loaded by ``%load_ext rt_notebook``; everything heavy is imported when a magic runs.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import line_cell_magic, line_magic, magics_class

from ..errors import printable
from .arguments import text_of
from .shared import PATIENCE_SECONDS, SharedMagics, plainly

if TYPE_CHECKING:
    from ..client.reply import Reply
    from ..client.session import RealtimeSession

__all__ = ["RealtimeMagics"]


@magics_class
class RealtimeMagics(SharedMagics):
    """``%rt_…``: a Realtime session from a cell."""

    @line_magic
    @plainly
    def rt_connect(self, line: str) -> None:
        """Open a session, configure it, and show its panel.

        ``%rt_connect [BACKEND] [--model NAME] [options of %rt_config] [-s NAME] [-o VAR]``,
        ``%rt_connect --record talk.rtsession …``

        BACKEND is ``openai``, ``azure``, ``offline`` or a ``wss://`` address. Without it:
        OpenAI when OPENAI_API_KEY is set, otherwise the offline server of rt_notebook.
        A key is never typed here: name the variable that holds it, or let it be asked for.
        ``--record`` writes the talk to a file while it goes on, sound included.
        """
        from .access import connected

        args = self.parse("rt_connect", line)
        session = connected(args, record=args.record)
        self.store(args, session)
        self._show(session)

    @line_magic
    @plainly
    def rt_transcribe(self, line: str) -> Any:
        """Write down a recording; without one, open a session that only writes down what it hears.

        ``%rt_transcribe [BACKEND] [FILE|VAR] [--transcription-language en] … [-s NAME] [-o VAR]``

        A recording is sent as a whole, and its transcript is the cell's value. Takes the
        options of ``%rt_config`` that concern hearing; transcription is on.
        """
        from .access import connected, transcribed

        args = self.parse("rt_transcribe", line)
        text = transcribed(args, self.variables)
        if text is not None:
            return self.hand_back(args, text)
        session = connected(args, session_type="transcription")
        self.store(args, session)
        self._show(session)
        return None

    @line_magic
    @plainly
    def rt_disconnect(self, line: str) -> None:
        """Close the session: ``%rt_disconnect [-s NAME] [-o VAR]``. What was said stays."""
        args = self.parse("rt_disconnect", line)
        session = self.session(args)
        session.close()
        self.store(args, session)
        print(f"Closed the session to {session.backend.label}.")

    @line_magic
    @plainly
    def rt_status(self, line: str) -> None:
        """Show how the session stands: ``%rt_status [-s NAME] [-o VAR]``."""
        from .status import status_of

        args = self.parse("rt_status", line)
        status = status_of(self.session(args))
        self.store(args, status)
        for name, value in status.items():
            print(printable(f"{name:<16} {value}"))

    @line_magic
    @plainly
    def rt_config(self, line: str) -> Any:
        """Change the configuration, or show the one in force when nothing is named.

        ``%rt_config [--voice marin] [--turn-detection semantic_vad] [--eagerness low] …``

        Only what is named is sent. A refusal shows here when the server answers within
        2 s; ``--wait`` waits for it. ``--dry-run`` returns the event and sends nothing.
        """
        from .config_view import configuration

        args = self.parse("rt_config", line)
        if args.dry_run:
            return self._dry_run(args, "session")
        session = self.session(args)
        if args.options:
            request = session.configure(**args.options)
            if self.answered(request, *([PATIENCE_SECONDS] if args.wait else [])) is None:
                return None
        self.store(args, session.config)
        print(printable(configuration(session, args.options)))
        return None

    @line_cell_magic
    @plainly
    def rt_respond(self, line: str, cell: str | None = None) -> Any:
        """Ask for a response and show it as it comes.

        ``%rt_respond [--instructions "…"] [--conversation none] … [--no-wait] [-o VAR]``

        As a cell magic, the cell is the instructions. Ctrl-C stops the waiting, not the
        reply. ``--dry-run`` returns the event and sends nothing.
        """
        args = self.parse("rt_respond", line)
        if body := (cell or "").strip():
            if "instructions" in args.options:
                raise UsageError(
                    "%%rt_respond: the cell is the instructions, and so is --instructions: "
                    "leave one out"
                )
            args.options["instructions"] = body
        if args.dry_run:
            return self._dry_run(args, "response")
        return self.follow(args, self.session(args).respond(**args.options))

    @line_cell_magic
    @plainly
    def rt_say(self, line: str, cell: str | None = None) -> Reply | None:
        """Say something as the user, in text, and show the reply as it comes.

        ``%rt_say [options of %rt_respond] [--no-wait] [-o VAR] TEXT``

        As a cell magic, the cell is the text.
        """
        args = self.parse("rt_say", line)
        text = text_of("rt_say", args, cell)
        return self.follow(args, self.session(args).say(text, **args.options))

    @line_magic
    @plainly
    def rt_cancel(self, line: str) -> None:
        """Stop the reply that is being made or played: ``%rt_cancel [-s NAME] [-o VAR]``."""
        args = self.parse("rt_cancel", line)
        session = self.session(args)
        session.cancel()
        self.store(args, session.replies[-1])

    @line_magic
    @plainly
    def rt_controls(self, line: str) -> None:
        """Show the configuration as a form: ``%rt_controls [-s NAME] [-o VAR]``.

        A change is sent at once; the form shows what the server took, or why it did not.
        """
        from IPython.display import display

        args = self.parse("rt_controls", line)
        form = self.session(args).controls()
        self.store(args, form)
        display(form)

    @line_magic
    @plainly
    def rt_mic(self, line: str) -> None:
        """Ask for the microphone or close it: ``%rt_mic [on|off] [--half-duplex]``.

        A microphone opens only on a click in the page: ``on`` points at the button.
        With loudspeakers, ``--half-duplex`` mutes it while the reply sounds.
        """
        from ..background import loop_thread

        args = self.parse("rt_mic", line)
        session = self.session(args)
        if args.half_duplex or args.full_duplex:
            session.half_duplex = args.half_duplex
            sounds = "hears nothing" if args.half_duplex else "hears you"
            print(f"The microphone {sounds} while the reply sounds.")
            if args.state is None:
                return
        from .widget import panel_of

        panel = panel_of(session).panel
        on = args.state != "off"
        loop_thread().call_soon(panel.arm_microphone if on else panel.stop_microphone)
        self.store(args, session)
        print("Press the microphone in the panel." if on else "The microphone is closed.")

    def _dry_run(self, args: argparse.Namespace, kind: str) -> Any:
        """The event that would be sent; works without a session."""
        from .dry_run import dry_run

        return self.hand_back(args, dry_run(kind, args.options, args.session, args.dialect))

    def _show(self, session: RealtimeSession) -> None:
        if hasattr(self.shell, "kernel"):
            from .widget import show

            show(session)
