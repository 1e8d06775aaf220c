"""The robot on a machine with too little processor for it (fault R13): what becomes of sound and picture, both ways.

Its processes share a part of one core; the rest of the machine is free. Prints a table for docs/benchmarks.md; ends
with 1 where more than a hundredth of the sound was guessed. Needs root and control groups with their cpu controller.
"""

import argparse
import asyncio
import math
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil

from scripts.lab.browser import guest
from scripts.lab.display import Display
from scripts.lab.process import LabError
from scripts.lab.robot import LabRobot
from scripts.lab.server import LabServer

SHARES: Final = (1.0, 0.5, 0.25)
"""Of one core; the second and third are those of the list of faults."""
PERIOD: Final = 100_000
"""Microseconds, the kernel's own default: who has spent his share waits for the next."""
MOST_GUESSED: Final = 0.01
SETTLE: Final = 20.0
"""Seconds until the coder and the far side's queues have got used to it."""
LOOK_EVERY: Final = 0.5
WITHIN: Final = 60.0


@dataclass(frozen=True)
class Row:
    """What came through: pictures a second, and the share of the sound that the receiver had to guess."""

    share: float
    pictures_to_guest: float
    guessed_by_guest: float
    pictures_to_robot: float
    guessed_by_robot: float


@contextmanager
def starved(pid: int, share: float) -> Iterator[None]:
    """A control group for the robot, its children with it. Raises `LabError`."""
    first, second = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")
    root = first if first.is_dir() else second
    group = root / f"starved-{pid}"
    quota = str(round(share * PERIOD))
    try:
        group.mkdir(exist_ok=True)
        if root is first:
            (group / "cpu.cfs_period_us").write_text(str(PERIOD))
            (group / "cpu.cfs_quota_us").write_text(quota)
        else:
            (group / "cpu.max").write_text(f"{quota} {PERIOD}")
        _move(pid, group)
    except OSError as error:
        raise LabError(f"{group}: {error.strerror}; this needs root and the cpu controller") from error
    try:
        yield
    finally:
        _move(pid, root)
        group.rmdir()


def _move(pid: int, group: Path) -> None:
    robot = psutil.Process(pid)
    for each in (robot, *robot.children(recursive=True)):
        (group / "cgroup.procs").write_text(str(each.pid))


async def measure(workspace: Path, shares: Sequence[float], seconds: float) -> list[Row]:
    """One call with a real browser, all shares one after the other."""
    async with AsyncExitStack() as stack:
        display = stack.enter_context(Display(1280, 720))
        server = stack.enter_context(LabServer(workspace / "server"))
        robot = LabRobot(
            workspace / "robot", server, screen={"display": display.name}, audio={"microphone": "beep:440"}
        )
        stack.enter_context(robot)
        visitor = await stack.enter_async_context(guest(workspace / "guest"))
        booked = server.json("book", "--robot", robot.name, "--starts", "now+0s", "--minutes", "30", "--title", "Bench")
        await asyncio.to_thread(robot.wait_for_call, "joined_at", WITHIN)
        await visitor.enter(booked["link"], "Guest")
        await visitor.first_frame(WITHIN)
        rows = []
        for share in shares:
            with starved(robot.pid, share):
                await asyncio.sleep(SETTLE)
                before, seen = await visitor.statistics(), _Seen()
                for _ in range(round(seconds / LOOK_EVERY)):
                    await asyncio.sleep(LOOK_EVERY)
                    seen.look(robot.file())
                rows.append(_row(share, before, await visitor.statistics(), seen))
        return rows


class _Seen:
    """What the robot says of what it receives, look by look."""

    def __init__(self) -> None:
        self._samples: dict[tuple[str, str], dict[str, Any]] = {}

    def look(self, status: dict[str, Any]) -> None:
        """Note what it has measured since the last look."""
        for each in status.get("samples", ()):
            if each["direction"] == "received":
                self._samples[each["kind"], each["at"]] = each

    def mean(self, kind: str, figure: str) -> float:
        """Of all that it has measured."""
        found = [each[figure] for (of, _), each in self._samples.items() if of == kind and each.get(figure) is not None]
        return sum(found) / len(found) if found else math.nan


def _row(share: float, before: list[dict[str, Any]], after: list[dict[str, Any]], seen: _Seen) -> Row:
    picture, sound = _growth(before, after, "video"), _growth(before, after, "audio")
    heard = sound["totalSamplesReceived"]
    return Row(
        share,
        1000 * picture["framesDecoded"] / picture["timestamp"],
        sound["concealedSamples"] / heard if heard else 1.0,
        seen.mean("video", "fps"),
        seen.mean("audio", "concealed_percent") / 100,
    )


def _growth(before: list[dict[str, Any]], after: list[dict[str, Any]], kind: str) -> dict[str, float]:
    """Of the counters of what the guest receives."""
    new = next(each for each in after if each["type"] == "inbound-rtp" and each["kind"] == kind)
    old = next(each for each in before if each["id"] == new["id"])
    return {name: value - old[name] for name, value in new.items() if isinstance(value, int | float) and name in old}


def _line(row: Row) -> str:
    return (
        f"| {row.share:g} | {row.pictures_to_guest:.1f} | {100 * row.guessed_by_guest:.2f} "
        f"| {row.pictures_to_robot:.1f} | {100 * row.guessed_by_robot:.2f} |"
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench-starved", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30, help="of each measurement")
    parser.add_argument("shares", nargs="*", type=float, default=SHARES, metavar="SHARE", help="of one core")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-starved-") as workspace:
        rows = asyncio.run(measure(Path(workspace), arguments.shares, arguments.seconds))
    print("| of a core | pictures/s to the guest | sound guessed % | pictures/s to the robot | sound guessed % |")
    print("|---|---|---|---|---|")
    print("\n".join(map(_line, rows)))
    worst = max(max(row.guessed_by_guest, row.guessed_by_robot) for row in rows)
    return 0 if worst <= MOST_GUESSED else 1


if __name__ == "__main__":
    sys.exit(main())
