"""One participant's sound: Opus packets in as the network brings them, samples out as the sound card wants them. Pure.

After NetEq, libwebrtc's jitter buffer, in the terms of one equation. `position` is the timestamp of what is decoded
next, and its lag is the time of the card minus that of the sender:

    surplus = lag - transit of the earliest packets - target

The target is what nearly all packets need to be in time (`playout_delay`). What is done about a surplus or a lack:

- A frame is lost: it is recovered from the packet behind it if that carries a copy (RFC 6716, section 2.1.7), else
  concealed by libopus; while there is a surplus it is left out instead.
- Nothing has come: concealed, and the position stays. If the packet comes after all, it is played later than wanted;
  if it was lost, what was concealed stood for it.
- A surplus or a lack that stays is taken out of the sound or put into it (`playout_stretch`). That includes the drift
  of the sender's clock against the card's.

Where nothing has come for a second the participant is silent, and the next packet is a new beginning: the path may be
another one, or the sender's clock may have stood still.
Not for several threads.
"""

from collections import deque
from dataclasses import replace
from typing import Final

import numpy as np

from robotclient.native.opus import RATE, STEP, OpusError, Samples, carries_previous, duration
from robotclient.transport.playout_delay import ArrivalDelays
from robotclient.transport.playout_packets import OpusPacket, PacketQueue, Waiting
from robotclient.transport.playout_sound import MOST_GUESSED, Sound
from robotclient.transport.playout_statistics import PlayoutStatistics
from robotclient.transport.playout_stretch import LONGEST, TOO_LATE, Stretcher
from robotclient.transport.wrapping import unwrap

SILENT_AFTER: Final = RATE
"""Samples without a packet."""
ABANDONED_AFTER: Final = 60.0
OLD_NEWS: Final = 0.2
"""Seconds behind the earliest packets at which a new beginning may start; what is older is dropped."""
LONGEST_START: Final = 0.15
"""Seconds that a new beginning may wait; where the path needs more, the sound is made longer later."""
LATE_RUN: Final = 5
"""Packets in a row that are too late; then the sender's timestamps began anew."""
REMEMBERED: Final = 64
"""Sequence numbers, so that a second copy of a packet does not count as a late one."""
WATCHED: Final = 16
"""The card's wishes whose earliest counts: one that is late for once changes nothing."""


class Playout:
    """Everything of one participant's sound between the network and the mixer."""

    def __init__(self) -> None:
        self.least = 0.0
        """Seconds that the earliest packets wait at least, so that the sound is not before the picture."""
        self._statistics = PlayoutStatistics()
        self._sound = Sound(self._statistics)
        self._stretcher = Stretcher()
        self._ready: Samples = np.zeros(0, np.int16)
        self._tail: Samples = np.zeros(LONGEST, np.int16)
        self._phases: deque[float] = deque(maxlen=WATCHED)
        self._pulled = self._position = 0
        self._last_arrival = float("-inf")
        self._begin()

    def _begin(self) -> None:
        self._playing = False
        self._packets = PacketQueue()
        self._delays = ArrivalDelays()
        self._newest: Waiting | None = None
        self._seen: deque[int] = deque(maxlen=REMEMBERED)
        self._sequence = self._late_run = self._guessed = 0

    @property
    def playing(self) -> bool:
        """Whether the participant is heard, if only as noise in a short hole."""
        return self._playing

    def abandoned(self, now: float) -> bool:
        """Whether so long nothing came that nothing is worth remembering."""
        return now - self._last_arrival > ABANDONED_AFTER

    @property
    def heard(self) -> int:
        """The RTP timestamp, unwrapped, of what the next `pull` gives out first."""
        return self._position - len(self._ready)

    def put(self, packet: OpusPacket) -> None:
        """Take what came; what is of no use any more is counted and dropped."""
        try:
            samples = duration(packet.payload)
        except OpusError:
            self._statistics.discarded += 1
            return
        self._last_arrival = packet.arrival
        if self._late_run >= LATE_RUN:
            self._statistics.restarts += 1
            self._begin()
        if not self._take(self._unwrapped(packet, samples)):
            self._statistics.discarded += 1

    def pull(self, count: int, now: float) -> Samples:
        """The next `count` samples. `now` is the clock of `OpusPacket.arrival`."""
        self._phases.append(now - self._pulled / RATE)
        while len(self._ready) < count:
            produced = self._next(now)
            self._ready = np.concatenate((self._ready, produced))
            self._tail = np.concatenate((self._tail, produced))[-LONGEST:]
        given, self._ready = self._ready[:count], self._ready[count:]
        self._pulled += count
        self._statistics.played += count if self._playing else 0
        return given

    def statistics(self) -> PlayoutStatistics:
        """A copy of the counts so far."""
        return replace(self._statistics)

    def _take(self, packet: Waiting) -> bool:
        if packet.sequence in self._seen:
            return False
        self._seen.append(packet.sequence)
        if self._newest is None or packet.timestamp > self._newest.timestamp:
            self._newest = packet
        self._delays.add(_transit(packet), packet.arrival)
        late = self._playing and packet.timestamp < self._position
        self._late_run = self._late_run + 1 if late else 0
        return not late and self._packets.put(packet)

    def _unwrapped(self, packet: OpusPacket, samples: int) -> Waiting:
        sequence, timestamp = packet.sequence, packet.timestamp
        if self._newest is not None:
            sequence = unwrap(sequence, self._newest.sequence, 16)
            timestamp = unwrap(timestamp, self._newest.timestamp, 32)
        return Waiting(sequence, timestamp, samples, packet.payload, packet.arrival)

    def _next(self, now: float) -> Samples:
        first = self._packets.first
        if not self._playing:
            return self._resume(first, now)
        if first is None:
            return self._wait()
        missing = first.timestamp - self._position
        return self._fill(first, missing, now) if missing > 0 else self._decode(now)

    def _resume(self, first: Waiting | None, now: float) -> Samples:
        """Begin as late as wanted, with the first packet that is not old news."""
        if first is not None:
            self._position = first.timestamp
            surplus = self._surplus(now)
            if surplus >= 0 or now - first.arrival > LONGEST_START:
                behind = surplus + self._statistics.target
                self._packets.drop_before(first.timestamp + round((behind - OLD_NEWS) * RATE))
                first = self._packets.first or first
                self._playing = True
                self._position, self._sequence = first.timestamp, first.sequence - 1
                return self._decode(now)
        return np.zeros(MOST_GUESSED, np.int16)

    def _wait(self) -> Samples:
        """Nothing is there: either it comes late or it is lost, and nobody knows yet."""
        self._guessed += MOST_GUESSED
        if self._guessed >= SILENT_AFTER:
            self._begin()
        return self._sound.guess(MOST_GUESSED)

    def _fill(self, first: Waiting, missing: int, now: float) -> Samples:
        """Produce some of the samples that miss before the first packet; none where they are left out."""
        lost = first.sequence > self._sequence + 1  # else the sender saved packets of silence
        copied = first.duration if lost and carries_previous(first.payload) else 0
        if copied:
            self._delays.expect_loss(now)
        if left_out := self._leave_out(missing - copied, now):
            self._position += left_out
            return np.zeros(0, np.int16)
        if missing > copied:
            count = min(MOST_GUESSED, -(-(missing - copied) // STEP) * STEP)
            self._position += count
            return self._sound.guess(count)
        self._position += missing
        return self._sound.recover(first, missing)

    def _leave_out(self, missing: int, now: float) -> int:
        """How many of the missing samples are not played: those that were guessed already, and those of a surplus."""
        surplus = self._surplus(now)
        stood_for = max(self._guessed, round(surplus * RATE) if surplus > TOO_LATE else 0)
        self._guessed = 0
        return max(0, min(missing, stood_for)) // STEP * STEP

    def _decode(self, now: float) -> Samples:
        surplus = self._surplus(now)
        packet = self._packets.pop()
        self._position, self._sequence = packet.timestamp + packet.duration, packet.sequence
        self._guessed = 0
        samples = self._sound.decode(packet)
        fitted = self._stretcher.fit(samples, self._tail, surplus)
        self._count(packet, now, len(fitted) - len(samples))
        return fitted

    def _count(self, packet: Waiting, now: float, added: int) -> None:
        counts = self._statistics
        counts.packets += 1
        counts.delay = now - packet.arrival + len(self._ready) / RATE
        counts.waited += counts.delay
        counts.inserted += max(0, added)
        counts.removed += max(0, -added)

    def _surplus(self, now: float) -> float:
        """Seconds by which the position is decoded later than wanted."""
        self._statistics.target = max(self._delays.target(now), self.least)
        lag = min(self._phases) + (self._pulled - self._position) / RATE
        return lag - self._delays.base - self._statistics.target


def _transit(packet: Waiting) -> float:
    return packet.arrival - packet.timestamp / RATE
