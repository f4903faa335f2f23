"""A JupyterLab server of its own: free port, token, and nothing of the user's settings."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Literal

__all__ = ["REMOTE_HOST", "App", "Lab", "clean_environment"]

App = Literal["lab", "notebook"]

#: A name that Chromium resolves to 127.0.0.1: to the page it is a server elsewhere.
REMOTE_HOST = "notebook.test"

# Variables that would send a test's sound to a provider.
_PROVIDER = re.compile(r"OPENAI_|AZURE_OPENAI_|.*_API_KEY$|RT_NOTEBOOK_")

_CHECKOUT = Path(__file__).parents[2]
_START_SECONDS = 90.0
_STOP_SECONDS = 20.0
_NO_NEWS = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}


def clean_environment() -> dict[str, str]:
    """Return this process's environment without provider keys, with the checkout importable."""
    environment = {k: v for k, v in os.environ.items() if not _PROVIDER.match(k)}
    paths = (str(_CHECKOUT), environment.get("PYTHONPATH", ""))
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    return environment


class Lab:
    """A running ``jupyter lab`` that also serves Notebook 7.

    Parameters
    ----------
    folder
        An empty folder: notebooks in ``work``, everything of Jupyter's beside it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.work = folder / "work"
        self.token = secrets.token_hex(16)
        self.port = 0
        self._log = folder / "lab.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self.work.mkdir(parents=True)
        self._settings("apputils-extension", "notification", _NO_NEWS)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command(), cwd=self.work, env=self.environment(), stdout=log, stderr=log
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"JupyterLab did not start:\n{self.log()}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End the server, and with it its kernels."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        for kernel in self.api("GET", "kernels") if self._answers() else ():
            self.api("DELETE", f"kernels/{kernel['id']}")
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def environment(self) -> dict[str, str]:
        """Return the environment of the server and its kernels."""
        folders = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "IPYTHONDIR": "ipython",
        }
        private = {name: str(self.folder / part) for name, part in folders.items()}
        return {**clean_environment(), **private}

    def log(self, offset: int = 0) -> str:
        """Return what the server and its kernels wrote, from a byte offset on."""
        return self._log.read_bytes()[offset:].decode(errors="replace")

    def log_size(self) -> int:
        """Return the length of the log in bytes, the offset for a later `log`."""
        return self._log.stat().st_size

    def url(self, name: str, app: App = "lab", host: str = "127.0.0.1") -> str:
        """Return the address of a notebook in the JupyterLab or the Notebook 7 app."""
        path = f"lab/tree/{name}" if app == "lab" else f"notebooks/{name}"
        query = f"token={self.token}" + ("&reset" if app == "lab" else "")
        return f"{self.origin(host)}/{path}?{query}"

    def origin(self, host: str = "127.0.0.1") -> str:
        """Return the origin of the server's pages under a host name."""
        return f"http://{host}:{self.port}"

    def api(self, method: str, path: str) -> Any:
        """Call the server's REST interface and return the JSON of its answer."""
        request = urllib.request.Request(
            f"{self.origin()}/api/{path}",
            method=method,
            headers={"Authorization": f"token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"null")

    def kernel_file(self, kernel_id: str) -> Path:
        """Return the connection file of a kernel."""
        return self.folder / "runtime" / f"kernel-{kernel_id}.json"

    def add_kernel_spec(self, name: str, spec: dict[str, Any]) -> None:
        """Make one more kind of kernel available."""
        folder = self.folder / "data" / "kernels" / name
        folder.mkdir(parents=True)
        (folder / "kernel.json").write_text(json.dumps(spec))

    def _command(self) -> list[str]:
        self.port = _free_port()
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": self.port,
            "ServerApp.port_retries": 0,
            "ServerApp.open_browser": False,
            "ServerApp.root_dir": self.work,
            "ServerApp.allow_root": True,
            "ServerApp.local_hostnames": REMOTE_HOST,
            "IdentityProvider.token": self.token,
            "LabApp.expose_app_in_browser": True,
            "JupyterNotebookApp.expose_app_in_browser": True,
            "LabApp.extension_manager": "readonly",
        }
        command = [sys.executable, "-m", "jupyterlab"]
        return command + [f"--{name}={value}" for name, value in options.items()]

    def _settings(self, extension: str, plugin: str, values: dict[str, Any]) -> None:
        path = self.folder / "settings" / "@jupyterlab" / extension
        path.mkdir(parents=True, exist_ok=True)
        (path / f"{plugin}.jupyterlab-settings").write_text(json.dumps(values))

    def _answers(self) -> bool:
        try:
            return "version" in self.api("GET", "")
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
