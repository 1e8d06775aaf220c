"""The frames that are being put together, and which of them the decoder can have next. Pure."""

from collections.abc import Callable

from robotclient.transport.video_frame import Assembly
from robotclient.transport.video_packet import Descriptor, VideoPacket
from robotclient.transport.video_references import References


class FrameQueue:
    """Frames in the order of their packets' numbers, which `Source` gave."""

    def __init__(self) -> None:
        self.dropped = 0
        """Frames of which something came, and which were left out."""
        self._references = References()
        self.begin(0)

    def begin(self, position: int) -> None:
        """Forget everything; the next frame is a keyframe, at `position` or above."""
        self._assemblies: dict[int, Assembly] = {}
        """By their RTP time."""
        self._complete: dict[int, Assembly] = {}
        """Those of them that are whole, by the numbers of their first packets."""
        self._packets = 0
        self._padding: set[int] = set()
        self.position = position
        """The number after the last frame that was given out; nothing below is of use."""
        self.keyframe_heard = float("-inf")
        """When the last packet so far of an unfinished keyframe came."""
        self._references.clear()

    def __len__(self) -> int:
        """Packets held."""
        return self._packets + len(self._padding)

    @property
    def broken(self) -> bool:
        """Nothing but a keyframe can be decoded."""
        return self._references.empty

    def break_off(self) -> None:
        """Nothing but a keyframe helps."""
        self._references.clear()

    def add(self, number: int, packet: VideoPacket, now: float) -> bool:
        """Take in a packet; whether there may be something to `choose` now. One that is old changes nothing."""
        if number < self.position or number in self._padding:
            return False
        if not packet.payload:
            self._padding.add(number)
            return True
        assembly = self._assemblies.get(packet.timestamp)
        if assembly is None:
            assembly = self._assemblies[packet.timestamp] = Assembly(packet, now)
        if number in assembly:
            return False
        assembly.add(number, packet, now)
        self._packets += 1
        if assembly.keyframe:
            self.keyframe_heard = now
        if assembly.complete:
            self._complete[assembly.first] = assembly
        return assembly.complete

    def choose(self, waited: Callable[[int], bool]) -> Assembly | None:
        """The next frame for the decoder, if there is one.

        `waited` tells whether what is missing below a number was waited for as long as is worth while.
        """
        while (head := self._head()) is not None:
            if self._references.admit(head.descriptor, 0):
                return head
            if not head.descriptor.layer or self.broken:
                break
            self._references.pass_over(head.descriptor)
            self._advance(head.last + 1)
        keyframes = [first for first, assembly in self._complete.items() if assembly.keyframe]
        if keyframes:
            return self._complete[max(keyframes)]
        if self.broken:
            self._drop(list(self._complete.values()))
        return self._choose_beyond(waited) if self._complete else None

    def take(self, assembly: Assembly) -> bool:
        """The chosen frame goes to the decoder; whether frames before it did not."""
        gap = assembly.first - self.position
        follows = self._references.follow(assembly.descriptor, gap)
        self._references.take(assembly.descriptor, gap)
        if assembly.keyframe:
            self.keyframe_heard = float("-inf")
        self.dropped -= 1
        self._advance(assembly.last + 1)
        return not follows

    def drop_stale(self, before: float) -> None:
        """While a keyframe is wanted: leave out what nothing was added to since `before`."""
        self._drop([each for each in self._assemblies.values() if each.newest <= before])

    def waiting_since(self) -> float | None:
        """Since when a whole frame has been waiting for what it refers to."""
        for assembly in self._complete.values():
            return assembly.newest
        return None

    def _head(self) -> Assembly | None:
        while self.position in self._padding:
            self._padding.discard(self.position)
            self.position += 1
        return self._complete.get(self.position)

    def _choose_beyond(self, waited: Callable[[int], bool]) -> Assembly | None:
        """A frame beyond a hole that does not need what is missing."""
        discardable: Descriptor | None = None
        for assembly in sorted(self._assemblies.values(), key=lambda each: each.first):
            if discardable is not None and waited(assembly.first):
                self._references.pass_over(discardable)
            frame, gap = assembly.descriptor, assembly.first - self.position
            follows = self._references.follow(frame, gap)
            if not follows and not waited(assembly.first):
                return None
            if assembly.complete and self._references.admit(frame, gap):
                return assembly
            discardable = frame if follows and frame.discardable else None
        return None

    def _advance(self, position: int) -> None:
        """Leave everything below behind."""
        self.position = position
        self._drop([each for each in self._assemblies.values() if each.first < position])
        self._padding = {number for number in self._padding if number >= position}

    def _drop(self, assemblies: list[Assembly]) -> None:
        for each in assemblies:
            self._packets -= len(self._assemblies.pop(each.timestamp))
            self._complete.pop(each.first, None)
        self.dropped += len(assemblies)
