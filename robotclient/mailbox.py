"""Where everybody puts what the daemon must know, in the order in which it happened."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

LIMIT = 1000

Post = TypeVar("Post")


class Mailbox(Generic[Post]):
    """A bounded queue. One that overflows means a stuck daemon: that is a failure, never a silent loss."""

    def __init__(self, on_overflow: Callable[[BaseException], None]) -> None:
        self._queue: asyncio.Queue[Post] = asyncio.Queue()
        self._on_overflow = on_overflow

    def put(self, post: Post) -> None:
        """Put something in."""
        if self._queue.qsize() >= LIMIT:
            self._on_overflow(RuntimeError("the mailbox is full"))
            return
        self._queue.put_nowait(post)

    async def next(self, wait: float) -> Post | None:
        """The oldest post; None where none comes within `wait` seconds."""
        try:
            async with asyncio.timeout(wait):
                return await self._queue.get()
        except TimeoutError:
            return None
