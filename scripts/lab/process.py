"""One process of the lab: started with a log of its own, waited for by conditions with deadlines, always ended."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

Found = TypeVar("Found")
ROOT = Path(__file__).parents[2]
STOP_WITHIN = 15.0
SYSTEMD = {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "JOURNAL_STREAM"}
"""What systemd told the lab itself is not for the processes in it."""


class LabError(Exception):
    """Something in the lab did not happen in time; the text names the log to read."""


def wait_for(look: Callable[[], Found | None], within: float, what: str, every: float = 0.05) -> Found:
    """The first answer of `look` that is not None and not False. Raises `LabError` after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        found = look()
        if found is not None and found is not False:
            return found
        if time.monotonic() > deadline:
            raise LabError(f"not within {within:.0f} s: {what}")
        time.sleep(every)


async def until(
    holds: Callable[[], object], what: str = "what this waits for", within: float = 45.0, every: float = 0.05
) -> None:
    """The same in a loop of asyncio: wait until it holds; `holds` may be a coroutine function. Raises `LabError`."""
    try:
        async with asyncio.timeout(within):
            while not (await found if isinstance(found := holds(), Awaitable) else found):
                await asyncio.sleep(every)
    except TimeoutError:
        raise LabError(f"not within {within:.0f} s: {what}") from None


class Process:
    """A command in the background; its output goes to `log`."""

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
        self.log = log
        self._command = command
        inherited = {key: value for key, value in os.environ.items() if key not in SYSTEMD}
        self._environment = {**inherited, "PYTHONUNBUFFERED": "1", **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id while it runs. Raises `LabError`."""
        if self._process is None:
            raise LabError(f"{self._command[0]} was not started")
        return self._process.pid

    def start(self) -> None:
        """Start it (again)."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, env=self._environment, cwd=ROOT
            )

    def ended(self) -> int | None:
        """The exit status, or None while it runs."""
        return None if self._process is None else self._process.poll()

    def stop(self) -> int:
        """End it as systemd would, by SIGTERM and then SIGKILL; returns the exit status."""
        if self._process is None:
            return 0
        self._process.terminate()
        try:
            return self._process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()
            raise LabError(f"{self._command[0]} did not end by SIGTERM; read {self.log}") from None

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


def program(name: str) -> str:
    """The path of a program of this Python environment."""
    return str(Path(sys.executable).parent / name)


def run(command: Sequence[str], within: float = 60) -> str:
    """Run a command to its end and return what it printed. Raises `LabError` with its complaint."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=within, cwd=ROOT, check=False)
    if done.returncode:
        raise LabError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout
