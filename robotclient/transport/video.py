"""Video frames out of RTP packets on a bad network. Pure: packets and the time in; frames and wishes out.

A frame is given out with its last packet, in order, once, and only if all that it refers to was given out before it: a
VP8 decoder reports no error where a reference is missing, the picture just decays. A hole is dealt with in this order:

1. what is missing is asked for again and again (`Losses`: generic NACK, RFC 4585);
2. a frame beyond the hole that does not need it is shown: a keyframe at once, the next frame of the lowest temporal
   layer as soon as a retransmission would come too late (`FrameQueue`);
3. when retransmissions were trusted long enough, or so much is missing that they would take longer than a new start,
   a keyframe is asked for (`KeyframeRequests`), while the retransmissions still may come first.
"""

from dataclasses import dataclass

from robotclient.transport.round_trip import RoundTrip
from robotclient.transport.video_frame import Frame
from robotclient.transport.video_keyframes import KeyframeRequests
from robotclient.transport.video_losses import LONGEST_WAIT, Losses
from robotclient.transport.video_packet import VideoPacket
from robotclient.transport.video_queue import FrameQueue
from robotclient.transport.video_source import MISORDER, Source
from robotclient.transport.video_statistics import CLOCK, Tally, VideoStatistics
from robotclient.transport.wrapping import step

MOST_PACKETS = 2048
"""Held at a time, and missing at a time; beyond that a keyframe is asked for instead."""
OUTAGE, OUTAGE_PACKETS = 0.7, 20
"""Seconds of video, and packets, in one hole that are not worth retransmission: a keyframe is there sooner."""
FIRST_PATIENCE = 0.05
"""Seconds for which the start may be out of order."""
LAYER_PATIENCE = 0.15
"""Seconds for which a frame of the lowest temporal layer may wait for what is missing above it."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to be done now."""

    nacks: tuple[int, ...] = ()
    """Sequence numbers (16 bits) to ask for, in the order in which they were sent."""
    keyframe: bool = False
    """Ask for a keyframe (PLI)."""
    frames: tuple[Frame, ...] = ()
    """Frames that come out because a wait is over."""


class FrameAssembler:
    """The receiving end of one track of VP8. `put` each packet; `poll` after it, and at `next_deadline`."""

    def __init__(self) -> None:
        self._source = Source()
        self._generation = -1
        self._highest: int | None = None
        self._newest_timestamp = 0
        self._round_trip = RoundTrip()
        self._losses = Losses(self._round_trip)
        self._queue = FrameQueue()
        self._keyframes = KeyframeRequests(self._round_trip)
        self._keyframe_wanted = 0.0
        self._polled = 0.0
        self._tally = Tally()

    def put(self, packet: VideoPacket, now: float) -> list[Frame]:
        """Take in a packet; the frames that it completes, mostly none or one. Raises ValueError if it is no VP8."""
        if packet.payload:
            _ = packet.descriptor
        self._tally.receive(packet, now)
        self._keyframes.hear()
        frames: list[Frame] = []
        for number, placed in self._source.place(packet):
            if self._take_in(number, placed, now):
                frames += self._release(now)
        return frames

    def poll(self, now: float) -> Wishes:
        """What time demands. After a poll `next_deadline` lies ahead, or further numbers are to be asked for."""
        nacks, lost = self._losses.ask(now)
        self._tally.asked += len(nacks)
        self._tally.lost += lost
        if lost:
            self._break_off(now)
        if self._queue.broken:
            self._queue.drop_stale(now - LONGEST_WAIT)
        waited = self._waited_at()
        frames = self._release(now) if waited is not None and self._polled < waited <= now else []
        self._polled = now
        deadline = self._keyframe_deadline()
        keyframe = deadline is not None and now >= deadline
        if keyframe:
            self._keyframes.ask(now)
            self._tally.keyframes_asked += 1
        return Wishes(tuple(number & 0xFFFF for number in nacks), keyframe, tuple(frames))

    @property
    def next_deadline(self) -> float | None:
        """When `poll` may have something to say without a further packet; None if never."""
        times = [self._losses.next_deadline, self._keyframe_deadline()]
        if (waited := self._waited_at()) is not None and waited > self._polled:
            times.append(waited)
        return min((each for each in times if each is not None), default=None)

    def decoder_failed(self, now: float) -> None:
        """The decoder could not use what it got, or lost frames: nothing but a keyframe helps."""
        self._break_off(now)

    def put_round_trip(self, seconds: float) -> None:
        """A round trip measured elsewhere: by our own sender on the same path (RFC 3550, section 6.4.1)."""
        self._round_trip.add(seconds)

    def statistics(self, now: float) -> VideoStatistics:
        """All counts."""
        stuck = self._stuck_since() is not None
        return self._tally.snapshot(now, self._round_trip.usual, self._queue.dropped, stuck=stuck)

    def _take_in(self, number: int, packet: VideoPacket, now: float) -> bool:
        """Whether a frame may come out of it."""
        if self._generation != self._source.generation:
            self._generation, self._highest = self._source.generation, None
            self._start_over(number - MISORDER, now + FIRST_PATIENCE)
        if self._losses.find(number, now, retransmitted=packet.retransmitted):
            self._tally.recovered += 1
        self._note_gap(number, packet, now)
        if self._queue.add(number, packet, now):
            return True
        if len(self._queue) > MOST_PACKETS:
            self._start_over(number + 1, now)
        return False

    def _note_gap(self, number: int, packet: VideoPacket, now: float) -> None:
        highest = number - 1 if self._highest is None else self._highest
        if number <= highest:
            return
        missing = range(highest + 1, number)
        hole = step(packet.timestamp, self._newest_timestamp, 32) / CLOCK
        self._highest, self._newest_timestamp = number, packet.timestamp
        outage = len(missing) >= OUTAGE_PACKETS and hole >= OUTAGE
        if outage or len(self._losses) + len(missing) > MOST_PACKETS:
            self._tally.lost += len(missing)
            self._break_off(now)
        elif missing:
            self._losses.note(missing, now)
        else:
            self._losses.calm()

    def _start_over(self, position: int, now: float) -> None:
        self._tally.lost += self._losses.forget(position)
        self._queue.begin(position)
        self._keyframe_wanted = now

    def _break_off(self, now: float) -> None:
        self._queue.break_off()
        self._keyframe_wanted = now

    def _release(self, now: float) -> list[Frame]:
        frames = []
        while (assembly := self._queue.choose(lambda number: self._waited(number, now))) is not None:
            skipped = self._queue.take(assembly)
            self._tally.lost += self._losses.forget(self._queue.position)
            self._tally.show(assembly.timestamp, now, keyframe=assembly.keyframe, skipped=skipped)
            self._keyframes.relax()
            frames.append(assembly.join())
        return frames

    def _waited(self, number: int, now: float) -> bool:
        """Whether nothing is missing below, or it was waited for long enough."""
        oldest, at = self._losses.oldest(), self._waited_at()
        return oldest is None or at is None or oldest[0] >= number or now >= at

    def _waited_at(self) -> float | None:
        """When the lowest layer is to go on without what is missing; at once if no retransmission can come in time."""
        oldest = self._losses.oldest()
        if oldest is None:
            return None
        in_time = self._losses.reordering + self._round_trip.timeout <= LAYER_PATIENCE
        return oldest[1] + (LAYER_PATIENCE if in_time else self._losses.reordering)

    def _stuck_since(self) -> float | None:
        """Since when a frame is wanted that does not come; None while all is well."""
        if self._queue.broken:
            return None if self._highest is None else self._keyframe_wanted
        oldest = self._losses.oldest()
        times = [self._queue.waiting_since(), None if oldest is None else oldest[1]]
        return min((each for each in times if each is not None), default=None)

    def _keyframe_deadline(self) -> float | None:
        """When to ask for a keyframe; None if there is no need."""
        since = self._stuck_since()
        if since is None:
            return None
        patience = self._keyframes.patience
        wanted = since if self._queue.broken else since + patience
        return self._keyframes.deadline(max(wanted, self._queue.keyframe_heard + patience))
