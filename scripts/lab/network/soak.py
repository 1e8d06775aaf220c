"""Calls that must stay alive on the worst paths for long: half an hour at 800 ms of round trip, and at 50 % of loss."""

import asyncio
from pathlib import Path

from scripts.lab.network.bench import Call, bench
from scripts.lab.network.figures import Way
from scripts.lab.network.report import number
from scripts.lab.network.rows import ROWS, Row
from scripts.lab.process import LabError

PATHS = ("round trip 800 ms", "loss 50 %")
WARM_UP = 10.0


async def soak(directory: Path, voice: Path, size: tuple[int, int], minutes: float) -> bool:
    """All of them at once, the robot's calls alone. Prints lines for docs/reliability.md; whether all calls live."""
    rows = [row for row in ROWS if row.name in PATHS]
    print(head(), flush=True)
    return all(
        await asyncio.gather(*(_one(directory / row.name.replace(" ", "-"), voice, size, row, minutes) for row in rows))
    )


async def _one(directory: Path, voice: Path, size: tuple[int, int], row: Row, minutes: float) -> bool:
    directory.mkdir(parents=True, exist_ok=True)
    try:
        async with bench(directory, voice, size) as made:
            call = await made.call(True, row, WARM_UP, 60 * minutes)
    except LabError as error:
        print(f"| {row.name} | {minutes:g} | {error} | | | |", flush=True)
        return False
    print(line(row.name, minutes, call), flush=True)
    return call.state == "connected"


def head() -> str:
    """The table's first two lines."""
    names = ("path", "minutes", "at the end", "pictures/s to robot, guest", "freezes, longest s", "sound guessed %")
    return "| " + " | ".join(names) + " |\n" + "|---" * len(names) + "|"


def line(path: str, minutes: float, call: Call) -> str:
    """What became of one call."""
    ways = (call.to_robot, call.to_guest)
    cells = (
        path, f"{minutes:g}", call.state,
        ", ".join(f"{way.fps:g}" for way in ways), ", ".join(map(_freezes, ways)),
        ", ".join(number(way.concealed) for way in ways),
    )  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _freezes(way: Way) -> str:
    return f"{way.freezes} ({way.longest:g})"
