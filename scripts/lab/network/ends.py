"""The ends of a call as the bench drives them: a page in a browser, or the robot's process; and the relay between."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, Protocol

from playwright.async_api import Page
from playwright.async_api import TimeoutError as PageTimeoutError

from scripts.lab.network.impairment import Impairment
from scripts.lab.process import ROOT, LabError

ANSWER_WITHIN = 15.0
Counters = dict[str, dict[str, float]]
"""Of each end."""


class Lines:
    """A process that answers each line of JSON by another."""

    def __init__(self, *command: str, log: Path) -> None:
        self._command = (sys.executable, "-m", *command)
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=-1, stdout=-1, stderr=log, cwd=ROOT, limit=1 << 26
            )

    async def ask(self, **order: Any) -> Any:
        """Its answer. Raises `LabError` where none comes."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        return await self.read()

    async def read(self) -> Any:
        """The next line. Raises `LabError` where none comes."""
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                return json.loads(await self._process.stdout.readline())
        except (TimeoutError, ValueError) as error:
            raise LabError(f"{self._command[2]} does not answer; read {self._log}") from error

    async def stop(self) -> None:
        """End it."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


class Relay:
    """The path, driven from here."""

    def __init__(self, address: str, log: Path) -> None:
        self._address = address
        self._lines = Lines("scripts.lab.network.relay", address, log=log)
        self._ports: dict[str, int] = {}

    async def start(self) -> None:
        """Start it, and learn its ports."""
        await self._lines.start()
        self._ports = dict(zip("ab", await self._lines.read(), strict=True))

    async def impair(self, path: Impairment) -> None:
        """From now on, both ways."""
        changed = {name: value for name, value in vars(path).items() if value != getattr(Impairment(), name)}
        await self._lines.ask(impairment=changed)

    async def counters(self) -> Counters:
        """What each end (`a`, `b`) has sent since the last change of the path, and what became of it."""
        answer: Counters = await self._lines.ask()
        return answer

    async def redirect(self, end: str, sdp: str) -> str:
        """A description of an end (`a` or `b`) whose only candidate is the relay; the relay learns the true one."""
        described, port = redirect(sdp, self._address, self._ports["b" if end == "a" else "a"])
        await self._lines.ask(ends={end: [self._address, port]})
        return described

    async def stop(self) -> None:
        """End it."""
        await self._lines.stop()


def redirect(sdp: str, address: str, port: int) -> tuple[str, int]:
    """A description whose only candidate is another port of its address, and the port that it was before.

    Raises `LabError` where it has no host candidate of that address.
    """
    lines = sdp.splitlines()
    candidates = [line.split() for line in lines if line.startswith("a=candidate:")]
    own = next((each for each in candidates if _is_usable(each, address)), None)
    if own is None:
        raise LabError(f"no host candidate of {address} in a description")
    before, own[5] = int(own[5]), str(port)
    candidate = " ".join(own)
    kept = [line for line in lines if not line.startswith(("a=candidate:", "a=end-of-candidates"))]
    media = [f"{line}\r\n{candidate}\r\n" if line.startswith("a=mid:") else f"{line}\r\n" for line in kept]
    return "".join(media), before


def _is_usable(candidate: list[str], address: str) -> bool:
    return candidate[1] == "1" and candidate[2].lower() == "udp" and candidate[4] == address


class End(Protocol):
    """One end of a call; all times are Unix times."""

    async def answer(self, sdp: str) -> str:
        """Take an offer; the answer, with all candidates."""

    async def look(self) -> dict[str, Any]:
        """What was seen since the last look, and its statistics."""

    async def close(self) -> None:
        """End the call."""


class PageEnd:
    """A browser's page."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def load(self, url: str) -> None:
        """Open the page, which takes its camera and microphone."""
        await self._page.goto(url)
        await self._page.evaluate("end.ready")

    async def offer(self) -> str:
        """An offer with all candidates."""
        return str(await self._page.evaluate("end.offer()"))

    async def answer(self, sdp: str) -> str:
        """See `End`."""
        return str(await self._page.evaluate("sdp => end.answer(sdp)", sdp))

    async def accept(self, sdp: str) -> None:
        """Take the answer; the time of the connection counts from here."""
        await self._page.evaluate("sdp => end.accept(sdp)", sdp)

    async def connected_after(self, within: float) -> float | None:
        """Seconds from `accept` to the connection; None where it does not come."""
        try:
            await self._page.wait_for_function("end.connectedAt", timeout=1000 * within)
        except PageTimeoutError:
            return None
        return float(await self._page.evaluate("end.connectedAt - end.begunAt"))

    async def state(self) -> str:
        """Of the connection, as the browser has it."""
        return str(await self._page.evaluate("end.state()"))

    async def look(self) -> dict[str, Any]:
        """See `End`."""
        found: dict[str, Any] = await self._page.evaluate("end.look()")
        return found

    async def close(self) -> None:
        """See `End`."""
        await self._page.evaluate("end.close()")


class RobotEnd:
    """The robot's process."""

    def __init__(self, directory: Path, voice: Path, width: int, height: int, log: Path) -> None:
        arguments = (str(directory), str(voice), str(width), str(height))
        self._lines = Lines("scripts.lab.network.robot", *arguments, log=log)

    async def start(self) -> None:
        """Start it."""
        await self._lines.start()

    async def answer(self, sdp: str) -> str:
        """See `End`."""
        return str((await self._lines.ask(do="answer", sdp=sdp))["sdp"])

    async def look(self) -> dict[str, Any]:
        """See `End`."""
        found: dict[str, Any] = await self._lines.ask(do="look")
        return found

    async def close(self) -> None:
        """See `End`."""
        await self._lines.ask(do="close")

    async def stop(self) -> None:
        """End the process."""
        await self._lines.stop()
