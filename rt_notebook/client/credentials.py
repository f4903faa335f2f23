"""Ephemeral keys: minted over HTTP with a session's configuration, for a browser or a colleague.

Source: API reference, ``POST /realtime/client_secrets`` (GA), ``/realtime/sessions`` and
``/realtime/transcription_sessions`` (the older ways, with flat beta configurations).
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from ..config.dialect import to_wire
from ..config.flat import session_event
from ..config.hidden import revealed
from ..config.reading import Unreadable, Whole, either
from ..config.succession import followed_by
from ..errors import ConfigError, ConnectionLost, RealtimeError, ServerError
from ..secret import Secret, redact
from .access import Access
from .backends import LOOPBACK, Backend, resolve_backend
from .client_secret import ClientSecret
from .websocket import untrusted, unusable_proxy

__all__ = ["ENDPOINTS", "mint_client_secret", "options_after"]

ENDPOINTS = ("client_secrets", "sessions", "transcription_sessions")
#: What the older ways start: they know no type of session.
_STARTED = {"sessions": "realtime", "transcription_sessions": "transcription"}
TIMEOUT_SECONDS = 15.0
_TTL_SECONDS = Whole(10, 7200, unit="s")
_HTTP_SCHEMES = {"wss": "https", "ws": "http"}

Json = dict[str, Any]


def mint_client_secret(
    backend: str | None = None,
    *,
    expires_after: float | None = None,
    endpoint: str = "client_secrets",
    # Credentials and the way there
    api_key: Secret | str | None = None,
    api_key_env: str | None = None,
    token: Secret | str | None = None,
    organization: str | None = None,
    project: str | None = None,
    headers: Mapping[str, Secret | str] | None = None,
    proxy: Secret | str | None = None,
    allow_host: str | None = None,
    timeout: float = TIMEOUT_SECONDS,
    **options: Any,
) -> ClientSecret:
    """Ask for an ephemeral key that starts sessions with this configuration.

    Parameters
    ----------
    backend : str, optional
        As for `rt_notebook.connect`.
    expires_after : float, optional
        Seconds in which the key can start a session, 10 to 7200; a session that it started
        lives on. By default the server's: 600, and 60 of the older ways.
    endpoint : {"client_secrets", "sessions", "transcription_sessions"}
        The way of GA, or one of the older two.
    api_key, api_key_env, token, organization, project, headers, proxy, allow_host
        As for `rt_notebook.connect`.
    timeout : float
        Seconds until the answer must be there.
    **options
        Flat names as for `RealtimeSession.configure`, and ``model``.

    Raises
    ------
    ConfigError
        If an option or the proxy cannot be, or there is no key to ask with.
    ServerError
        If the server refuses; the sentence has the status and the request's id.
    ConnectionLost
        If it cannot be reached.
    """
    _check_endpoint(endpoint)
    access = Access.given(
        api_key=api_key,
        api_key_env=api_key_env,
        token=token,
        organization=organization,
        project=project,
        headers=headers,
        proxy=proxy,
        allow_host=allow_host,
    )
    seconds = None if expires_after is None else _seconds(expires_after)
    body = _body(endpoint, seconds, options)
    resolved = resolve_backend(backend, options.get("model"), access)
    session = body["session"] if endpoint == "client_secrets" else body
    if endpoint != "transcription_sessions" and session.get("type") != "transcription":
        session.setdefault("model", resolved.model)
    return ClientSecret.read(_post(resolved, endpoint, revealed(body), timeout))


def options_after(
    in_force: Mapping[str, Any], options: Mapping[str, Any], endpoint: str = "client_secrets"
) -> Json:
    """Return flat options for `mint_client_secret`: those that are named, over those in force.

    Parameters
    ----------
    in_force : mapping
        ``session.config``; what the endpoint does not know of it is left out.
    options : mapping
        Flat names.
    endpoint : {"client_secrets", "sessions", "transcription_sessions"}
        As for `mint_client_secret`.

    Raises
    ------
    ConfigError
        If one of `options` cannot be.
    """
    _check_endpoint(endpoint)
    dialect = "beta" if endpoint in _STARTED else "ga"
    if endpoint == "transcription_sessions":
        options = {"session_type": "transcription", **options}
    return followed_by(in_force, options, dialect=dialect)


def _check_endpoint(endpoint: str) -> None:
    if endpoint not in ENDPOINTS:
        raise ConfigError(f"endpoint takes {either(ENDPOINTS)}, got {endpoint!r}")


def _seconds(given: float) -> int:
    try:
        return int(_TTL_SECONDS(given))
    except Unreadable as error:
        hint = f"; {error.hint}" if error.hint else ""
        raise ConfigError(f"expires_after takes {_TTL_SECONDS}, got {error.got}{hint}") from None


def _body(endpoint: str, seconds: int | None, options: Mapping[str, Any]) -> Json:
    lasting = {"anchor": "created_at", "seconds": seconds}
    if endpoint == "client_secrets":
        body = {"session": session_event(options)["session"]}
        return body if seconds is None else {"expires_after": lasting, **body}
    event = session_event({"session_type": _STARTED[endpoint], **options}, dialect="beta")
    if (kind := event["session"]["type"]) != _STARTED[endpoint]:
        fitting = next(name for name, started in _STARTED.items() if started == kind)
        raise ConfigError(
            f"endpoint {endpoint} starts no {kind} session; ask with endpoint={fitting!r}"
        )
    body = dict(to_wire(event, "beta")["session"])
    if seconds is not None:
        name = "expires_at" if endpoint == "transcription_sessions" else "expires_after"
        body["client_secret"] = {name: lasting}
    return body


def _post(backend: Backend, endpoint: str, body: Json, timeout: float) -> Json:
    """Post without following a redirect: the key is for the host that was named."""
    import httpx

    parts = urlsplit(backend.url)
    path = f"{parts.path.rstrip('/')}/{endpoint}"
    url = urlunsplit((_HTTP_SCHEMES[parts.scheme], parts.netloc, path, "", ""))
    failure: RealtimeError
    try:
        # Whatever is raised here has the headers in its frames: it is replaced below,
        # outside the except clause.
        with httpx.Client(
            verify=_trust(parts.scheme), timeout=timeout, **_path_options(backend)
        ) as client:
            answer = client.post(url, json=body, headers=backend.headers())
        return _read(answer)
    except RealtimeError as error:
        failure = error.with_traceback(None)
    except httpx.TimeoutException:
        failure = ConnectionLost(f"{parts.netloc} did not answer within {timeout:g} s")
    except (httpx.InvalidURL, ValueError, ImportError) as error:
        failure = unusable_proxy(error, "socksio")
    except httpx.HTTPError as error:
        reason = untrusted(error) or type(error).__name__
        failure = ConnectionLost(f"cannot reach {parts.netloc}: {reason}")
    raise failure


def _path_options(backend: Backend) -> dict[str, Any]:
    """Options for the way there, as the session's own connection has them."""
    if urlsplit(backend.url).hostname in LOOPBACK:
        return {"trust_env": False}
    return {"proxy": backend.proxy.reveal()} if backend.proxy else {}


def _trust(scheme: str) -> ssl.SSLContext:
    """Whom to believe: as the session's own connection does; in clear nobody is asked."""
    if scheme == "wss":
        return ssl.create_default_context()
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # without certificates, which take long to load


def _read(answer: Any) -> Json:
    """Return the JSON of an HTTP answer.

    Raises
    ------
    ServerError
        If it is a refusal, a redirect, or not the JSON that was promised.
    """
    try:
        body = answer.json()
    except ValueError:
        body = None
    request_id = answer.headers.get("x-request-id")
    where = f"status {answer.status_code}{f', request {request_id}' if request_id else ''}"
    if answer.is_success and isinstance(body, dict):
        return body
    error = body.get("error") if isinstance(body, dict) else None
    error = error if isinstance(error, dict) else {}
    if answer.has_redirect_location:
        told = "the server sends elsewhere; if you trust it, name it yourself"
    elif answer.is_success:
        told = "the server's answer is no JSON object"
    else:
        told = redact(str(error.get("message") or "the server refused")).rstrip(".")
    raise ServerError(f"{told} ({where})", code=error.get("code"), param=error.get("param"))
