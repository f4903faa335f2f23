"""The panel's source: its own tests, its types, and the bundle that is built from it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rt_notebook.notebook import comm

from .node import BUNDLE, JS, node, require_packages

pytestmark = pytest.mark.slow

KINDS = """
import { KERNEL_KINDS, PAGE_KINDS } from "./src/comm.js";
console.log(JSON.stringify([PAGE_KINDS, KERNEL_KINDS]));
"""


def test_the_javascript_tests_pass() -> None:
    done = node("--test", "test/*.test.js")
    assert "fail 0" in done.stdout
    assert "skipped 0" in done.stdout


def test_the_types_hold() -> None:
    require_packages()
    node("node_modules/typescript/bin/tsc")


@pytest.mark.threat("T18")
def test_a_fresh_build_is_the_committed_bundle(tmp_path: Path) -> None:
    require_packages()
    node("build.mjs", tmp_path)
    fresh = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert fresh.keys() == {"panel.js", "panel.css"}
    for name, content in fresh.items():
        committed = (BUNDLE / name).read_bytes().replace(b"\r\n", b"\n")
        assert content == committed, f"{name} is not built from js/src: run `npm run build` in js/"


def test_page_and_kernel_have_the_same_messages() -> None:
    page_kinds, kernel_kinds = json.loads(node("--input-type=module", "-e", KINDS).stdout)
    assert {kind: tuple(fields) for kind, fields in page_kinds.items()} == comm.PAGE_KINDS
    assert {kind: tuple(fields) for kind, fields in kernel_kinds.items()} == comm.KERNEL_KINDS


def test_the_lock_file_names_no_registry() -> None:
    text = (JS / "package-lock.json").read_text(encoding="utf-8")
    assert "http" not in text
    assert "resolved" not in text
