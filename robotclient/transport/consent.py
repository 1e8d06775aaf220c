"""When to ask the far side whether it still wants our packets, and when to stop sending (RFC 7675). Pure.

aiortc's own check is one request that is given up after half a second: above that round trip every answer comes too
late, and a healthy call ends after 30 s. Here each request may be answered until consent expires. While an answer is
missing a new request goes out twice a second (section 5.1 asks for "around" five seconds): where half of all packets
are lost both ways, six requests would end one call in six after each answer, and fifty do not.
"""

import random

INTERVAL = 5.0
"""Seconds between requests that are answered (section 5.1)."""
UNANSWERED_INTERVAL = 0.5
SPREAD = 0.2
"""So much more or less, so that calls do not fall into step (section 5.1)."""
LIFETIME = 30.0
"""Seconds from the last answer to the end of consent (section 5.1)."""


class Consent:
    """One connection's consent; time is in seconds of one clock."""

    def __init__(self, now: float) -> None:
        """The connectivity checks that made the connection are the first consent (section 5)."""
        self._answered_at = self._asked_at = now
        self._pause = _spread(INTERVAL)

    @property
    def next_request(self) -> float:
        """When `poll` will want a request."""
        return self._asked_at + self._pause

    def poll(self, now: float) -> bool:
        """Whether to send a request now, each with a transaction id of its own (section 5.1)."""
        if now < self.next_request:
            return False
        self._asked_at, self._pause = now, _spread(UNANSWERED_INTERVAL)
        return True

    def answer(self, now: float) -> None:
        """An authentic answer to any of the requests has come."""
        self._answered_at = now
        self._pause = _spread(INTERVAL)

    def is_expired(self, now: float) -> bool:
        """Whether nothing may be sent any more."""
        return now - self._answered_at > LIFETIME


def _spread(seconds: float) -> float:
    return seconds * random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311
