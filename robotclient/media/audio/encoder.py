"""The microphone's samples as Opus packets."""

from fractions import Fraction

import av
from av.audio.codeccontext import AudioCodecContext

from robotclient.media.audio.messages import BLOCK, RATE
from robotclient.media.audio.samples import Samples

BIT_RATE = 32_000
OPTIONS = {
    "application": "voip",
    "frame_duration": "20",
    "fec": "1",
    # Tells Opus how much in-band redundancy is worth its bits (RFC 7587, section 3.1.1).
    "packet_loss": "5",
}


class SoundEncoder:
    """libopus, mono, 32 kbit/s, with in-band error correction (RFC 6716, section 2.1.7)."""

    def __init__(self) -> None:
        context = av.CodecContext.create("libopus", "w")
        assert isinstance(context, AudioCodecContext)
        context.sample_rate = RATE
        context.layout = "mono"
        context.format = "s16"
        context.bit_rate = BIT_RATE
        context.time_base = Fraction(1, RATE)
        context.options = OPTIONS
        context.open()
        self._context = context

    def encode(self, block: Samples) -> bytes:
        """One packet of one block of `BLOCK` samples."""
        frame = av.AudioFrame.from_ndarray(block.reshape(1, BLOCK), format="s16", layout="mono")
        frame.sample_rate = RATE
        (packet,) = self._context.encode(frame)
        return bytes(packet)
