"""What ``%load_ext rt_notebook`` adds to a shell: magics and their completion."""

from __future__ import annotations

from IPython.core.interactiveshell import InteractiveShell

from .analysis_magics import AnalysisMagics
from .cells import name_cells
from .completion import complete_magics
from .credential_magics import CredentialMagics
from .item_magics import ItemMagics
from .magics import RealtimeMagics
from .questions import keep_questions
from .record_magics import RecordMagics

__all__ = ["load"]


def load(shell: InteractiveShell) -> None:
    """Register the magics and their completion."""
    shell.register_magics(
        RealtimeMagics, ItemMagics, CredentialMagics, AnalysisMagics, RecordMagics
    )
    keep_questions(shell)
    complete_magics(shell)
    name_cells(shell)
