"""`python -m robotclient.media.audio.selftest SECTION`: does the microphone hear the speaker.

A short, quiet tone is played, and listened for at its frequency alone, against what is to be heard there without it. It
is a process of its own, because a device call may hang. It prints when it listens, which the LIVE sign follows, and at
last the finding. Nothing of what it hears leaves it.
"""

import sys
import time
from collections.abc import Iterable

import numpy as np
import pyaudio

from robotclient.config import AudioSection
from robotclient.media.audio.devices import DeviceError, devices_of, find, quiet
from robotclient.media.audio.messages import BLOCK, RATE
from robotclient.media.audio.samples import SILENCE, Samples
from robotclient.media.audio.streams import MicrophoneStream, SpeakerStream
from wire.rest import Check, DeviceKind, DeviceState, DeviceStatus, Finding

HERTZ = 1000
LEVEL = -30.0
"""dBFS: heard beside the robot, no more."""
WINDOW = RATE // 10
CLEARLY = 10.0
"""dB over the noise at that frequency."""
SILENT_BLOCKS = 30
TONE_BLOCKS = 75
"""Of 20 ms; longer than the longest way through sound servers."""
READ_WITHIN = 4.0


def main(section: AudioSection) -> None:
    """Look, and print the finding as JSON; nothing where neither is a real device."""
    microphone, speaker = (
        None if ":" in name or name == "none" else name for name in (section.microphone, section.speaker)
    )
    if microphone is None and speaker is None:
        return
    with quiet():
        try:
            good, detail = look(microphone, speaker)
        except (DeviceError, OSError, ValueError) as error:
            good, detail = False, str(error)
    print(Finding(check=Check.SOUND, good=good, detail=detail[:200]).model_dump_json())  # noqa: T201


def look(microphone: str | None, speaker: str | None) -> tuple[bool, str]:
    """Whether the one hears the other; where one is no real device, whether the other is there.

    Raises `DeviceError`, and `OSError` or `ValueError` where a device does not open or gives nothing.
    """
    api = pyaudio.PyAudio()
    devices = devices_of(api)
    ear = find(devices, "microphone", microphone) if microphone else None
    mouth = find(devices, "speaker", speaker) if speaker else None
    if ear is None or mouth is None:
        found = ear or mouth
        assert found is not None
        return True, f"{found.name} is there"
    listening, playing = MicrophoneStream(api, ear), SpeakerStream(api, mouth)
    _tell(DeviceState.WORKING, ear.name)
    over = difference(listening, playing)
    _tell(DeviceState.OFF, ear.name)
    hears = "hears" if over >= CLEARLY else "does not hear"
    why = "" if over >= CLEARLY or not playing.fault() else f"; speaker: {playing.fault()}"
    return over >= CLEARLY, f"the microphone {hears} the speaker: {over:.0f} dB over the noise at {HERTZ} Hz{why}"


def difference(listening: MicrophoneStream, playing: SpeakerStream) -> float:
    """By how many dB the tone stands out where the microphone is. Raises `OSError` where a device gives nothing."""
    tone = 32767 * 10 ** (LEVEL / 20) * np.sin(2 * np.pi * HERTZ * np.arange(BLOCK) / RATE)
    heard = _heard(listening, playing, [SILENCE] * SILENT_BLOCKS + [tone.astype(np.int16)] * TONE_BLOCKS)
    windows = [level(each) for each in np.split(heard[: len(heard) // WINDOW * WINDOW], len(heard) // WINDOW)]
    before = SILENT_BLOCKS * BLOCK // WINDOW
    return max(windows[before:]) - max(windows[1:before])


def _tell(state: DeviceState, name: str) -> None:
    status = DeviceStatus(kind=DeviceKind.MICROPHONE, state=state, name=name[:200], detail="self-test")
    print(status.model_dump_json(), flush=True)  # noqa: T201 - this is how it answers


def _heard(listening: MicrophoneStream, playing: SpeakerStream, blocks: Iterable[Samples]) -> Samples:
    """What the microphone gives while the speaker plays the blocks."""
    heard = []
    for block in blocks:
        deadline = time.monotonic() + READ_WITHIN
        while (got := listening.read(0.1)) is None:
            if fault := listening.fault() or ("it gives nothing" if time.monotonic() > deadline else ""):
                raise OSError(f"microphone {listening.name!r}: {fault}")
        heard.append(got)
        playing.play(block)
    return np.concatenate(heard)


def level(window: Samples, hertz: float = HERTZ) -> float:
    """How loud one frequency is in some samples, by Goertzel's sum: in dBFS, 0 for a sine of full scale."""
    turns = np.exp(-2j * np.pi * hertz * np.arange(len(window)) / RATE)
    amplitude = 2 * abs(np.dot(window / 32768, turns)) / len(window)
    return float(20 * np.log10(max(amplitude, 1e-6)))


if __name__ == "__main__":
    main(AudioSection.model_validate_json(sys.argv[1]))
