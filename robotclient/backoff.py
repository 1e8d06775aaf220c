"""The pause between two tries: full jitter, so that many who lost the same thing do not come back in step."""

import asyncio
import contextlib
import random

SHORTEST = 0.05


class Backoff:
    """One owner's tries. The pause is a random share of a time that doubles with each failure."""

    def __init__(self, longest: float) -> None:
        """`longest` in seconds."""
        self._longest = longest
        self._failures = 0
        self._hurry = asyncio.Event()

    def succeeded(self) -> None:
        """Begin anew."""
        self._failures = 0

    def failed(self) -> None:
        """One more try came to nothing."""
        self._failures += 1

    def hasten(self) -> None:
        """Something has changed that makes a try worth while: a pause ends now, or the next one at once."""
        self._failures = 0
        self._hurry.set()

    async def pause(self, at_least: float = 0.0) -> bool:
        """Wait, at least as long as the other side asked for; hardly before a first failure. False where hastened."""
        most = min(self._longest, 0.5 * 2 ** min(self._failures, 8)) if self._failures else SHORTEST
        seconds = at_least + random.uniform(SHORTEST, max(SHORTEST, most))  # noqa: S311
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
        waited = not self._hurry.is_set()
        self._hurry.clear()
        return waited
