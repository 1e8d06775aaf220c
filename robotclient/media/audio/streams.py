"""PortAudio streams. PortAudio calls back in a thread of its own; nothing here ever makes that thread wait."""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import pyaudio

from robotclient.media.audio.attachment import Attachment
from robotclient.media.audio.devices import Device
from robotclient.media.audio.drift import SpeakerQueue
from robotclient.media.audio.messages import BLOCK, RATE
from robotclient.media.audio.samples import Samples, from_bytes

BACKLOG = 3
"""Blocks of the microphone that may wait for the loop; then the oldest goes."""
FIRST_WITHIN = 4.0
"""Seconds until the first samples; PulseAudio has been seen to take two."""
NEXT_WITHIN = 1.0
DEAD_AFTER = 5.0
"""Seconds of one and the same number, which no microphone gives: the quietest room is noisier than that."""
SPEAKER_BLOCK = BLOCK // 2
"""The speaker takes what it plays in halves: 10 ms less delay for the same number of wake-ups of the loop."""

Times = Mapping[str, float]
Callback = Callable[[bytes | None, int, Times, int], tuple[bytes | None, int]]


class Stream:
    """A running PortAudio stream and when it last moved."""

    def __init__(self, api: pyaudio.PyAudio, device: Device, callback: Callback, **direction: Any) -> None:  # noqa: ANN401 - PyAudio has no types
        """Open and start it; `callback` may run before this returns. Raises `OSError` or `ValueError`."""
        self.name = device.name
        self._latency = 0.0
        self._moves = False
        self._expected_by = time.monotonic() + FIRST_WITHIN
        self._attachment = Attachment(device.direction, time.monotonic())
        self._stream = api.open(rate=RATE, channels=1, format=pyaudio.paInt16, stream_callback=callback, **direction)

    def works(self) -> bool:
        """It has moved samples."""
        return self._moves

    def fault(self) -> str:
        """What is wrong, or nothing. May ask the sound server, and wait for it."""
        if not self._stream.is_active():
            return "it was disconnected or its sound server has stopped"
        if time.monotonic() > self._expected_by:
            return "it has stopped moving samples"
        return self._attachment.fault(time.monotonic())

    def close(self) -> None:
        """Give the device back. May hang in PortAudio, which is why this is a child process."""
        self._stream.close()

    def _moved(self, latency: float) -> None:
        self._moves = True
        self._latency += 0.1 * (min(max(latency, 0.0), 1.0) - self._latency)
        self._expected_by = time.monotonic() + NEXT_WITHIN


class MicrophoneStream(Stream):
    """Blocks from a microphone. Keeps the loop's time while it works."""

    keeps_time = True

    def __init__(self, api: pyaudio.PyAudio, device: Device) -> None:
        """Open it. Raises `OSError` or `ValueError`."""
        self._blocks: queue.Queue[bytes] = queue.Queue(BACKLOG)
        self._lives = False
        self._dead_at = time.monotonic() + FIRST_WITHIN + DEAD_AFTER
        super().__init__(api, device, self._heard, input=True, input_device_index=device.index, frames_per_buffer=BLOCK)

    def works(self) -> bool:
        """It has been heard."""
        return self._lives

    def fault(self) -> str:
        """What is wrong, or nothing."""
        dead = time.monotonic() > self._dead_at
        return super().fault() or ("it gives nothing but digital silence; see that it is not muted" if dead else "")

    @property
    def delay(self) -> float:
        """Seconds since the end of a block was heard, as PortAudio measures them."""
        return self._latency

    def read(self, timeout: float) -> Samples | None:
        """The next block, or None where none comes in `timeout` seconds."""
        with contextlib.suppress(queue.Empty):
            return from_bytes(self._blocks.get(timeout=max(timeout, 0.001)))
        return None

    def _heard(self, data: bytes | None, _count: int, times: Times, _status: int) -> tuple[None, int]:
        assert data is not None
        self._moved(times["current_time"] - times["input_buffer_adc_time"])
        if data != data[:2] * (len(data) // 2):
            self._lives, self._dead_at = True, time.monotonic() + DEAD_AFTER
        while True:
            try:
                self._blocks.put_nowait(data)
            except queue.Full:
                with contextlib.suppress(queue.Empty):
                    self._blocks.get_nowait()
            else:
                return None, pyaudio.paContinue


class SpeakerStream(Stream):
    """Samples to a speaker, whose clock is its own."""

    def __init__(self, api: pyaudio.PyAudio, device: Device) -> None:
        """Open it. Raises `OSError` or `ValueError`."""
        self._lock = threading.Lock()
        self._queue = SpeakerQueue()
        options = {"output": True, "output_device_index": device.index, "frames_per_buffer": SPEAKER_BLOCK}
        super().__init__(api, device, self._wanted, **options)

    @property
    def delay(self) -> float:
        """Seconds until what is queued now is heard."""
        return len(self._queue) / RATE + self._latency

    def play(self, block: Samples) -> None:
        """Queue one block; more than the device takes is dropped, the oldest first."""
        with self._lock:
            self._queue.put(block)

    def _wanted(self, _data: bytes | None, count: int, times: Times, _status: int) -> tuple[bytes, int]:
        self._moved(times["output_buffer_dac_time"] - times["current_time"])
        with self._lock:
            return self._queue.take(count).tobytes(), pyaudio.paContinue
