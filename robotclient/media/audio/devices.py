"""The machine's microphones and speakers as PortAudio lists them.

Run as a module it prints the list as JSON. PortAudio makes its list once for each process, so a process that already
holds a stream asks another one (`fresh_devices`). Imports little, because it is started again and again then.
"""

import contextlib
import difflib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Literal

import pyaudio

Direction = Literal["microphone", "speaker"]
CHANNELS: dict[Direction, str] = {"microphone": "maxInputChannels", "speaker": "maxOutputChannels"}
CARD_NUMBER = re.compile(r"(?<=\(hw:)\d+(?=,\d+\)$)")
"""In the names that PortAudio gives to ALSA's devices; the kernel numbers the cards as they come."""
DEFAULTS: dict[Direction, str] = {"microphone": "defaultInputDevice", "speaker": "defaultOutputDevice"}


@dataclass(frozen=True)
class Device:
    """One direction of one PortAudio device."""

    direction: Direction
    name: str
    host_api: str
    channels: int
    rate: int
    """The device's own rate in Hz; we always open it at 48 kHz."""
    is_default: bool
    index: int
    """PortAudio's number, true for one list only."""


class DeviceError(Exception):
    """The wanted device is not there, or does not open."""


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Send file descriptor 2 nowhere: ALSA and JACK write dozens of lines there for each device that is not."""
    original = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(original, 2)
        os.close(original)


def devices_of(api: pyaudio.PyAudio) -> tuple[Device, ...]:
    """All devices of one PortAudio session, one entry for each direction that has channels."""
    infos = [api.get_device_info_by_index(index) for index in range(api.get_device_count())]
    hosts = [api.get_host_api_info_by_index(index) for index in range(api.get_host_api_count())]
    first = api.get_default_host_api_info() if infos else {}
    return tuple(
        Device(
            direction=direction,
            name=str(info["name"]),
            host_api=str(hosts[int(info["hostApi"])]["name"]),
            channels=int(info[channels]),
            rate=int(info["defaultSampleRate"]),
            is_default=info["index"] == first.get(DEFAULTS[direction]),
            index=int(info["index"]),
        )
        for direction, channels in CHANNELS.items()
        for info in infos
        if int(info[channels]) > 0
    )


def list_devices() -> tuple[Device, ...]:
    """The devices of this moment, if this process holds no PortAudio session yet."""
    with quiet():
        api = pyaudio.PyAudio()
        try:
            return devices_of(api)
        finally:
            api.terminate()


def fresh_devices(timeout: float) -> tuple[Device, ...]:
    """The devices of this moment, whatever this process holds. Raises `OSError` and `subprocess.SubprocessError`."""
    command = [sys.executable, "-m", __name__]
    done = subprocess.run(command, check=True, capture_output=True, timeout=timeout)  # noqa: S603 - our own module
    return tuple(Device(**fields) for fields in json.loads(done.stdout))


def find(devices: Iterable[Device], direction: Direction, wanted: str) -> Device:
    """The device of that name: `default`, the exact name, a part that only one has, or the name on another card number.

    Raises `DeviceError`, which names the nearest.
    """
    candidates = [device for device in devices if device.direction == direction]
    exact = [device for device in candidates if device.name == wanted]
    if wanted == "default":
        exact = [device for device in candidates if device.is_default] or exact
    part = [device for device in candidates if wanted.casefold() in device.name.casefold()]
    found = exact[:1] or part or [device for device in candidates if _unnumbered(device.name) == _unnumbered(wanted)]
    if len(found) == 1:
        return found[0]
    raise DeviceError(_not_found(direction, wanted, [device.name for device in found or candidates], len(found)))


def _unnumbered(name: str) -> str:
    return CARD_NUMBER.sub("*", name)


def _not_found(direction: Direction, wanted: str, names: list[str], found: int) -> str:
    problem = f"{found} devices match {direction} {wanted!r}" if found else f"there is no {direction} {wanted!r}"
    nearest = difflib.get_close_matches(wanted, names, n=3, cutoff=0) if names else []
    choice = ", ".join(repr(name) for name in nearest) or "none at all is connected"
    return f"{problem}; choose a whole name (robotclient devices): {choice}"


if __name__ == "__main__":
    sys.stdout.write(json.dumps([asdict(device) for device in list_devices()]))
