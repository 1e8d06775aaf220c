"""What was written in the room lately: it stays on the screen long enough to be read from a bed. Pure."""

from collections import deque

SHOWN_FOR = 20.0
"""Seconds."""
MOST = 3


class RecentChat:
    """The newest lines, each with its sender."""

    def __init__(self) -> None:
        self._lines: deque[tuple[float, str, str]] = deque(maxlen=MOST)

    def put(self, sender: str, text: str, now: float) -> None:
        """One more line of a participant."""
        self._lines.append((now, sender, text))

    def shown(self, now: float) -> tuple[tuple[str, str], ...]:
        """Senders and texts that are still to be seen, oldest first."""
        return tuple((sender, text) for at, sender, text in self._lines if now - at < SHOWN_FOR)
