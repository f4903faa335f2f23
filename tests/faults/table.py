"""Write what is survived into the README: ``python -m tests.faults.table``."""

from __future__ import annotations

from pathlib import Path

from .matrix import declared

__all__ = ["README", "table", "with_table"]

README = Path(__file__).parents[2] / "README.md"
_HEAD = "| | what breaks | what happens |\n|---|---|---|\n"
_ABOVE, _BELOW = "<!-- faults: begin -->\n", "<!-- faults: end -->\n"


def table() -> str:
    """Return the matrix as a table of Markdown."""
    rows = declared().items()
    return _HEAD + "".join(f"| {name} | {row.breaks} | {row.then} |\n" for name, row in rows)


def with_table(text: str) -> str:
    """Return the README's text with the table as the tests have it."""
    before, _, rest = text.partition(_ABOVE)
    return f"{before}{_ABOVE}{table()}{_BELOW}{rest.partition(_BELOW)[2]}"


if __name__ == "__main__":
    README.write_text(with_table(README.read_text("utf-8")), "utf-8")
