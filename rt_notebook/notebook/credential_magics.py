"""The magic for ephemeral keys: ``%rt_token``."""

from __future__ import annotations

from typing import Any

from IPython.core.magic import line_magic, magics_class

from .shared import SharedMagics, plainly

__all__ = ["CredentialMagics"]


@magics_class
class CredentialMagics(SharedMagics):
    """Keys that end by themselves."""

    @line_magic
    @plainly
    def rt_token(self, line: str) -> Any:
        """Ask for an ephemeral key that starts sessions with this configuration.

        ``%rt_token [BACKEND] [--expires-after 600] [options of %rt_config] [-s NAME] [-o VAR]``

        With ``-s``, the configuration in force in that session comes first, as far as the
        endpoint knows it, and the options go over it. The value is a
        secret that shows as dots: ``.reveal()`` gives its text. ``rt.mint_client_secret``
        returns the session that it will start as well.
        """
        from ..client.credentials import mint_client_secret, options_after
        from .access import access_of

        args = self.parse("rt_token", line)
        endpoint, options = args.endpoint or "client_secrets", args.options
        if args.names_session:
            options = options_after(self.session(args).config, options, endpoint)
        minted = mint_client_secret(
            args.backend,
            endpoint=endpoint,
            expires_after=args.expires_after,
            **access_of(args),
            **options,
        )
        print(f"A key that can start sessions for {minted.seconds_left:.0f} s.")
        return self.hand_back(args, minted.value)
