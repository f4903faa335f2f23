"""The rules of style that a machine can check, over the whole checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
TOP_LEVEL = {"pyproject.toml", "rt_notebook", "js", "notebooks", "tests", "README.md", "LICENSE"}
LINES_WORTH_A_SEAM = 400
# Written apart, because this file is searched too.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
    )
]
CATCH_ALL_NAMES = {"common", "helper", "helpers", "manager", "managers", "util", "utils"}


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    """Return the files of the checkout that git tracks, relative to its top."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    paths = [Path(name) for name in listing.stdout.split("\0") if name]
    return [path for path in paths if (ROOT / path).is_file()]


@pytest.mark.parametrize(
    "arguments",
    [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]],
    ids=["ruff check", "ruff format", "mypy"],
)
def test_the_checker_finds_nothing(arguments):
    result = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True
    )
    assert result.returncode == 0, f"{result.stdout}\n{result.stderr}"


def test_ci_runs_the_readmes_test_line_and_nothing_else():
    commands = (ROOT / "README.md").read_text("utf-8").partition("```sh\n")[2].partition("```")[0]
    test_line = commands.splitlines()[1]
    script = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert script[-1] == test_line


def test_no_module_is_longer_than_400_lines(tracked):
    homes = (Path("rt_notebook"), Path("js/src"))
    sources = [
        path
        for path in tracked
        if any(home in path.parents for home in homes)
        and path.suffix in {".css", ".js", ".py"}
        and "static" not in path.parts  # built
    ]
    lengths = {str(path): len((ROOT / path).read_text("utf-8").splitlines()) for path in sources}
    assert {name: n for name, n in lengths.items() if n > LINES_WORTH_A_SEAM} == {}


def test_no_file_names_a_path_of_a_machine_or_a_registry(tracked):
    home = Path.home()
    forbidden = [f"{ROOT}", *([f"{home}/"] if len(home.parts) > 1 else []), *REGISTRIES]
    found = [
        f"{path}: {text}"
        for path in tracked
        for text in forbidden
        if text.encode() in (ROOT / path).read_bytes()
    ]
    assert found == []


def test_no_module_has_a_catch_all_name(tracked):
    sources = [path for path in tracked if path.suffix in {".js", ".py"}]
    assert [path for path in sources if path.stem.strip("_").lower() in CATCH_ALL_NAMES] == []


def test_the_top_level_holds_what_the_design_names_and_nothing_else(tracked):
    names = {path.parts[0] for path in tracked}
    assert {name for name in names if not name.startswith(".")} == TOP_LEVEL
