"""A look into a notebook's kernel from outside, beside the page."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

from jupyter_client import BlockingKernelClient

__all__ = ["Kernel", "KernelError"]


class KernelError(AssertionError):
    """What was run in the kernel raised; the message is its traceback."""


class Kernel:
    """A client of a running kernel.

    It shares the shell with the notebook's cells: while a cell runs, it waits.
    """

    def __init__(self, connection_file: Path) -> None:
        self._client = BlockingKernelClient(connection_file=str(connection_file))
        self._client.load_connection_file()
        self._client.start_channels(iopub=False, stdin=False, hb=False)

    def close(self) -> None:
        """Hang up; the kernel goes on."""
        self._client.stop_channels()

    def evaluate(self, expression: str, timeout: float = 30.0) -> Any:
        """Return the value of a Python expression in the kernel, by way of JSON."""
        wanted = {"value": f"__import__('json').dumps({expression})"}
        content = self._run("", wanted, timeout)
        value = content["user_expressions"]["value"]
        if value["status"] != "ok":
            raise KernelError(f"{expression}\n" + "\n".join(value["traceback"]))
        return json.loads(ast.literal_eval(value["data"]["text/plain"]))

    def execute(self, code: str, timeout: float = 30.0) -> None:
        """Run Python statements in the kernel's namespace, without a trace in the notebook."""
        self._run(code, {}, timeout)

    def _run(self, code: str, expressions: dict[str, str], timeout: float) -> dict[str, Any]:
        request = self._client.execute(
            code, silent=True, store_history=False, user_expressions=expressions
        )
        while True:
            reply = self._client.get_shell_msg(timeout=timeout)
            if reply["parent_header"].get("msg_id") == request:
                break
        content: dict[str, Any] = reply["content"]
        if content["status"] != "ok":
            raise KernelError(f"{code}\n" + "\n".join(content.get("traceback", ())))
        return content
