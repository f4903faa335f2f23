"""The pages that show a panel: who is there, who owns the sound, and the way to each.

Everything here runs on the background loop. A page is one browser tab that has the
notebook open; its engine has a *client* id. The page in which the user acted last owns
microphone and speaker; before anyone acted, the page that shows the panel plays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from ..errors import RealtimeError
from .comm import Message
from .intake import Intake
from .loopback import DirectLink, Loopback

__all__ = ["Page", "Pages"]


@dataclass
class Page:
    """One page, as the kernel knows it.

    Parameters
    ----------
    client : str
        The id that its engine gave itself.
    microphone : Intake
        Puts its microphone chunks in order.
    hello : int
        The number of its last greeting.
    views : int
        How many of its cells show the panel.
    link : DirectLink or None
        The direct path, when there is one.
    """

    client: str
    microphone: Intake
    hello: int = -1
    views: int = 0
    link: DirectLink | None = None


class Pages:
    """The pages of one panel.

    Parameters
    ----------
    post : callable
        Sends a `Message` to every page, over the comm.
    show : callable
        Sets traits of the widget, by keyword.
    receive : callable
        Takes a `Message` that came by a direct link.
    """

    def __init__(
        self,
        post: Callable[[Message], None],
        show: Callable[..., None],
        receive: Callable[[Message], None],
    ) -> None:
        self.post = post
        self._show = show
        self._pages: dict[str, Page] = {}
        self._owner = ""
        self._comm_blocks = False
        self._tasks: set[asyncio.Future[None]] = set()
        self._loopback = Loopback(self._link_opened, self._link_closed, receive)

    def page(self, client: str) -> Page:
        """Return the page with this id, known from now on."""
        if client not in self._pages:
            microphone = Intake(lambda seq: self._acknowledge(client, seq))
            self._pages[client] = Page(client, microphone)
        return self._pages[client]

    def came_by_comm(self, on_main_thread: bool) -> None:
        """Note whether the comm's messages wait while a cell runs."""
        # A page's first messages may come before the kernel has made a thread for them.
        if on_main_thread != self._comm_blocks:
            self._comm_blocks = on_main_thread
            self._show_path()

    def greet(self, page: Page, hello: Message) -> None:
        """Take a page's ``hello``, and offer it the direct path."""
        if hello["number"] >= page.hello:
            page.hello, page.views = hello["number"], int(hello["views"])
        if hello["public_key"] and page.link is None:
            self._spawn(self._offer(page, hello["origin"], hello["public_key"]))
        self._show_path()

    def leave(self, page: Page) -> None:
        """Forget a page."""
        self._pages.pop(page.client, None)
        self.disown(page)
        self._show_path()

    def owns(self, page: Page) -> bool:
        """Whether this page owns microphone and speaker."""
        return self._owner == page.client

    def own(self, page: Page) -> None:
        """Let this page own microphone and speaker."""
        self._own(page.client)

    def disown(self, page: Page) -> None:
        """Let nobody own microphone and speaker, if this page does."""
        if self.owns(page):
            self._own("")

    @property
    def player(self) -> Page | None:
        """The page that plays: the owner, or else one that shows the panel."""
        owner = self._pages.get(self._owner)
        return owner or next((page for page in self._pages.values() if page.views > 0), None)

    def to(self, page: Page, message: Message) -> None:
        """Send a message to one page, by the best way there is."""
        message["client"] = page.client
        if page.link is not None:
            page.link.send(message)
        else:
            self.post(message)

    def to_player(self, message: Message) -> None:
        """Send a message to the page that plays, if there is one."""
        player = self.player
        if player is not None:
            self.to(player, message)

    def close(self) -> None:
        """Close the direct paths."""
        self._spawn(self._loopback.close())

    def _own(self, client: str) -> None:
        self._owner = client
        self._show(owner=client)
        self._show_path()

    def _acknowledge(self, client: str, seq: int) -> None:
        if client in self._pages:
            self.to(self._pages[client], Message("mic-ack", seq=seq))

    def _show_path(self) -> None:
        player = self.player
        direct = player is not None and player.link is not None
        self._show(path="direct" if direct else "comm", mic_waits=self.mic_waits)

    @property
    def mic_waits(self) -> bool:
        """Whether the microphone is heard only between cells."""
        player = self.player
        return self._comm_blocks and not (player is not None and player.link is not None)

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        # The loop itself holds tasks weakly.
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _offer(self, page: Page, origin: str, public_key: str) -> None:
        try:
            self.to(page, await self._loopback.offer(page.client, origin, public_key))
        except (RealtimeError, OSError):
            return  # the comm carries on alone

    def _link_opened(self, link: DirectLink) -> None:
        self.page(link.client).link = link
        self._show_path()

    def _link_closed(self, link: DirectLink) -> None:
        page = self._pages.get(link.client)
        if page is not None and page.link is link:
            page.link = None
            self._show_path()
