"""Calls that must stay alive on the worst paths for long: half an hour at 800 ms of round trip, and at 50 % of loss."""

import asyncio
from pathlib import Path

from scripts.lab.network.bench import Call, bench
from scripts.lab.network.figures import Way
from scripts.lab.network.rows import ROWS, Row
from scripts.lab.process import LabError

PATHS = ("round trip 800 ms", "loss 50 %")
WARM_UP = 10.0


async def soak(directory: Path, voice: Path, size: tuple[int, int], minutes: float) -> list[str]:
    """All of them at once, the robot's calls alone; lines for docs/reliability.md."""
    rows = [row for row in ROWS if row.name in PATHS]
    return [
        *_head(),
        *await asyncio.gather(
            *(_one(directory / row.name.replace(" ", "-"), voice, size, row, minutes) for row in rows)
        ),
    ]


async def _one(directory: Path, voice: Path, size: tuple[int, int], row: Row, minutes: float) -> str:
    directory.mkdir(parents=True, exist_ok=True)
    try:
        async with bench(directory, voice, size) as made:
            return _line(row, minutes, await made.call(True, row, WARM_UP, 60 * minutes))
    except LabError as error:
        return f"| {row.name} | {minutes:g} | {error} | | | |"


def _head() -> list[str]:
    names = ("path", "minutes", "at the end", "pictures/s to robot, guest", "freezes, longest s", "sound guessed %")
    return ["| " + " | ".join(names) + " |", "|---" * len(names) + "|"]


def _line(row: Row, minutes: float, call: Call) -> str:
    ways = (call.to_robot, call.to_guest)
    cells = (
        row.name, f"{minutes:g}", call.state,
        ", ".join(f"{way.fps:g}" for way in ways), ", ".join(map(_freezes, ways)),
        ", ".join(f"{way.concealed:g}" for way in ways),
    )  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _freezes(way: Way) -> str:
    return f"{way.freezes} ({way.longest:g})"
