"""The page object: a notebook that is open in JupyterLab or in Notebook 7.

notebook = open_notebook("%load_ext rt_notebook", "%rt_connect offline", microphone=wav)
notebook.run_all()
notebook.page.locator(".rt-panel").wait_for(state="attached")
assert notebook.evaluate("session.status") == "open"
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import ConsoleMessage, Page, TimeoutError

from .kernel import Kernel
from .lab import App, Lab

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["SCREENSHOTS", "Notebook", "write_notebook"]

#: Pictures that tests take; not in the repository.
SCREENSHOTS = Path(__file__).parent / "screenshots"

_NOTEBOOK = "window.jupyterapp?.shell?.currentWidget"
_KERNEL = f"{_NOTEBOOK}?.sessionContext?.session?.kernel"
_HIDE_SIDE_BARS = """() => {
    const shell = jupyterapp.shell;
    shell.collapseLeft?.();
    shell.collapseRight?.();
    for (const side of ["left", "right"])
        if (shell.isSideTabBarVisible?.(side)) shell.toggleSideTabBarVisibility(side);
}"""
_OPEN_MS = 60_000.0
_POLL_MS = 100.0


def write_notebook(path: Path, cells: tuple[str, ...], kernel: str = "python3") -> None:
    """Write a notebook of code cells."""
    import nbformat  # takes seconds, and no test of the fast suite needs it

    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    book.metadata["kernelspec"] = {"name": kernel, "display_name": kernel, "language": "python"}
    nbformat.write(book, path)


class Notebook:
    """A notebook in a page, and its kernel.

    Parameters
    ----------
    page
        An empty page.
    lab
        The server.
    name
        The notebook's file name in the server's folder.
    app
        "lab" or "notebook" (Notebook 7).
    host
        The host name that the page is loaded from.
    """

    def __init__(
        self, page: Page, lab: Lab, name: str, app: App = "lab", host: str = "127.0.0.1"
    ) -> None:
        self.page = page
        self.lab = lab
        self.path = lab.work / name
        self.console: list[str] = []
        self._url = lab.url(name, app, host)
        self._kernel: tuple[str, Kernel] | None = None
        page.on("console", self._keep)
        page.on("pageerror", lambda error: self.console.append(f"uncaught: {error}"))

    def open(self) -> Notebook:
        """Load the page and wait until the kernel is idle."""
        self.page.goto(self._url)
        self.wait_ready()
        return self

    def close(self) -> None:
        """Leave the kernel alone from here on; the page belongs to its window."""
        if self._kernel:
            self._kernel[1].close()

    # The page

    def wait_ready(self) -> None:
        """Wait until the notebook is shown and its kernel is idle."""
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for(
            state="attached", timeout=_OPEN_MS
        )
        self.wait_idle()

    def wait_idle(self, seconds: float = 60.0) -> None:
        """Wait until the kernel runs nothing."""
        self.wait_for(f"{_KERNEL}?.status === 'idle'", seconds)

    def wait_for(self, condition: str, seconds: float = 30.0) -> None:
        """Wait until a JavaScript expression in the page is true."""
        try:
            self.page.wait_for_function(f"() => {condition}", timeout=seconds * 1000)
        except TimeoutError:
            raise AssertionError(
                f"not true in the page within {seconds:g} s: {condition}"
            ) from None

    def wait_until(self, expression: str, seconds: float = 30.0) -> Any:
        """Wait until a Python expression in the kernel is true, and return its value."""
        deadline = time.monotonic() + seconds
        while not (value := self.evaluate(expression)):
            if time.monotonic() > deadline:
                raise AssertionError(f"not true in the kernel within {seconds:g} s: {expression}")
            self.page.wait_for_timeout(_POLL_MS)
        return value

    def reload(self) -> None:
        """Load the page again; the kernel goes on."""
        self.page.reload()
        self.wait_ready()

    def use_theme(self, theme: str) -> None:
        """Switch to "light" or "dark"."""
        name = f"JupyterLab {theme.capitalize()}"
        self.command("apputils:change-theme", theme=name)
        light = "true" if theme == "light" else "false"
        self.wait_for(f"document.body.dataset.jpThemeLight === '{light}'")
        self.wait_for("!document.getElementById('jupyterlab-splash')")

    def resize(self, width: int, height: int = 800) -> None:
        """Change the window's size, with the side bars hidden so that the notebook has it all."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.evaluate(_HIDE_SIDE_BARS)

    def screenshot(self, name: str, selector: str = "") -> Path:
        """Take a picture of the window, or of one element, and return its file."""
        path = SCREENSHOTS / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        (self.page.locator(selector).first if selector else self.page).screenshot(path=path)
        return path

    def command(self, name: str, **arguments: Any) -> Any:
        """Execute a command of the app and wait for what it does."""
        call = "([name, args]) => jupyterapp.commands.execute(name, args).then(() => null)"
        return self.page.evaluate(call, [name, arguments])

    # Cells

    def run_all(self, seconds: float = 120.0) -> None:
        """Run all cells and wait for the last."""
        self._start("notebook:run-all-cells")
        self._wait_run(seconds)

    def run_cell(self, index: int, *, wait: bool = True, seconds: float = 120.0) -> None:
        """Run one cell; `wait=False` returns as soon as the page has sent it."""
        self.page.evaluate(
            "(i) => { jupyterapp.shell.currentWidget.content.activeCellIndex = i; }", index
        )
        self._start("notebook:run-cell")
        if wait:
            self._wait_run(seconds)

    def run(self, code: str, *, wait: bool = True, seconds: float = 120.0) -> int:
        """Write a new cell at the end, run it and return its index."""
        index: int = self.page.evaluate(
            f"""(source) => {{
                const cells = {_NOTEBOOK}.content.model.sharedModel;
                cells.insertCell(cells.cells.length, {{cell_type: "code", source}});
                return cells.cells.length - 1;
            }}""",
            code,
        )
        self.run_cell(index, wait=wait, seconds=seconds)
        return index

    def outputs(self, index: int) -> list[dict[str, Any]]:
        """Return a cell's outputs as the notebook's model has them now, as nbformat has them."""
        cell = f"{_NOTEBOOK}.content.model.cells.get(i).outputs.toJSON()"
        found: list[dict[str, Any]] = self.page.evaluate(f"(i) => {cell}", index)
        return found

    def _start(self, command: str) -> None:
        # A run is over when the promise is settled; the page counts the open ones.
        self.page.evaluate(
            """(name) => {
                window.__rtRunning = (window.__rtRunning ?? 0) + 1;
                const done = () => { window.__rtRunning -= 1; };
                jupyterapp.commands.execute(name).then(done, done);
            }""",
            command,
        )

    def _wait_run(self, seconds: float) -> None:
        self.wait_for("window.__rtRunning === 0", seconds)

    # The kernel and the file

    @property
    def kernel(self) -> Kernel:
        """The notebook's kernel, beside the page."""
        kernel_id: str = self.page.evaluate(f"() => {_KERNEL}.id")
        if self._kernel is None or self._kernel[0] != kernel_id:
            self.close()
            self._kernel = (kernel_id, Kernel(self.lab.kernel_file(kernel_id)))
        return self._kernel[1]

    def evaluate(self, expression: str, seconds: float = 30.0) -> Any:
        """Return the value of a Python expression in the kernel, by way of JSON."""
        return self.kernel.evaluate(expression, seconds)

    def interrupt(self) -> None:
        """Press the stop button: Ctrl-C in the kernel."""
        self.page.evaluate(f"() => {_KERNEL}.interrupt()")

    def restart_kernel(self, *, wait: bool = True) -> None:
        """Begin with an empty namespace, as the restart button does when it is confirmed."""
        self.close()
        self._kernel = None
        self.page.evaluate(f"() => void {_NOTEBOOK}.sessionContext.restartKernel()")
        if wait:
            self.wait_idle()

    def stop_kernel(self) -> None:
        """Shut the kernel down; the page stays."""
        self.close()
        self._kernel = None
        self.page.evaluate(f"() => {_NOTEBOOK}.sessionContext.shutdown()")

    def save(self) -> NotebookNode:
        """Save the notebook, once more if it changed meanwhile, and return what is in the file."""
        import nbformat

        saved = "do await context.save(); while (context.model.dirty);"
        self.page.evaluate(f"async () => {{ const {{context}} = {_NOTEBOOK}; {saved} }}")
        return nbformat.read(self.path, as_version=4)

    def reopen_without_kernel(self) -> None:
        """Save, end the kernel, and open the page as on another day, running no cell."""
        self.save()
        self.stop_kernel()
        self.reload()

    def _keep(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.console.append(f"{message.type}: {message.text}"[:2000])
