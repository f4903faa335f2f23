"""Where a session can be: OpenAI, Azure, the offline server, or any Realtime server by URL.

Rules
-----
- Voices and keys travel encrypted: ``ws://`` is for loopback alone.
- An address is never quoted: it may hold a password.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from ..config.catalogue import DEFAULT_MODEL
from ..errors import ConfigError
from ..secret import Secret
from .access import (
    AZURE_SUFFIXES,
    OPENAI_HOST,
    Access,
    admission,
    bearer,
    check_header,
    payer,
)
from .offline import OfflineServer, offline_server

__all__ = ["BACKENDS", "LOOPBACK", "Backend", "is_backend", "resolve_backend"]

OPENAI_BASE_URL = "https://api.openai.com/v1"
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_ADDRESS = ("ws://", "wss://")
_WEBSOCKET_SCHEMES = {"https": "wss", "http": "ws", "wss": "wss", "ws": "ws"}


@dataclass(frozen=True)
class Backend:
    """One server to talk to.

    Parameters
    ----------
    name : str
        ``openai``, ``azure``, ``offline`` or ``url``.
    label : str
        What people see: a host, or "offline server".
    url : str
        Complete WebSocket URL, model included.
    sound_goes_to : str
        One sentence that says who hears the microphone.
    model : str
        The model that was asked for.
    key : Secret or None
        What lets us in.
    secret_headers : mapping of str to Secret
        Request headers: the key and whatever else was given.
    proxy : Secret or None
        URL of the proxy to go through.
    server : OfflineServer or None
        The child process behind it.
    dialect : {"ga", "beta"}
        How it speaks.
    """

    name: str
    label: str
    url: str
    sound_goes_to: str
    model: str = ""
    key: Secret | None = None
    secret_headers: Mapping[str, Secret] = field(default_factory=dict)
    proxy: Secret | None = None
    server: OfflineServer | None = field(default=None, repr=False)
    dialect: str = "ga"

    def only_transcribing(self) -> Backend:
        """Return this server for a session without answers: it asks for no model."""
        parts = urlsplit(self.url)
        query = [(name, value) for name, value in parse_qsl(parts.query) if name != "model"]
        query.append(("intent", "transcription"))
        return replace(self, url=urlunsplit(parts._replace(query=urlencode(query))), model="")

    def revived(self) -> Backend:
        """Return this backend with a server that runs, if its own has ended; waits for it."""
        if self.server is None or self.server.running:
            return self
        server = offline_server()
        url = f"{server.url}?{urlsplit(self.url).query}"
        headers = {**self.secret_headers, **bearer(server.key)}
        return replace(self, url=url, key=server.key, secret_headers=headers, server=server)

    def headers(self) -> dict[str, str]:
        """Return the request headers in clear: only for the connecting expression itself."""
        beta = {"OpenAI-Beta": "realtime=v1"} if self.dialect == "beta" else {}
        return {**beta, **{name: value.reveal() for name, value in self.secret_headers.items()}}


def resolve_backend(
    name: str | None, model: str | None = None, access: Access | None = None
) -> Backend:
    """Return the backend of a name or URL; may start the offline server and wait for it.

    Parameters
    ----------
    name : str or None
        ``openai``, ``azure``, ``offline``, a ``wss://`` URL (``ws://`` on loopback), or None
        for OpenAI when ``OPENAI_API_KEY`` is set and the offline server otherwise.
    model : str, optional
        Default is the newest; Azure takes the name of a deployment.
    access : Access, optional
        Key, proxy and headers.

    Raises
    ------
    ConfigError
        If there is no such backend, no key, or the URL is not safe to talk to.
    """
    access = access or Access()
    if name is None:
        name = "openai" if access.token or access.key("OPENAI_API_KEY") else "offline"
    if name.startswith(_ADDRESS):
        return _url(name, model, access)
    if name not in BACKENDS:
        known = ", ".join(repr(known) for known in BACKENDS)
        raise ConfigError(
            f"no backend is called {name!r}; use {known}, or the wss:// address of a server"
        )
    return BACKENDS[name](model, access)


def is_backend(name: str) -> bool:
    """Whether `resolve_backend` would take this for a server's name or address."""
    return name in BACKENDS or name.startswith(_ADDRESS)


