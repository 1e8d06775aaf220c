"""Which frames a VP8 decoder can decode, by what RFC 7741, section 4.2, tells of their references. Pure."""

from dataclasses import replace

from robotclient.transport.video_packet import Descriptor

BASES = 256
"""TL0PICIDX wraps here."""


class References:
    """What the decoder holds. Without temporal layers each frame refers to the one before it."""

    def __init__(self) -> None:
        self._last: Descriptor | None = None
        self._whole = False
        """Nothing is missing that a frame of a higher layer may refer to."""
        self._whole_since_base = False

    @property
    def empty(self) -> bool:
        """Only a keyframe can be decoded."""
        return self._last is None

    def clear(self) -> None:
        """The decoder holds nothing of use any more."""
        self._last = None

    def admit(self, frame: Descriptor, gap: int) -> bool:
        """Whether all that the frame refers to was decoded; `gap` is the count of packets since that may be missing."""
        if frame.keyframe:
            return True
        if self._last is None:
            return False
        if frame.layer is None or frame.base is None or self._last.base is None:
            return self.follow(frame, gap)
        if gap >= BASES:
            return False
        if frame.layer == 0:
            return (frame.base - self._last.base) % BASES == 1
        upright = frame.synchronised or (self._whole and self.follow(frame, gap))
        return frame.base == self._last.base and upright

    def follow(self, frame: Descriptor, gap: int) -> bool:
        """Whether no frame is between the last and this one: by the packets, or by PictureID if padding was lost."""
        last = self._last
        if last is None or gap == 0:
            return last is not None
        if last.picture is None or frame.picture is None:
            return False
        pictures = 1 << min(last.picture_bits, frame.picture_bits)
        return gap < pictures and (frame.picture - last.picture) % pictures == 1

    def take(self, frame: Descriptor, gap: int) -> None:
        """The frame is decoded now.

        One that is synchronised also says that no later frame refers to a higher layer's frame from before its base.
        """
        follows = self.follow(frame, gap)
        if frame.keyframe:
            self._whole = self._whole_since_base = True
        elif frame.layer:
            self._whole_since_base = self._whole_since_base and follows
            synchronised = frame.synchronised and self._whole_since_base
            self._whole = (self._whole and follows) or synchronised
        else:
            self._whole_since_base = True
            self._whole = self._whole and follows
        self._last = frame

    def pass_over(self, frame: Descriptor) -> None:
        """The frame after the last is left out; nothing is lost by that where no other refers to it."""
        if self._last is not None and frame.discardable:
            self._last = replace(self._last, picture=frame.picture, picture_bits=frame.picture_bits)
        else:
            self._whole = self._whole_since_base = False
