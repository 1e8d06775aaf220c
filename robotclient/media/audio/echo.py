"""The microphone without the robot's own voice, without noise, at an even loudness: WebRTC's audio processing."""

import numpy as np
from livekit.rtc import AudioFrame, AudioProcessingModule

from robotclient.config import AudioSection
from robotclient.media.audio.messages import BLOCK, RATE
from robotclient.media.audio.reference import Reference
from robotclient.media.audio.samples import Samples

FRAME = RATE // 100
"""Samples of the 10 ms that WebRTC works on."""


class VoiceCleaner:
    """Takes what was played out of what is heard. The two come in step: one block of each, sample for sample.

    AEC3 finds by itself how much later the echo comes, and follows when that changes (docs/benchmarks.md).
    """

    def __init__(self, *, echo: bool, noise: bool, gain: bool) -> None:
        """Which of the three are on: echo cancellation, noise suppression, gain control."""
        self._module = AudioProcessingModule(
            echo_cancellation=echo, noise_suppression=noise, high_pass_filter=True, auto_gain_control=gain
        )
        self._reference = Reference()

    @classmethod
    def of(cls, section: AudioSection) -> "VoiceCleaner | None":
        """As the configuration says; None where all of it is off."""
        if not (section.echo_cancellation or section.noise_suppression or section.gain_control):
            return None
        return cls(echo=section.echo_cancellation, noise=section.noise_suppression, gain=section.gain_control)

    def clean(self, heard: Samples, played: Samples, delay: float) -> Samples:
        """One block of the microphone; `played` is the block that went to the speaker in the same turn.

        `delay`: seconds that the devices say it takes to the loudspeaker and from the microphone.
        """
        frames = zip(_frames(self._reference.follow(played, delay)), _frames(heard), strict=True)
        return np.concatenate([self._clean_frame(far, near) for far, near in frames])

    def _clean_frame(self, far: AudioFrame, near: AudioFrame) -> Samples:
        self._module.process_reverse_stream(far)
        self._module.process_stream(near)
        return np.frombuffer(near.data, np.int16)


def _frames(block: Samples) -> list[AudioFrame]:
    return [
        AudioFrame(bytearray(block[start : start + FRAME].tobytes()), RATE, 1, FRAME)
        for start in range(0, BLOCK, FRAME)
    ]
