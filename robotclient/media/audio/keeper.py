"""Keeps the microphone and the speaker open: the one thread that opens and closes devices.

PortAudio lists the machine's devices once, when it starts, and may not be called by two threads. So one thread owns
it, and starts it afresh when a device is missing: at once while no other device depends on it, otherwise only when
another process, with a fresh list, sees what is missing.
"""

import subprocess
import threading
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

import pyaudio

from robotclient.media.audio.devices import Device, DeviceError, Direction, devices_of, find, fresh_devices, quiet
from robotclient.media.audio.sinks import Sink, synthetic_sink
from robotclient.media.audio.slot import Slot
from robotclient.media.audio.sources import Source, synthetic_source
from robotclient.media.audio.streams import MicrophoneStream, SpeakerStream
from wire.rest import DeviceKind, DeviceStatus

LOOK_EVERY = 0.1
STUCK_AFTER = 6.0
"""Seconds in one round after which PortAudio is taken to hang."""
PROBE_WITHIN = 3.0

S = TypeVar("S", MicrophoneStream, SpeakerStream)


class Keeper:
    """Both devices. Other threads read `microphone.device` and `speaker.device`; None is a device that is away."""

    def __init__(self, report: Callable[[DeviceStatus], None]) -> None:
        """`report` is called in the keeper's thread."""
        self.microphone: Slot[Source] = Slot(DeviceKind.MICROPHONE, self._open_microphone, report)
        self.speaker: Slot[Sink] = Slot(DeviceKind.SPEAKER, self._open_speaker, report)
        self._api: pyaudio.PyAudio | None = None
        self._devices: tuple[Device, ...] = ()
        self._changed = threading.Event()
        self._round_began = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        """Begin to open what is wanted."""
        self._round_began = time.monotonic()
        self._thread.start()

    def want(self, *, microphone: str | None, speaker: str | None) -> None:
        """Names of the devices to keep open; None releases one. Returns at once."""
        self.microphone.wanted = microphone
        self.speaker.wanted = speaker
        self._changed.set()

    def works(self) -> bool:
        """False before `start`, and where a call of PortAudio hangs: then the process has to go."""
        return self._thread.is_alive() and time.monotonic() - self._round_began < STUCK_AFTER

    def _run(self) -> None:
        while True:
            self._round_began = time.monotonic()
            self.microphone.look(time.monotonic())
            self.speaker.look(time.monotonic())
            self._changed.wait(LOOK_EVERY)
            self._changed.clear()

    def _open_microphone(self, wanted: str) -> Source:
        return synthetic_source(wanted) or self._open_stream(MicrophoneStream, "microphone", wanted)

    def _open_speaker(self, wanted: str) -> Sink:
        return synthetic_sink(wanted) or self._open_stream(SpeakerStream, "speaker", wanted)

    def _open_stream(self, stream: type[S], direction: Direction, wanted: str) -> S:
        with quiet():
            if self._api is None:
                self._api = pyaudio.PyAudio()
                self._devices = devices_of(self._api)
            try:
                return stream(self._api, find(self._devices, direction, wanted))
            except (OSError, ValueError) as error:
                self._doubt_list(direction, wanted)
                remedy = "see that it is plugged in and that nothing else uses it"
                raise DeviceError(f"{direction} {wanted!r} does not open ({error}); {remedy}") from error
            except DeviceError:
                self._doubt_list(direction, wanted)
                raise

    def _doubt_list(self, direction: Direction, wanted: str) -> None:
        """A device of our list does not open, or is not in it: start PortAudio afresh if that promises anything."""
        in_use = [
            slot
            for slot in (self.microphone, self.speaker)
            if isinstance(slot.device, MicrophoneStream | SpeakerStream)
        ]
        if in_use and _name(_probe(), direction, wanted) in (None, _name(self._devices, direction, wanted)):
            return
        for slot in in_use:
            slot.close()
        assert self._api is not None
        self._api.terminate()
        self._api = None


def _probe() -> Iterable[Device]:
    try:
        return fresh_devices(PROBE_WITHIN)
    except (OSError, subprocess.SubprocessError):
        return ()


def _name(devices: Iterable[Device], direction: Direction, wanted: str) -> str | None:
    try:
        return find(devices, direction, wanted).name
    except DeviceError:
        return None
