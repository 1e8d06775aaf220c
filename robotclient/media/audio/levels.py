"""How loud it is at each microphone now; run as a module with a name it listens for three seconds and prints JSON.

A process for each, because opening a device may hang. Nothing of what one hears leaves it but one figure.
"""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pyaudio

from robotclient.media.audio.devices import devices_of, fresh_devices, quiet
from robotclient.media.audio.loudness import LevelMeter
from robotclient.media.audio.streams import MicrophoneStream

LISTEN_FOR = 3.0
"""Seconds: the first samples of PulseAudio may take two."""
ANSWER_WITHIN = 30.0


def microphone_levels() -> dict[str, float | None]:
    """Microphones and their level in dBFS; None where one does not open or says nothing. Takes some seconds.

    Empty where not even the list can be had.
    """
    try:
        names = [device.name for device in fresh_devices(ANSWER_WITHIN) if device.direction == "microphone"]
    except (OSError, subprocess.SubprocessError):
        return {}
    with ThreadPoolExecutor(max(1, len(names))) as pool:
        return dict(zip(names, pool.map(_level_of, names), strict=True))


def _level_of(name: str) -> float | None:
    command = [sys.executable, "-m", __name__, name]
    try:
        done = subprocess.run(command, check=True, capture_output=True, timeout=ANSWER_WITHIN)  # noqa: S603 - our own module
    except (OSError, subprocess.SubprocessError):
        return None
    level: float | None = json.loads(done.stdout)
    return level


def _listen(api: pyaudio.PyAudio, name: str) -> float | None:
    meter = LevelMeter()
    device = next(each for each in devices_of(api) if each.direction == "microphone" and each.name == name)
    stream = MicrophoneStream(api, device)
    until = time.monotonic() + LISTEN_FOR
    while time.monotonic() < until:
        while (block := stream.read(0)) is not None:
            meter.add(block)
        time.sleep(0.02)
    return meter.read()


def main(name: str) -> None:
    """Print what this microphone hears."""
    with quiet():
        level = _listen(pyaudio.PyAudio(), name)
    sys.stdout.write(json.dumps(level))


if __name__ == "__main__":
    main(sys.argv[1])
