"""What the tests do with an open panel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

__all__ = ["OpenPanel", "deliver", "item", "mic", "show", "turn_on", "wait_for"]

OpenPanel = Callable[..., Page]


def item(item_id: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": item_id,
        "role": "user",
        "text": "words",
        "state": "completed",
        "kind": "message",
        "heard_ms": None,
        "truncated": False,
        **fields,
    }


def deliver(page: Page, **message: Any) -> None:
    page.evaluate("(message) => model.deliver(message)", message)


def show(page: Page, *items: dict[str, Any]) -> None:
    deliver(page, kind="items", items=list(items), order=[it["id"] for it in items])


def mic(page: Page) -> Locator:
    return page.locator(".rt-mic")


def turn_on(page: Page) -> None:
    mic(page).click()
    expect(page.locator(".rt-panel")).to_have_attribute("data-mode", "listening")


def wait_for(page: Page, condition: str) -> None:
    page.wait_for_function(condition, timeout=10_000)
