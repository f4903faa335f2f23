"""A server that calls functions, and the function that most tests let it call."""

from __future__ import annotations

import json
import threading

from .scripted import Puppet

__all__ = ["Stage", "add", "weather"]


class Stage(Puppet):
    """A server that answers session updates, and calls what the test wants called."""

    def update(self):
        """Take a ``session.update`` in, and acknowledge it."""
        session = self.told("session.update")["session"]
        self.say({"type": "session.updated", "event_id": "e", "session": session})
        return session

    def calls(self, *calls, response_id="r1", metadata=None, status="completed"):
        """Let a response call functions: pairs of a name and arguments."""
        begun = {"id": response_id, "status": "in_progress", "metadata": metadata}
        output = [
            {"type": "function_call", "id": f"{response_id}-{n}", "call_id": f"c{n}",
             "name": name, "status": "completed",
             "arguments": given if isinstance(given, str) else json.dumps(given)}
            for n, (name, given) in enumerate(calls)
        ]  # fmt: skip
        self.say(
            {"type": "response.created", "event_id": "e", "response": begun},
            {"type": "response.done", "event_id": "e",
             "response": {**begun, "status": status, "output": output}},
        )  # fmt: skip

    def output(self):
        """Return the next output that the client sends: its call and what it holds."""
        item = self.told("conversation.item.create")["item"]
        assert item["type"] == "function_call_output"
        return item["call_id"], item["output"]

    def settled(self, session):
        """Return every event that has come when all that was said so far is dealt with."""
        heard = threading.Event()
        stop = session.on("rate_limits.updated", lambda _: heard.set())
        self.say({"type": "rate_limits.updated", "event_id": "e", "rate_limits": []})
        assert heard.wait(10)
        stop()
        session.send({"type": "input_audio_buffer.clear"})
        events = []
        while (event := self.received.get(timeout=10))["type"] != "input_audio_buffer.clear":
            events.append(event["type"])
        return events


def weather(city: str) -> dict:
    """Tell the weather."""
    return {"city": city, "degrees": 21}


def add(server, session, function=weather, **options):
    session.tool(function, **{"read_only": True, **options})
    return server.update()
