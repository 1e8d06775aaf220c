"""The robot's cost in a call of two, beside what it replaces: a kiosk Chromium on the same page, in the same run.

Both show the same clip to the same headless guest and draw his on the same kind of virtual screen, 30 frames per second
both ways. The first frame is counted from the moment at which the guest presses the button that lets him in. Prints a
table for docs/benchmarks.md.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from scripts.lab.browser import guest
from scripts.lab.clip import write_clip
from scripts.lab.display import Display
from scripts.lab.robot import LabRobot
from scripts.lab.server import LabServer
from scripts.lab.usage import Usage, measure

SIZES = ((640, 480), (1280, 720))


@dataclass(frozen=True)
class Row:
    """One side at one size."""

    who: str
    size: str
    usage: Usage
    first_frame: float
    """Seconds from the guest's press of the button to the first picture, the later of the two ways."""
    to_guest: str
    from_guest: str


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench-robot", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="length of each measurement")
    parser.add_argument(
        "--warm-up", type=float, default=35, help="seconds before it: a browser takes long to reach 720p"
    )
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    rows = []
    for size in SIZES:
        for bench in (_robot, _kiosk):
            with tempfile.TemporaryDirectory(prefix="bench-robot-") as workspace:
                rows.append(asyncio.run(bench(Path(workspace), size, arguments.warm_up, arguments.seconds)))
            print(rows[-1], file=sys.stderr)
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
    _print(rows)
    return 0


async def _robot(workspace: Path, size: tuple[int, int], warm_up: float, seconds: float) -> Row:
    async with AsyncExitStack() as stack:
        clip = write_clip(workspace / "clip.y4m", *size)
        display = stack.enter_context(Display(1280, 720))
        server = stack.enter_context(LabServer(workspace / "server"))
        robot = LabRobot(
            workspace / "robot", server, screen={"display": display.name},
            camera={"device": f"file:{clip}", "width": size[0], "height": size[1]},
            audio={"microphone": "beep:440", "speaker": "none"},
        )  # fmt: skip
        stack.enter_context(robot)
        visitor = await stack.enter_async_context(guest(workspace / "guest", clip=clip))
        booked = server.json("book", "--robot", robot.name, "--starts", "now+0s", "--minutes", "9", "--title", "Bench")
        await asyncio.to_thread(robot.wait_for_call, "joined_at", 20)
        pressed = await visitor.enter(booked["link"], "Guest")
        seen = await visitor.first_frame(20) - pressed
        await asyncio.to_thread(robot.wait_for_call, "first_picture_at", 20)
        drawn = _unix(robot.file()["call"]["first_picture_at"]) - pressed
        await asyncio.sleep(warm_up)
        before = await visitor.statistics()
        usage = await measure(robot.pid, seconds)
        ways = _ways(before, await visitor.statistics())
        return Row("robotclient", _name(size), usage, round(max(seen, drawn), 2), *ways)


async def _kiosk(workspace: Path, size: tuple[int, int], warm_up: float, seconds: float) -> Row:
    async with AsyncExitStack() as stack:
        clip = write_clip(workspace / "clip.y4m", *size)
        display = stack.enter_context(Display(1280, 720))
        server = stack.enter_context(LabServer(workspace / "server"))
        server.command("add-robot", "Kiosk")
        booked = server.json("book", "--robot", "Kiosk", "--starts", "now+0s", "--minutes", "9", "--title", "Bench")
        kiosk = await stack.enter_async_context(
            guest(workspace / "kiosk", clip=clip, hertz=440, display=display, viewport=(1280, 720))
        )
        visitor = await stack.enter_async_context(guest(workspace / "guest", clip=clip))
        await kiosk.enter(booked["link"], "Kiosk")
        pressed = await visitor.enter(booked["link"], "Guest")
        seen = max(await visitor.first_frame(20), await kiosk.first_frame(20)) - pressed
        await asyncio.sleep(warm_up)
        before = await visitor.statistics()
        usage = await measure(kiosk.pid(), seconds)
        ways = _ways(before, await visitor.statistics())
        return Row("Chromium --kiosk", _name(size), usage, round(seen, 2), *ways)


def _ways(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> tuple[str, str]:
    """What the guest receives and what he sends: size, frames per second, kbit/s."""
    return _way(before, after, "inbound-rtp", "bytesReceived"), _way(before, after, "outbound-rtp", "bytesSent")


def _way(before: list[dict[str, Any]], after: list[dict[str, Any]], kind: str, octets: str) -> str:
    new = next(each for each in after if each["type"] == kind and each["kind"] == "video")
    old = next(each for each in before if each["id"] == new["id"])
    seconds = (new["timestamp"] - old["timestamp"]) / 1000
    frames = "framesDecoded" if kind == "inbound-rtp" else "framesEncoded"
    fps, kbps = (new[frames] - old[frames]) / seconds, (new[octets] - old[octets]) * 8 / 1000 / seconds
    return f"{new['frameWidth']}x{new['frameHeight']} {fps:.1f}/s {kbps:.0f}k"


def _unix(stamp: str) -> float:
    return datetime.fromisoformat(stamp).timestamp()


def _name(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def _print(rows: list[Row]) -> None:
    print("| size | who | CPU | PSS MiB | processes | first frame s | to the guest | from the guest |")
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        use = row.usage
        cells = (row.size, row.who, use.cpu, use.pss, use.processes, row.first_frame, row.to_guest, row.from_guest)
        print("| " + " | ".join(map(str, cells)) + " |")
    for robot, kiosk in zip(rows[::2], rows[1::2], strict=True):
        cpu, pss = robot.usage.cpu / kiosk.usage.cpu, robot.usage.pss / kiosk.usage.pss
        print(f"\n{robot.size}: robot / kiosk = {cpu:.2f} of the CPU, {pss:.2f} of the memory")


if __name__ == "__main__":
    sys.exit(main())
