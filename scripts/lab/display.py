"""A virtual X11 screen (Xvfb) for tests, the demo and measurements, and pictures of what is on it."""

import contextlib
import os
import select
import subprocess
from pathlib import Path
from types import TracebackType

from scripts.lab.process import LabError

START_DEADLINE = 45.0


class Display:
    """One Xvfb. Killed and started again it keeps its number."""

    def __init__(self, width: int = 1280, height: int = 720, *, own_number: bool = False) -> None:
        """`own_number`: one that nobody else takes while this display is stopped, and not the first that is free."""
        self.width = width
        self.height = height
        self._number: str | None = str(1000 + os.getpid() % 50_000) if own_number else None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        """For DISPLAY: `:99`."""
        assert self._number is not None, "the display was not started"
        return f":{self._number}"

    @property
    def pid(self) -> int:
        """The server's process."""
        assert self._process is not None, "the display is not running"
        return self._process.pid

    def start(self) -> None:
        """Start it, on a free number the first time; returns when it takes connections. Raises `LabError`."""
        reading, writing = os.pipe()
        number = [] if self._number is None else [self.name]
        screen = f"{self.width}x{self.height}x24"
        options = ["-displayfd", str(writing), "-screen", "0", screen, "-nolisten", "tcp", "-noreset", "-ac"]
        self._process = subprocess.Popen(["Xvfb", *number, *options], pass_fds=[writing], stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading, "rb") as answer:
            ready, _, _ = select.select([answer], [], [], START_DEADLINE)
            said = answer.readline().strip().decode() if ready else ""
        if not said:
            self.kill()
            raise LabError(f"Xvfb did not start within {START_DEADLINE:.0f} s (is the package xvfb installed?)")
        self._number = said

    def kill(self) -> None:
        """SIGKILL, as a crash of the display server would be."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End it so that it tidies its lock and its socket up."""
        if self._process is not None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(3)
        self.kill()

    def screenshot(self, path: Path) -> None:
        """Write what is on the screen now to an image file (PNG by its suffix)."""
        command = ["import", "-silent", "-window", "root", str(path)]
        subprocess.run(command, check=True, timeout=10, env={**os.environ, "DISPLAY": self.name})

    def __enter__(self) -> "Display":
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
