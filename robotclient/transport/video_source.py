"""Put a sender's packets on a line that never wraps, and notice when the sender starts anew (RFC 3550, section A.1)."""

from robotclient.transport.video_packet import VideoPacket
from robotclient.transport.wrapping import step

DROPOUT, MISORDER = 3000, 500
"""How far a packet may be ahead of the newest, or behind it unless it is a retransmission."""


class Source:
    """Numbers packets. A jump is believed once a second packet continues it: one stray packet changes nothing."""

    def __init__(self) -> None:
        self.generation = 0
        """Counts the sender's new starts."""
        self._newest: tuple[int, VideoPacket] | None = None
        self._suspect: VideoPacket | None = None

    def place(self, packet: VideoPacket) -> list[tuple[int, VideoPacket]]:
        """The packets that can now be taken in, numbered: mostly this one, none of a stray, two at a new start.

        Its last 16 bits are the sequence number. None is given twice to different packets, not even after a new start.
        """
        if self._newest is None:
            self._newest = packet.sequence, packet
        newest, last = self._newest
        ahead = step(packet.sequence, last.sequence, 16)
        if packet.ssrc == last.ssrc and self._plausible(ahead, packet):
            if ahead > 0:
                self._newest = newest + ahead, packet
            self._suspect = None if ahead > 0 else self._suspect
            return [(newest + ahead, packet)]
        return [] if packet.retransmitted else self._doubt(packet, newest)

    def _plausible(self, ahead: int, packet: VideoPacket) -> bool:
        return -(DROPOUT if packet.retransmitted else MISORDER) <= ahead <= DROPOUT

    def _doubt(self, packet: VideoPacket, newest: int) -> list[tuple[int, VideoPacket]]:
        suspect, self._suspect = self._suspect, packet
        if suspect is None or packet.ssrc != suspect.ssrc or step(packet.sequence, suspect.sequence, 16) != 1:
            return []
        self.generation += 1
        self._suspect = None
        above = newest + 2 * DROPOUT
        number = above + (suspect.sequence - above) % (1 << 16)
        self._newest = number + 1, packet
        return [(number, suspect), (number + 1, packet)]
