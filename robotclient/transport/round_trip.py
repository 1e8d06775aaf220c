"""How long an answer takes, and how long to wait for one (RFC 6298, without its floor of a second). Pure."""

DEFAULT = 0.1
SHORTEST, LONGEST = 0.02, 1.5
GRANULARITY = 0.01


class RoundTrip:
    """A smoothed round trip time, in seconds."""

    def __init__(self) -> None:
        self.smoothed = DEFAULT
        self._variation: float | None = None

    def add(self, sample: float) -> None:
        """Take in one measurement."""
        sample = min(sample, LONGEST)
        if self._variation is None:
            self.smoothed, self._variation = sample, sample / 2
            return
        self._variation += (abs(sample - self.smoothed) - self._variation) / 4
        self.smoothed += (sample - self.smoothed) / 8

    @property
    def timeout(self) -> float:
        """After so long the answer is not to be expected any more."""
        variation = self.smoothed / 4 if self._variation is None else 4 * self._variation
        return min(LONGEST, max(SHORTEST, self.smoothed + max(GRANULARITY, variation)))
