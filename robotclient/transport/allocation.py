"""Who gets what of the network: sound first, then the picture in one of two layers, or no picture.

The main layer goes at the rate of its slowest peer. A peer far slower than the best moves to the reduced layer, a small
picture from an encoder of its own, so that it sees a picture that moves and starves nobody. Keyframes alone would cost
everybody a large frame for each picture that the slow peer sees, and a temporal sublayer of VP8 still carries 60 % of
the bits; a quarter-size picture costs a tenth of the processor's time of the large one, and only while it is needed.

Pure: rates in bits per second, time in seconds is an argument.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

SOUND = 60_000
"""Opus with its FEC, 50 headers a second (RTP, SRTP, UDP, IP) included."""
PAYLOAD_SHARE = 0.95
"""Of a video packet; the rest is headers."""
OFF_BELOW, ON_ABOVE = 30_000, 50_000
"""Rates of video under which it is no picture, and over which it is worth another attempt."""
SLOW_SHARE, RETURN_SHARE = 0.5, 0.7
"""Of the best peer's rate: under the first a peer goes to the reduced layer, over the second it comes back."""
DEGRADE_AFTER, IMPROVE_AFTER = 2.0, 4.0
"""Seconds for which a rate must stay on the other side."""
MOST_REDUCED = 600_000


class Layer(StrEnum):
    """The two pictures that the camera's child can make at the same time."""

    MAIN = "main"
    REDUCED = "reduced"


@dataclass(frozen=True, slots=True)
class Allocation:
    """Rates of the encoders, 0 where nobody needs a layer, and the layer of each peer, None for no picture."""

    main: int
    reduced: int
    layers: Mapping[str, Layer | None]


@dataclass(slots=True)
class _Standing:
    layer: Layer | None
    wanted: Layer | None
    wanted_since: float


_ORDER: tuple[Layer | None, ...] = (None, Layer.REDUCED, Layer.MAIN)


def video_rate(total: int, retransmitted: int = 0) -> int:
    """What is left for the encoder of all that may be sent to one peer."""
    return max(0, int(PAYLOAD_SHARE * (total - SOUND - retransmitted)))


class Allocator:
    """Decides for all peers of a call; `most` is the encoder's highest rate."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._standings: dict[str, _Standing] = {}

    def allocate(self, rates: Mapping[str, int], now: float) -> Allocation:
        """By the video rates of the connected peers, as `video_rate` gives them."""
        rates = {peer: min(self._most, rate) for peer, rate in rates.items()}
        best = max(rates.values(), default=0)
        self._standings = {peer: self._standing(peer, rate, best, now) for peer, rate in rates.items()}
        layers = {peer: standing.layer for peer, standing in self._standings.items()}
        return Allocation(
            main=_slowest(rates, layers, Layer.MAIN),
            reduced=min(MOST_REDUCED, _slowest(rates, layers, Layer.REDUCED)),
            layers=layers,
        )

    def _standing(self, peer: str, rate: int, best: int, now: float) -> _Standing:
        standing = self._standings.get(peer)
        if standing is None:
            layer = _wanted(Layer.MAIN, rate, best)
            return _Standing(layer, layer, now)
        wanted = _wanted(standing.layer, rate, best)
        if wanted != standing.wanted:
            standing.wanted, standing.wanted_since = wanted, now
        better = _ORDER.index(wanted) > _ORDER.index(standing.layer)
        if now - standing.wanted_since >= (IMPROVE_AFTER if better else DEGRADE_AFTER):
            standing.layer = wanted
        return standing


def _wanted(current: Layer | None, rate: int, best: int) -> Layer | None:
    if rate < (ON_ABOVE if current is None else OFF_BELOW):
        return None
    share = SLOW_SHARE if current is Layer.MAIN else RETURN_SHARE
    return Layer.MAIN if rate >= share * best else Layer.REDUCED


def _slowest(rates: Mapping[str, int], layers: Mapping[str, Layer | None], layer: Layer) -> int:
    """The rate that all peers of a layer can take; while one waits to leave it, never less than it is worth."""
    return min((max(OFF_BELOW, rates[peer]) for peer, of in layers.items() if of is layer), default=0)
