"""When a connection has fallen silent: nothing authentic has come for so long that it had better be replaced. Pure.

Media come many times a second, and reports (RFC 3550, section 6.2) go on where nobody sends media, if seldom. So what
counts as silence depends on what came before it. A looker who was held up himself, by a busy machine, knows nothing of
the time that he missed.
"""

from collections import deque

INTERVAL = 0.5
"""Seconds between two looks."""
PATIENCE = 2.5
"""Seconds of silence where media flowed: with the looks, it is found within three."""
LONG_PATIENCE = 10.0
"""Where reports alone came, some seconds apart, and any of them may be lost."""
LONGEST_STEP = 2 * INTERVAL
"""What one look may add to the silence, however late it comes."""
MEDIA = 4_000
"""Octets in two seconds: half the sound of one participant, several times what reports need."""


class Silence:
    """One connection's ear; time is in seconds of one clock."""

    def __init__(self, octets: int, now: float) -> None:
        """`octets` are all that were received so far."""
        self._octets = octets
        self._looked = now
        self._recent: deque[int] = deque(maxlen=round(2 / INTERVAL))
        self._seconds = 0.0

    @property
    def silent(self) -> bool:
        """Whether nothing has come for too long."""
        return self._seconds >= (PATIENCE if sum(self._recent) >= MEDIA else LONG_PATIENCE)

    def look(self, octets: int, now: float) -> None:
        """Count what has come until now."""
        elapsed, self._looked = now - self._looked, now
        if octets > self._octets:
            self._recent.append(octets - self._octets)
            self._octets, self._seconds = octets, 0.0
        else:
            self._seconds += min(elapsed, LONGEST_STEP)

    def doubt(self, octets: int) -> None:
        """Take it for silent until something more comes."""
        self._octets, self._seconds = octets, LONG_PATIENCE
