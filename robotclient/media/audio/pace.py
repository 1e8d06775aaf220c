"""When the next block is due: by the microphone's own clock where one works, else by the machine's."""

import time

from robotclient.media.audio.messages import BLOCK, RATE
from robotclient.media.audio.samples import SILENCE, Samples
from robotclient.media.audio.sources import Source
from robotclient.media.audio.streams import BACKLOG

PERIOD = BLOCK / RATE
PATIENCE = BACKLOG * PERIOD
"""Seconds a microphone may be late before silence stands in: no longer than the blocks that it can then catch up."""
TOO_LATE = 0.2
"""Seconds after which blocks are skipped instead of being made up for."""


class Pace:
    """Turns irregular sources into a steady 50 blocks a second."""

    def __init__(self) -> None:
        self._due = time.monotonic()

    def next_block(self, source: Source | None) -> tuple[Samples, int]:
        """Wait for the next block; silence where there is no source. Also how many blocks were skipped before it."""
        skipped = self._skip()
        if source is not None and source.keeps_time:
            block = source.read(self._due + PATIENCE - time.monotonic())
            self._due = self._due + PERIOD if block is None else time.monotonic() + PERIOD
        else:
            time.sleep(max(0.0, self._due - time.monotonic()))
            block = None if source is None else source.read(0)
            self._due += PERIOD
        return SILENCE if block is None else block, skipped

    def _skip(self) -> int:
        late = time.monotonic() - self._due
        skipped = int(late / PERIOD) if late > TOO_LATE else 0
        self._due += skipped * PERIOD
        return skipped
