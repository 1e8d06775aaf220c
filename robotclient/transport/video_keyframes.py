"""When to ask for a keyframe (PLI, RFC 4585, section 6.3.1). Pure.

A keyframe is a burst of packets, of which a bad link loses some too: retransmission goes first, one that is on its way
is waited for, and the less comes of the requests the rarer they get.
"""

from robotclient.transport.round_trip import RoundTrip

PATIENCE = 0.35
"""Seconds for which retransmissions alone are trusted; longer where one round trip takes longer."""
GROWTH = 1.5
LONGEST_PAUSE = 2.0


class KeyframeRequests:
    """One request, and again after a growing pause, as long as the sender is heard of."""

    def __init__(self, round_trip: RoundTrip) -> None:
        self._round_trip = round_trip
        self._next = float("-inf")
        self._pause = 0.0
        self._heard = True

    @property
    def patience(self) -> float:
        """How long to trust retransmissions."""
        return max(PATIENCE, 1.2 * self._round_trip.usual + 0.1)

    def hear(self) -> None:
        """A packet came: there is somebody to ask."""
        self._heard = True

    def relax(self) -> None:
        """Pictures come again."""
        self._pause = 0.0

    def deadline(self, since: float) -> float | None:
        """When to ask for one that was wanted from `since` on; None while nothing is heard."""
        return max(since, self._next) if self._heard else None

    def ask(self, now: float) -> None:
        """A request goes out."""
        self._pause = min(LONGEST_PAUSE, max(0.2 + 1.5 * self._round_trip.usual, self._pause * GROWTH))
        self._next = now + self._pause
        self._heard = False
