"""How loud it is at each microphone now; run as a module it listens for three seconds and prints JSON.

A process of its own, because opening a device may hang. Nothing of what it hears leaves it but one figure per device.
"""

import contextlib
import json
import subprocess
import sys
import time

import pyaudio

from robotclient.media.audio.devices import Device, devices_of, quiet
from robotclient.media.audio.loudness import LevelMeter
from robotclient.media.audio.streams import MicrophoneStream

LISTEN_FOR = 3.0
"""Seconds: the first samples of PulseAudio may take two."""
ANSWER_WITHIN = 30.0


def microphone_levels() -> dict[str, float | None]:
    """Microphones and their level in dBFS; None where one does not open or says nothing. Takes three seconds.

    Empty where the listening itself fails.
    """
    command = [sys.executable, "-m", __name__]
    try:
        done = subprocess.run(command, check=True, capture_output=True, timeout=ANSWER_WITHIN)  # noqa: S603 - our own module
    except (OSError, subprocess.SubprocessError):
        return {}
    return {str(name): level for name, level in json.loads(done.stdout).items()}


def _listen(api: pyaudio.PyAudio, devices: tuple[Device, ...]) -> dict[str, float | None]:
    meters = {device.name: LevelMeter() for device in devices if device.direction == "microphone"}
    streams = {}
    for device in devices:
        if device.direction == "microphone":
            with contextlib.suppress(OSError, ValueError):
                streams[device.name] = MicrophoneStream(api, device)
    until = time.monotonic() + LISTEN_FOR
    while time.monotonic() < until:
        for name, stream in streams.items():
            while (block := stream.read(0)) is not None:
                meters[name].add(block)
        time.sleep(0.02)
    return {name: meter.read() for name, meter in meters.items()}


def main() -> None:
    """Print what each microphone hears."""
    with quiet():
        api = pyaudio.PyAudio()
        levels = _listen(api, devices_of(api))
    sys.stdout.write(json.dumps(levels))


if __name__ == "__main__":
    main()
