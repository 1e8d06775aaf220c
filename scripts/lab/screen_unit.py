"""The X server of a robot's own screen, started as systemd/robotscreen.service starts it."""

import subprocess
from pathlib import Path
from types import TracebackType
from typing import Final

from robotclient.media.screen.x11 import DisplayError, DisplaySize, probe
from scripts.lab.process import ROOT, wait_for

UNIT: Final = ROOT / "systemd/robotscreen.service"
WITHIN: Final = 120.0


class ScreenUnit:
    """Needs a graphics card, a virtual terminal and root."""

    name = ":0"

    def __init__(self, log: Path) -> None:
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "ScreenUnit":
        (words,) = [line.split("=", 1)[1] for line in UNIT.read_text().splitlines() if line.startswith("ExecStart=")]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(words.split(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for(self._size, WITHIN, "the X server takes connections")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(WITHIN)

    def _size(self) -> DisplaySize | None:
        try:
            return probe(self.name)
        except DisplayError:
            return None
