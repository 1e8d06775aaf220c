"""Gives every peer what its way takes: asks the connections, divides (`transport.allocation`), tells the encoders."""

from collections.abc import Callable, Mapping

from robotclient.peer import Peer
from robotclient.tracks import PictureTrack
from robotclient.transport import attach
from robotclient.transport.allocation import Allocator, Layer
from wire.signaling import Source

INTERVAL = 0.1
"""Seconds between two looks; congestion control itself decides with every report, each 50 to 100 ms."""
STEP = 0.03
"""Share by which a rate must change to be worth a message to the encoder."""


class Uplink:
    """All peers of one call."""

    def __init__(self, most: int, set_rates: Callable[[Mapping[Layer, int]], None]) -> None:
        """`most` is the encoder's highest rate in bits per second; `set_rates` tells it."""
        self.without_picture: frozenset[str] = frozenset()
        """Participants whose way has no room for a picture."""
        self._allocator = Allocator(most)
        self._set_rates = set_rates
        self._rates: Mapping[Layer, int] = {}

    def adapt(self, peers: Mapping[str, Peer], now: float) -> None:
        """Look at all connections that carry media; `now` in seconds of the monotonic clock."""
        rates = {name: rate for name, peer in peers.items() if (rate := attach.video_rate(peer.pc, now)) is not None}
        if not rates:
            return
        allocation = self._allocator.allocate(rates, now)
        for name, layer in allocation.layers.items():
            track = peers[name].outgoing.get(Source.CAMERA)
            if isinstance(track, PictureTrack):
                track.carry(layer)
        self.without_picture = frozenset(name for name, layer in allocation.layers.items() if layer is None)
        wanted = {Layer.MAIN: allocation.main, Layer.REDUCED: allocation.reduced}
        if any(_differ(rate, self._rates.get(layer, 0)) for layer, rate in wanted.items()):
            self._rates = wanted
            self._set_rates(wanted)


def _differ(rate: int, last: int) -> bool:
    return abs(rate - last) > STEP * last
