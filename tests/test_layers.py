"""Imports point down the ranks of the design, wherever in a module they stand."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = "rt_notebook"
ROOT = Path(__file__).resolve().parents[1] / PACKAGE
FRONT = "__init__"  # what users import: on top of everything

RANKS = {
    FRONT: 8,
    "cli": 7,
    "notebook": 6,
    "client": 5,
    "analysis": 4,
    "record": 3,
    "protocol": 2,
    "config": 1,
    "audio": 1,
    "errors": 0,
    "background": 0,
    "secret": -1,  # even an error's text is without secrets
}
# If server and client shared one misreading of the API, every test would still pass.
SERVER_MAY_IMPORT = ("errors", "secret", "config", "audio", "protocol.events")
SERVER_IS_STARTED_BY = {"cli", "server"}

# protocol/ decides; clocks, ids, sockets and threads are other people's business.
PURE = {
    "__future__", "base64", "binascii", "bisect", "collections", "copy", "dataclasses", "enum",
    "functools", "itertools", "json", "math", "operator", "re", "types", "typing",
}  # fmt: skip
IO_CALLS = {"input", "open", "print"}

MODULES = sorted(ROOT.rglob("*.py"))


def dotted(path: Path) -> str:
    """Return a module's name below the package: ``client.session``, ``client.__init__``."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def imported(source: str, module: str, inside: frozenset[str]) -> Iterator[str]:
    """Yield the absolute names that a module imports, in functions and for types too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = origin(node, module)
            for alias in node.names:
                # "from ..protocol import events" imports a module, "from ..errors import X" a name
                longer = f"{start}.{alias.name}"
                yield longer if longer in inside else start


def origin(node: ast.ImportFrom, module: str) -> str:
    if not node.level:
        return node.module or ""
    parents = [PACKAGE, *module.split(".")][: -node.level]
    return ".".join([*parents, node.module] if node.module else parents)


def modules_inside() -> frozenset[str]:
    names = {f"{PACKAGE}.{dotted(path)}" for path in MODULES}
    return frozenset(names | {name.removesuffix(".__init__") for name in names})


def own_imports(source: str, module: str) -> set[str]:
    """Return what a module imports of the package, without the package's name."""
    names = imported(source, module, modules_inside())
    own = {name for name in names if name.split(".")[0] == PACKAGE}
    return {name.partition(".")[2] or FRONT for name in own}


def room(module: str) -> str:
    return module.split(".")[0]


def faults(source: str, module: str) -> list[str]:
    """Return the imports of a module that point up or sideways."""
    here = room(module)
    targets = {name for name in own_imports(source, module) if room(name) != here}
    if here == "server":
        allowed = tuple(f"{name}." for name in SERVER_MAY_IMPORT)
        return sorted(name for name in targets if not f"{name}.".startswith(allowed))
    to_server = {name for name in targets if room(name) == "server"}
    upward = {name for name in targets - to_server if RANKS[room(name)] >= RANKS[here]}
    return sorted(upward | (to_server if here not in SERVER_IS_STARTED_BY else set()))


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_imports_only_go_down_the_ranks(path):
    assert faults(path.read_text("utf-8"), dotted(path)) == []


def test_every_room_has_a_rank():
    assert {room(dotted(path)) for path in MODULES} <= {*RANKS, "server"}


@pytest.mark.parametrize("path", sorted((ROOT / "protocol").glob("*.py")), ids=dotted)
def test_the_protocol_has_no_io_no_clock_no_thread_no_ids_of_its_own(path):
    source = path.read_text("utf-8")
    others = {name.split(".")[0] for name in imported(source, dotted(path), modules_inside())}
    assert others - PURE - {PACKAGE} == set()
    called = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    assert called & IO_CALLS == set()


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("client.session", "from ..notebook.comm import pack"),
        ("client.session", "from .. import connect"),
        ("client.session", "import rt_notebook"),
        ("client.session", "def f():\n    from ..server.app import main"),
        ("client.session", "from rt_notebook import server"),
        ("notebook.widget", "from ..server import app"),
        ("audio.pcm", "from ..config.formats import Pcm"),
        ("secret", "from .background import wait"),
        ("record.log", "if TYPE_CHECKING:\n    from ..client.session import RealtimeSession"),
        ("protocol.events", "from .. import client"),
        ("server.app", "from ..protocol.machine import Machine"),
        ("server.app", "from ..protocol import conversation"),
        ("server.app", "from ..background import wait"),
        ("server.brains.demo", "from ...client.session import RealtimeSession"),
    ],
)
def test_an_import_that_points_up_or_sideways_is_found(module, source):
    assert faults(source, module)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("cli", "def serve():\n    from .server.app import main"),
        ("client.session", "from .reply import Reply\nfrom ..protocol import events"),
        ("server.app", "from ..protocol import events\nfrom ..audio.pcm import encode"),
        ("server.brains.demo", "from ..refusals import refuse\nfrom ...errors import ConfigError"),
        ("__init__", "from .client.connect import connect"),
        ("client.__init__", "from .session import RealtimeSession"),
        ("audio.pcm", "import numpy as np\nfrom ..errors import AudioFormatError"),
    ],
)
def test_an_import_that_points_down_is_allowed(module, source):
    assert faults(source, module) == []
