"""What the browser gets: the committed bundle, as text."""

from __future__ import annotations

import re

import pytest

from rt_notebook.notebook import comm

from .node import BUNDLE

SCRIPT = (BUNDLE / "panel.js").read_text(encoding="utf-8")
STYLE = (BUNDLE / "panel.css").read_text(encoding="utf-8")


@pytest.mark.threat("T5")
@pytest.mark.parametrize(
    "way_in",
    [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "setHTMLUnsafe",
        "createContextualFragment",
        "DOMParser",
        "srcdoc",
        "document.write",
        "eval(",
        "new Function",
    ],
)
def test_text_never_becomes_markup_or_code(way_in: str) -> None:
    assert way_in not in SCRIPT


@pytest.mark.threat("T18")
def test_nothing_is_loaded_from_anywhere() -> None:
    addresses = set(re.findall(r"(?:https?:)?//[\w.-]+\.[a-z]+[^\s\"'`]*", SCRIPT + STYLE))
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert "@import" not in STYLE
    assert "url(" not in STYLE


def test_every_style_is_the_panels_own() -> None:
    rules = re.sub(r"/\*.*?\*/", "", STYLE, flags=re.DOTALL)
    selectors = re.findall(r"^\s*([.\w\[:][^{};@]*)\{", rules, flags=re.MULTILINE)
    steps = {"from", "to"}
    foreign = [
        part.strip()
        for selector in selectors
        for part in selector.split(",")
        if not part.strip().startswith(".rt-panel") and part.strip() not in steps
    ]
    assert not foreign


@pytest.mark.parametrize("kind", [*comm.PAGE_KINDS, *comm.KERNEL_KINDS])
def test_the_bundle_knows_every_message(kind: str) -> None:
    assert re.search(rf'(?:"{kind}"|\b{kind}): \[', SCRIPT)