def _openai(model: str | None, access: Access) -> Backend:
    model = model or DEFAULT_MODEL
    url = _realtime_url(os.environ.get("OPENAI_BASE_URL") or OPENAI_BASE_URL, model)
    host = urlsplit(url).hostname or ""
    key, header = admission(host, access)
    if key is None and not access.trusts(host):
        raise ConfigError(
            f"OPENAI_BASE_URL names {host}, and OPENAI_API_KEY is for {OPENAI_HOST}; "
            f"give that host's own key, or allow_host={host!r}"
        )
    if key is None:
        raise ConfigError(
            "no API key; set OPENAI_API_KEY before the kernel starts, or connect to 'offline'"
        )
    said = f"What you say goes to OpenAI ({host}) and is billed to your key."
    return _remote("openai", url, said, model, key, {**payer(access), **header}, access)


def _azure(model: str | None, access: Access) -> Backend:
    endpoint = os.environ.get("AZURE_OPENAI_ENDPOINT")
    host = _address("AZURE_OPENAI_ENDPOINT", endpoint).hostname or "" if endpoint else ""
    if not host.endswith(AZURE_SUFFIXES):
        raise ConfigError(
            "no Azure endpoint; set AZURE_OPENAI_ENDPOINT to https://NAME.openai.azure.com"
        )
    if not model:
        raise ConfigError("Azure needs the name of your deployment; give it as model")
    key, header = admission(host, access)
    if key is None:
        raise ConfigError(
            "no Azure key; set AZURE_OPENAI_API_KEY before the kernel starts, or give a token"
        )
    url = _realtime_url(f"https://{host}/openai/v1", model)
    said = f"What you say goes to Azure OpenAI ({host}) and is billed to your resource."
    return _remote("azure", url, said, model, key, header, access)


def _offline(model: str | None, access: Access) -> Backend:
    server = offline_server()
    model = model or "local-demo"
    return Backend(
        "offline",
        "offline server",
        f"{server.url}?{urlencode({'model': model})}",
        "What you say stays on this machine: the offline server answers. "
        "For OpenAI, set OPENAI_API_KEY and connect again.",
        model,
        server.key,
        bearer(server.key),
        server=server,
    )


def _url(url: str, model: str | None, access: Access) -> Backend:
    parts = _address("the address", url)
    host = parts.hostname or ""
    if parts.scheme == "ws" and host not in LOOPBACK:
        raise ConfigError(f"ws:// to {host} would send your voice unencrypted; use wss://")
    if model:
        url += ("&" if parts.query else "?") + urlencode({"model": model})
    key, header = admission(host, access, "RT_API_KEY")
    billed = payer(access) if host == OPENAI_HOST else {}
    said = f"What you say goes to {parts.netloc}."
    return _remote("url", url, said, model or "", key, {**billed, **header}, access)


def _remote(
    name: str,
    url: str,
    said: str,
    model: str,
    key: Secret | None,
    headers: Mapping[str, Secret],
    access: Access,
) -> Backend:
    every = {**headers, **access.headers}
    for header, value in every.items():
        check_header(header, value)
    return Backend(name, urlsplit(url).netloc, url, said, model, key, every, access.proxy)


def _realtime_url(base_url: str, model: str) -> str:
    """Return the WebSocket URL of an HTTP base URL.

    Raises
    ------
    ConfigError
        If it is malformed, or neither https nor on loopback.
    """
    parts = _address("OPENAI_BASE_URL", base_url)
    scheme = _WEBSOCKET_SCHEMES.get(parts.scheme)
    if scheme is None or (scheme == "ws" and parts.hostname not in LOOPBACK):
        raise ConfigError(
            f"OPENAI_BASE_URL is not https:// (host {parts.hostname}); use one that is"
        )
    path = parts.path.rstrip("/") + "/realtime"
    return urlunsplit((scheme, parts.netloc, path, urlencode({"model": model}), ""))


def _address(named: str, address: str) -> SplitResult:
    """Split the address of a server.

    Raises
    ------
    ConfigError
        If it is malformed, names no host, or holds a password.
    """
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port  # reading a port checks it
        host.encode("idna")
    except ValueError:
        raise ConfigError(
            f"{named} is malformed; check the host's name, and that the port is 0 to 65535"
        ) from None
    if "@" in parts.netloc:
        raise ConfigError(f"{named} holds a password; give the key in its own variable instead")
    if not host:
        raise ConfigError(
            f"{named} names no host; its form is https://HOST/PATH, or wss://HOST/PATH"
        )
    return parts


BACKENDS: dict[str, Callable[[str | None, Access], Backend]] = {
    "openai": _openai,
    "azure": _azure,
    "offline": _offline,
}
