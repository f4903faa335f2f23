"""A tool server for the tests: hand-written JSON-RPC over HTTP, on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["tool_server"]

Json = dict[str, Any]

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS = [
    {
        "name": "get_tide",
        "description": "Look up the tide of a harbour.",
        "inputSchema": CITY,
        "annotations": {"readOnlyHint": True},
    },
    {"name": "sink_ship", "description": "Sink a ship in a harbour.", "inputSchema": CITY},
]


def result(method: str, params: Json) -> Json:
    """Return what the method answers: an error of the protocol, or a result."""
    if method == "initialize":
        return {"result": {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}}}
    if method == "tools/list":  # one tool a page
        page = int(params.get("cursor", 0))
        more = {"nextCursor": str(page + 1)} if page + 1 < len(TOOLS) else {}
        return {"result": {"tools": [TOOLS[page]], **more}}
    if method != "tools/call":
        return {"result": {}}
    if params["name"] == "get_tide":
        text = f"High in {params['arguments']['city']}"
        return {"result": {"content": [{"type": "text", "text": text}]}}
    return {"result": {"content": [{"type": "text", "text": "No."}], "isError": True}}


@contextmanager
def tool_server(as_stream: bool = False, answer: bytes = b"") -> Iterator[tuple[str, list]]:
    """Serve `TOOLS`, or one fixed answer; yield the URL and the (headers, body) received."""
    received: list[tuple[Json, Json]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            received.append((dict(self.headers), body))
            reply = {
                "jsonrpc": "2.0",
                "id": body.get("id"),
                **result(body["method"], body.get("params", {})),
            }
            content = answer or json.dumps(reply).encode()
            if as_stream:
                content = b'data: {"method": "notifications/message"}\n\ndata: ' + content + b"\n\n"
            self.send_response(200 if "id" in body else 202)
            self.send_header("Content-Type", "text/event-stream" if as_stream else "text/json")
            self.send_header("Mcp-Session-Id", "the-session")
            self.end_headers()
            self.wfile.write(content if "id" in body else b"")

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/mcp", received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
