"""Where a session can be: OpenAI, the offline server, or any Realtime server by URL."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from ..config.catalogue import DEFAULT_MODEL
from ..errors import ConfigError
from ..secret import Secret
from .offline import OfflineServer, offline_server

__all__ = ["BACKENDS", "Backend", "resolve_backend"]

OPENAI_URL = "wss://api.openai.com/v1/realtime"
KEY_VARIABLE = "OPENAI_API_KEY"
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Backend:
    """One server to talk to.

    Parameters
    ----------
    name : str
        ``openai``, ``offline`` or ``url``.
    label : str
        What people see: a host, or "offline server".
    url : str
        Complete WebSocket URL, model included.
    key : Secret or None
        Sent as ``Authorization: Bearer``.
    sound_goes_to : str
        One sentence that says who hears the microphone.
    model : str
        The model that was asked for.
    server : OfflineServer or None
        The child process behind it.
    """

    name: str
    label: str
    url: str
    sound_goes_to: str
    key: Secret | None = None
    model: str = ""
    server: OfflineServer | None = field(default=None, repr=False)

    def headers(self) -> dict[str, str]:
        """Return the request headers, key included: only for the connecting expression itself."""
        return {"Authorization": f"Bearer {self.key.reveal()}"} if self.key else {}


def resolve_backend(name: str | None, model: str | None = None) -> Backend:
    """Return the backend of a name or URL; may start the offline server and wait for it.

    Parameters
    ----------
    name : str or None
        ``openai``, ``offline``, a ``wss://`` URL (``ws://`` on loopback), or None for
        OpenAI when ``OPENAI_API_KEY`` is set and the offline server otherwise.
    model : str, optional
        Default is the newest; the offline server has one.

    Raises
    ------
    ConfigError
        If there is no such backend, no key, or the URL is not safe to talk to.
    """
    if name is None:
        name = "openai" if os.environ.get(KEY_VARIABLE) else "offline"
    if name.startswith(("ws://", "wss://")):
        return _url(name, model)
    try:
        make = BACKENDS[name]
    except KeyError:
        known = ", ".join(repr(known) for known in BACKENDS)
        raise ConfigError(
            f"no backend is called {name!r}; use {known}, or the wss:// address of a server"
        ) from None
    return make(model)


def _openai(model: str | None) -> Backend:
    if not os.environ.get(KEY_VARIABLE):
        raise ConfigError(
            f"no API key; set {KEY_VARIABLE} before the kernel starts, or connect to 'offline'"
        )
    model = model or DEFAULT_MODEL
    return Backend(
        "openai",
        "api.openai.com",
        f"{OPENAI_URL}?{urlencode({'model': model})}",
        "What you say goes to OpenAI (api.openai.com) and is billed to your key.",
        Secret(os.environ[KEY_VARIABLE]),
        model,
    )


def _offline(model: str | None) -> Backend:
    server = offline_server()
    return Backend(
        "offline",
        "offline server",
        f"{server.url}?{urlencode({'model': model or 'local-demo'})}",
        "What you say stays on this machine: the offline server answers. "
        f"For OpenAI, set {KEY_VARIABLE} and connect again.",
        server.key,
        model or "local-demo",
        server,
    )


def _url(url: str, model: str | None) -> Backend:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not host:
        raise ConfigError(f"the address {url!r} names no host")
    if parts.username or parts.password:
        raise ConfigError("the address holds a password; give the key in its own variable instead")
    if parts.scheme == "ws" and host not in _LOOPBACK:
        raise ConfigError(f"ws:// to {host} would send your voice unencrypted; use wss://")
    if model:
        url += ("&" if parts.query else "?") + urlencode({"model": model})
    # A key is for the host that it was issued for: OpenAI's is never sent elsewhere.
    key = Secret(os.environ["RT_API_KEY"]) if os.environ.get("RT_API_KEY") else None
    said = f"What you say goes to {parts.netloc}."
    return Backend("url", parts.netloc, url, said, key, model or "")


BACKENDS: dict[str, Callable[[str | None], Backend]] = {"openai": _openai, "offline": _offline}
