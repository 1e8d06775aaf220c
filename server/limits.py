"""Token buckets: how fast somebody may do something. Pure: time is an argument."""

from collections import OrderedDict
from collections.abc import Hashable


class TokenBucket:
    """`burst` tokens to start with, `rate` new ones per second."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._at: float | None = None

    def take(self, now: float) -> float:
        """Take one token; 0, or where there is none, the seconds until there is one. `now` is monotonic, in seconds."""
        elapsed = 0.0 if self._at is None else max(0.0, now - self._at)
        self._at = now
        self._tokens = min(self._burst, self._tokens + elapsed * self._rate)
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self._rate

    def put_back(self) -> None:
        """Return a token that was taken for something that turned out not to count."""
        self._tokens = min(self._burst, self._tokens + 1)


class Buckets:
    """One bucket per key, such as an address; of more than `size` the one that was not used for longest goes."""

    def __init__(self, rate: float, burst: float, size: int = 10_000) -> None:
        self._rate = rate
        self._burst = burst
        self._size = size
        self._buckets: OrderedDict[Hashable, TokenBucket] = OrderedDict()

    def take(self, key: Hashable, now: float) -> float:
        """As `TokenBucket.take`, from the bucket of `key`."""
        bucket = self._buckets.setdefault(key, TokenBucket(self._rate, self._burst))
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._size:
            self._buckets.popitem(last=False)
        return bucket.take(now)

    def put_back(self, key: Hashable) -> None:
        """As `TokenBucket.put_back`, into the bucket of `key`."""
        if key in self._buckets:
            self._buckets[key].put_back()
