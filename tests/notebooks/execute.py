"""Run the notebooks and keep what they show: ``python -m tests.notebooks.execute [NOTEBOOK …]``.

They run as a reader runs them: Run All on the offline server, with no provider's key. What
is kept says nothing of the machine, and no widget: the copy beside each panel shows the talk.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..browser.lab import clean_environment

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["NOTEBOOKS", "execute", "keepable", "main"]

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
CELL_SECONDS = 120
WIDGET = "application/vnd.jupyter.widget-view+json"


def execute(path: Path) -> NotebookNode:
    """Return a notebook as it is after Run All in an empty folder; a cell's error is raised."""
    import nbformat  # takes seconds, and no test of the fast suite executes a notebook
    from nbclient import NotebookClient

    book = nbformat.read(path, as_version=4)
    metadata = dict(book.metadata)
    with tempfile.TemporaryDirectory(prefix="rt-notebook-") as folder:
        environment = {**clean_environment(), "IPYTHONDIR": f"{folder}/ipython"}
        client = NotebookClient(
            book,
            timeout=CELL_SECONDS,
            kernel_name="python3",
            record_timing=False,
            store_widget_state=False,
            resources={"metadata": {"path": folder}},
        )
        client.execute(env=environment)
    book.metadata = nbformat.from_dict(metadata)
    return keepable(book)


def keepable(book: Any) -> Any:
    """Drop the outputs that need a live kernel to be seen; join what one stream said in pieces."""
    for cell in book["cells"]:
        if "outputs" not in cell:
            continue
        kept: list[Any] = []
        for output in cell["outputs"]:
            if kept and "text" in output and kept[-1].get("name") == output["name"]:
                kept[-1]["text"] += output["text"]
            elif WIDGET not in output.get("data", {}):
                kept.append(output)
        cell["outputs"] = kept
    return book


def main(names: list[str]) -> None:
    """Execute the named notebooks, or all, and write them back."""
    import nbformat

    for path in map(Path, names) if names else NOTEBOOKS:
        nbformat.write(execute(path), path)
        print(path.name)


if __name__ == "__main__":
    main(sys.argv[1:])
