"""Find a Chromium that runs, or install one: ``python -m tests.browser.install``."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

__all__ = ["FLAGS", "NoChromium", "candidates", "find_chromium", "main", "version"]

#: Flags that every launch in these tests has: no sandbox (containers), no GPU, no own traffic.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MACOS = ("Chromium.app/Contents/MacOS/Chromium", "Google Chrome.app/Contents/MacOS/Google Chrome")
_WINDOWS = (r"Google\Chrome\Application\chrome.exe", r"Chromium\Application\chrome.exe")
_PLAYWRIGHT = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-win*/chrome.exe",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)
_INSTALL_SECONDS = 60.0
_LAUNCH_SECONDS = 60.0
_USER_AGENT = "data:text/html,<script>document.write(navigator.userAgent)</script>"


class NoChromium(RuntimeError):
    """No Chromium on this machine runs; the message says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "no Chromium found that runs: `python -m tests.browser.install` installs one, "
            "or RT_CHROMIUM names one"
        )


def candidates() -> Iterator[Path]:
    """Yield the Chromiums and Chromes of this machine; RT_CHROMIUM alone when it is set."""
    if chosen := os.environ.get("RT_CHROMIUM"):
        yield Path(chosen)
        return
    yield from (Path(found) for name in _NAMES if (found := shutil.which(name)))
    for folder in (Path("/Applications"), Path.home() / "Applications"):
        yield from (folder / name for name in _MACOS if (folder / name).exists())
    for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
        folder = Path(os.environ.get(variable, os.devnull))
        yield from (folder / name for name in _WINDOWS if (folder / name).exists())
    for pattern in _PLAYWRIGHT:
        yield from sorted(_playwright_cache().glob(pattern), reverse=True)


def _playwright_cache() -> Path:
    if chosen := os.environ.get("PLAYWRIGHT_BROWSERS_PATH"):
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "ms-playwright"
    caches = "Library/Caches" if sys.platform == "darwin" else ".cache"
    return Path.home() / caches / "ms-playwright"


@lru_cache(maxsize=32)
def version(executable: Path) -> str | None:
    """Launch a browser headless and return its version, or None when it does not run."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [str(executable), "--headless", *FLAGS, f"--user-data-dir={profile}"]
        try:
            done = subprocess.run(
                [*command, "--dump-dom", _USER_AGENT],
                capture_output=True,
                timeout=_LAUNCH_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
    found = re.search(rb"Chrome/([\d.]+)", done.stdout)
    return found[1].decode() if found else None


@lru_cache(maxsize=1)
def find_chromium() -> Path:
    """Return the first Chromium of this machine that runs.

    Raises
    ------
    NoChromium
        If there is none.
    """
    for path in candidates():
        if version(path):
            return path
    raise NoChromium


def _install_with_playwright() -> None:
    print(f"installing Chromium with Playwright ({_INSTALL_SECONDS:.0f} s at most)", flush=True)
    command = [sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"]
    _run(command, timeout=_INSTALL_SECONDS)


def _install_with_apt() -> None:
    if not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    print("installing Chromium with apt-get", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if _run(["apt-get", "update"], env=environment):
        install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
        _run(install, env=environment)


def _run(
    command: list[str], timeout: float | None = None, env: dict[str, str] | None = None
) -> bool:
    # In a group of its own: Playwright's downloader is a child of a child.
    process = subprocess.Popen(command, env=env, start_new_session=True)
    try:
        return process.wait(timeout) == 0
    except subprocess.TimeoutExpired:
        print(f"gave up after {timeout:.0f} s: {' '.join(command)}", flush=True)
        return False
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    if hasattr(os, "killpg"):
        import signal

        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _advice() -> str:
    if sys.platform.startswith("linux") and shutil.which("apt-get"):
        return "sudo apt-get update && sudo apt-get install -y chromium"
    return f"{sys.executable} -m playwright install --with-deps chromium"


def main() -> int:
    """Find or install a Chromium, say which, and return the exit status."""
    if (chosen := os.environ.get("RT_CHROMIUM")) and not version(Path(chosen)):
        print(f"RT_CHROMIUM names {chosen}, which does not run")
        return 1
    for install in (lambda: None, _install_with_playwright, _install_with_apt):
        install()
        version.cache_clear()
        try:
            path = find_chromium()
        except NoChromium:
            continue
        print(f"Chromium {version(path)}: {path}")
        return 0
    print(f"no Chromium that runs could be installed; run this, then the tests:\n  {_advice()}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
