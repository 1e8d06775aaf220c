"""Where the sound server has hung our streams: PulseAudio and PipeWire move them elsewhere when a device goes.

A microphone that is unloaded then goes on as silence, or as another microphone that nobody chose, and PortAudio does
not notice. So the server itself is asked, through `pactl`; without one (plain ALSA) PortAudio's own errors are enough.
"""

import json
import os
import subprocess
from typing import Final

from robotclient.media.audio.devices import Direction

LISTS: Final[dict[Direction, tuple[str, str]]] = {
    "microphone": ("source-outputs", "source"),
    "speaker": ("sink-inputs", "sink"),
}
SETTLED_AFTER: Final = 1.0
"""Seconds after its opening at which a stream is where it belongs."""
ASK_EVERY: Final = 3.0
"""A question costs 10 ms of processor time."""
ANSWER_WITHIN: Final = 2.0


class Attachment:
    """One stream's place in the sound server."""

    def __init__(self, direction: Direction, now: float) -> None:
        """The stream has been opened `now`, in seconds."""
        self._direction: Direction = direction
        self._home: frozenset[int] | None = None
        self._ask_at = now + SETTLED_AFTER

    def fault(self, now: float) -> str:
        """What is wrong, or nothing. Asks now and then; waits for the answer."""
        if now < self._ask_at:
            return ""
        self._ask_at = now + ASK_EVERY
        places = _places(self._direction)
        if places is None:
            return ""
        if self._home is None:
            self._home = places
            self._ask_at = now + ASK_EVERY if places else float("inf")
        return "" if places == self._home else "it is gone from the sound server"


def _places(direction: Direction) -> frozenset[int] | None:
    """The indices of the sources or sinks that this process's streams hang on; None where nobody answers."""
    what, where = LISTS[direction]
    try:
        done = subprocess.run(  # noqa: S603
            ["pactl", "--format=json", "list", what],  # noqa: S607
            capture_output=True,
            timeout=ANSWER_WITHIN,
            check=True,
            env=os.environ | {"LC_ALL": "C.UTF-8"},
        )
        streams = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    own = str(os.getpid())
    return frozenset(each[where] for each in streams if each["properties"].get("application.process.id") == own)
