"""What lets us in at a server, and which host may be given it.

Rules
-----
- A key is for the host that it was issued for. The value of ``OPENAI_API_KEY`` goes to
  OpenAI's host and to no other, however it was given, unless `Access.allow_host` says so.
- The host decides which key fits and how it is sent, not the name by which it was asked for.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import ConfigError
from ..secret import Secret, as_secret

__all__ = [
    "AZURE_SUFFIXES",
    "OPENAI_HOST",
    "Access",
    "admission",
    "bearer",
    "check_header",
    "payer",
]

OPENAI_HOST = "api.openai.com"
AZURE_SUFFIXES = (".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com")
#: RFC 9110 §5.6.2 and §5.5, without the bytes that each library encodes in its own way.
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")


@dataclass(frozen=True)
class Access:
    """What a person gives to be let in; everything secret is a `Secret` from here on.

    Parameters
    ----------
    api_key : Secret or None
        Goes before the environment's.
    api_key_env : str or None
        Name of the variable that holds the key, instead of the backend's own.
    token : Secret or None
        A Microsoft Entra token, for Azure's hosts alone; goes before a key.
    organization, project : str or None
        OpenAI's; by default ``OPENAI_ORG_ID`` and ``OPENAI_PROJECT_ID``.
    proxy : Secret or None
        URL of an HTTP proxy; it may hold a password.
    headers : mapping of str to Secret
        Further request headers.
    allow_host : str or None
        A host that may be given OpenAI's key although it is not OpenAI.
    """

    api_key: Secret | None = None
    api_key_env: str | None = None
    token: Secret | None = None
    organization: str | None = None
    project: str | None = None
    proxy: Secret | None = None
    headers: Mapping[str, Secret] = field(default_factory=dict)
    allow_host: str | None = None

    @classmethod
    def given(
        cls,
        *,
        api_key: Secret | str | None = None,
        token: Secret | str | None = None,
        proxy: Secret | str | None = None,
        headers: Mapping[str, Secret | str] | None = None,
        **plain: str | None,
    ) -> Access:
        """Return the access of what a person gave; texts that must not be seen are hidden."""
        hidden = {"api_key": api_key, "token": token, "proxy": proxy}
        secrets = {name: as_secret(text) for name, text in hidden.items() if text is not None}
        every = {name: as_secret(text) for name, text in (headers or {}).items()}
        return cls(**secrets, **plain, headers=every)  # type: ignore[arg-type]  # checked by name

    def key(self, *variables: str) -> Secret | None:
        """Return the key that was given, else the first that the environment has, else None.

        Raises
        ------
        ConfigError
            If `api_key_env` names a variable that is not set.
        """
        if self.api_key is not None:
            return self.api_key
        if self.api_key_env and not os.environ.get(self.api_key_env):
            raise ConfigError(
                f"no API key: {self.api_key_env} is not set; set it before the kernel starts"
            )
        names = (self.api_key_env,) if self.api_key_env else variables
        return next((Secret(os.environ[name]) for name in names if os.environ.get(name)), None)

    def trusts(self, host: str) -> bool:
        """Whether a host may be given OpenAI's key."""
        return host in (OPENAI_HOST, (self.allow_host or "").lower())


def admission(
    host: str, access: Access, *variables: str
) -> tuple[Secret | None, dict[str, Secret]]:
    """Return the key or token for a host, and the header that carries it there.

    Parameters
    ----------
    host : str
        Where it goes to; this decides which key fits, and how it is sent.
    access : Access
        What was given.
    *variables : str
        Further variables that may hold the key, after those of the host.

    Raises
    ------
    ConfigError
        If what was given is for another host.
    """
    on_azure = host.endswith(AZURE_SUFFIXES)
    if access.token is not None and not on_azure:
        raise ConfigError(f"a token is for Azure, and {host} is not; give that host's own key")
    of_host = {"AZURE_OPENAI_API_KEY": on_azure, "OPENAI_API_KEY": access.trusts(host)}
    fitting = (name for name, fits in of_host.items() if fits)
    key = access.token or access.key(*fitting, *variables)
    if key is None:
        return None, {}
    if not access.trusts(host) and _is_openais(key):
        raise ConfigError(
            f"OPENAI_API_KEY is for {OPENAI_HOST}, and not for {host}; "
            f"give that host's own key, or allow_host={host!r}"
        )
    return key, {"api-key": key} if on_azure and not access.token else bearer(key)


def _is_openais(key: Secret) -> bool:
    known = os.environ.get("OPENAI_API_KEY", "")
    return known != "" and key == Secret(known)


def payer(access: Access) -> dict[str, Secret]:
    """Return the headers that say who is billed at OpenAI."""
    named = {
        "OpenAI-Organization": access.organization or os.environ.get("OPENAI_ORG_ID"),
        "OpenAI-Project": access.project or os.environ.get("OPENAI_PROJECT_ID"),
    }
    return {name: Secret(value) for name, value in named.items() if value}


def bearer(key: Secret) -> dict[str, Secret]:
    """Return the header that carries a key or token."""
    return {"Authorization": Secret(f"Bearer {key.reveal()}")}


def check_header(name: str, value: Secret) -> None:
    """Refuse a header that HTTP cannot carry; libraries differ in what they make of it.

    Raises
    ------
    ConfigError
        In a sentence that does not show the value.
    """
    if not _HEADER_NAME.fullmatch(name):
        raise ConfigError(f"{name!r} is no name of a header; use letters, digits and hyphens")
    if not _HEADER_VALUE.fullmatch(value.reveal()):
        what = "the key or token" if name in ("Authorization", "api-key") else f"the header {name}"
        raise ConfigError(f"{what} holds more than printable ASCII; copy it once more")
