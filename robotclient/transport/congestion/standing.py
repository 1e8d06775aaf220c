"""A queue that stands: too long, and yet no longer than before, which a slope does not see.

On a link with a short buffer the first probes and keyframes fill it, and a rate that just equals the capacity keeps it
full for ever. Neither the draft nor libwebrtc looks for that. Where the queue stays although we send less it is another
flow's, and none of our business for a while.
"""

import math

from robotclient.transport.congestion.trendline import Usage

LIMIT, EMPTY = 0.1, 0.05
"""Seconds of queue: too long, and as good as none; beyond what jitter does to the fastest packet of a report."""
PATIENCE = 0.7
"""Seconds for which it must have stood; at the start, when nothing is known of the link, not at all."""
CUT_PAUSE, MOST_CUTS = 1.5, 2
"""Seconds from one decrease to the next, and how many there may be before the queue must be another's."""
FIRST_IGNORED, LONGEST_IGNORED = 10.0, 120.0
"""Seconds for which another's queue is let be, doubling as long as it stays."""
SHORTEST_WAY_FOR = 15.0
"""Half of the seconds over which the shortest way is sought: clocks drift, and ways change."""


class StandingQueue:
    """Told of the shortest way of each report: arrival by the far clock less sending by ours, in seconds."""

    def __init__(self) -> None:
        self._shortest, self._before = math.inf, math.inf
        self._half_from = -math.inf
        self._stood_since: float | None = None
        self._cuts = 0
        self._cut_at = -math.inf
        self.draining = False
        """Whether a queue of our own first packets is to be emptied: until it is gone, or was seen not to go."""
        self._ignored_until = -math.inf
        self._ignored_for = FIRST_IGNORED

    def judge(self, way: float, usage: Usage, now: float, *, starting: bool) -> Usage:
        """What the trendline says, or more where a queue stands: over-use to cut the rate, under-use to hold it."""
        queue = self._measure(way, now)
        self.draining = self.draining and queue >= EMPTY and now - self._cut_at < CUT_PAUSE
        if queue < (EMPTY if self._cuts else LIMIT):
            self._stood_since, self._cuts = None, 0
            if queue < EMPTY:
                self._ignored_for = FIRST_IGNORED
            return usage
        if self._stood_since is None:
            self._stood_since = now
        patient = now < self._ignored_until or (now - self._stood_since < PATIENCE and not starting)
        return usage if patient or usage is Usage.OVER else self._act(usage, now, starting=starting)

    def _act(self, usage: Usage, now: float, *, starting: bool) -> Usage:
        if now - self._cut_at < CUT_PAUSE:
            return Usage.UNDER
        if self._cuts == MOST_CUTS:
            self._cuts, self._ignored_until = 0, now + self._ignored_for
            self._ignored_for = min(LONGEST_IGNORED, 2 * self._ignored_for)
            return usage
        self._cuts += 1
        self._cut_at = now
        self.draining = starting
        return Usage.OVER

    def _measure(self, way: float, now: float) -> float:
        if now - self._half_from > SHORTEST_WAY_FOR:
            self._half_from = now
            self._before, self._shortest = self._shortest, math.inf
        self._shortest = min(self._shortest, way)
        return way - min(self._shortest, self._before)
