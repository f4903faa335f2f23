"""What ``%rt_say`` says may end in a question mark.

IPython reads any line that ends in ``?`` as a request for help, before it knows the magic:
``%rt_say Who are you?`` would look up the name ``you``.
"""

from __future__ import annotations

from tokenize import DEDENT, INDENT, TokenInfo

from IPython.core.inputtransformer2 import MagicAssign, TokenTransformBase
from IPython.core.interactiveshell import InteractiveShell

__all__ = ["SaidLine", "keep_questions"]

MAGIC = "rt_say"


class SaidLine(TokenTransformBase):
    """``%rt_say TEXT`` and ``reply = %rt_say TEXT``, seen before IPython looks for help.

    ``%rt_say?`` still is help: it has no text.
    """

    priority = 1  # HelpEnd has 5 and begins at the same place; the lower comes first

    def __init__(self, start: tuple[int, int], percent: tuple[int, int]) -> None:
        super().__init__(start)  # type: ignore[no-untyped-call]
        self._percent = percent

    @classmethod
    def find(cls, tokens_by_line: list[list[TokenInfo]]) -> SaidLine | None:
        """Return the first line that says something."""
        for line in tokens_by_line:
            tokens = [token for token in line if token.type not in (INDENT, DEDENT)]
            magic = tokens[2:4] if len(tokens) > 2 and tokens[1].string == "=" else tokens[:2]
            if [token.string for token in magic] == ["%", MAGIC] and _has_text(magic[1]):
                return cls(tokens[0].start, magic[0].start)
        return None

    def transform(self, lines: list[str]) -> list[str]:
        """Write the line as a call."""
        return list(MagicAssign(self._percent).transform(lines))


def _has_text(name: TokenInfo) -> bool:
    return bool(name.line[name.end[1] :].strip("? \n"))


def keep_questions(shell: InteractiveShell) -> None:
    """Teach a shell to read ``%rt_say`` lines whole."""
    transformers = shell.input_transformer_manager.token_transformers
    if SaidLine not in transformers:
        transformers.append(SaidLine)
