"""The robot's media on bad networks beside Chromium's on the same path, in the same run.

Prints a table for docs/benchmarks.md: one line per row and way, `robot / Chromium`; what misses its target is marked.
"""

import argparse
import asyncio
import json
import math
import statistics
import sys
import tempfile
from dataclasses import asdict, fields, replace
from pathlib import Path

from scripts.lab.network.bench import Bench, Call, bench
from scripts.lab.network.figures import Way
from scripts.lab.network.impairment import Impairment
from scripts.lab.network.rows import ROWS, Row, Targets
from scripts.lab.network.voice import write_voice
from scripts.lab.process import LabError

COLUMNS = ("fps", "kbps", "freezes", "frozen", "longest", "delay_p50", "delay_p95", "similarity", "width",
           "concealed", "sound_delay", "queue", "dropped")  # fmt: skip


def main() -> int:
    arguments = _arguments()
    chosen = [row for row in ROWS if _is_chosen(row, arguments)]
    width, height = (int(each) for each in arguments.size.split("x"))
    with tempfile.TemporaryDirectory(prefix="bench-network-") as workspace:
        directory = arguments.workspace or Path(workspace)
        directory.mkdir(parents=True, exist_ok=True)
        results = asyncio.run(_run(directory, (width, height), chosen, arguments))
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench-network", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the most telling rows, in under five minutes")
    parser.add_argument("--rows", default="", help="only rows whose names contain one of these, separated by commas")
    parser.add_argument("--only", choices=("robot", "chromium"), help="one of the two")
    parser.add_argument("--size", default="640x480")
    parser.add_argument("--sound", choices=("speech", "beeps"), default="speech")
    parser.add_argument("--connect", type=int, default=0, metavar="N", help="only how long N calls take to connect")
    parser.add_argument("--runs", type=int, default=0, help="runs of each row; 0: five of those that vary, else one")
    parser.add_argument("--warm-up", type=float, default=0, help="seconds before a measurement; 0: 8, or 6 when quick")
    parser.add_argument("--seconds", type=float, default=0, help="of a measurement; 0: 16, or 9 when quick")
    parser.add_argument("--workspace", type=Path, help="where the logs stay; without it they go")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def _is_chosen(row: Row, arguments: argparse.Namespace) -> bool:
    if arguments.rows:
        return any(part.strip() in row.name for part in arguments.rows.split(","))
    return row.quick or not arguments.quick


async def _run(
    directory: Path, size: tuple[int, int], rows: list[Row], arguments: argparse.Namespace
) -> list[dict[str, object]]:
    results: list[dict[str, object]] = []
    warm_up = arguments.warm_up or (6 if arguments.quick else 8)
    seconds = arguments.seconds or (9 if arguments.quick else 16)
    async with bench(directory, write_voice(directory, arguments.sound), size) as made:
        if arguments.connect:
            return [await _connect(made, who, arguments.connect) for who in ("robot", "chromium")]
        _head()
        for row in rows:
            runs = arguments.runs or (5 if row.varies and not arguments.quick else 1)
            calls = {
                who: [await _call(made, who == "robot", row, warm_up, seconds) for _ in range(runs)]
                for who in ("robot", "chromium")
                if arguments.only in (None, who)
            }
            _print(row, calls)
            results.append(
                {"row": row.name, **{who: [asdict(each) for each in made if each] for who, made in calls.items()}}
            )
    return results


async def _connect(made: Bench, who: str, count: int) -> dict[str, object]:
    """Calls over a path that loses a fifth both ways, one after another; seconds from the answer to the connection."""
    await made.relay.impair(Impairment(loss=0.2))
    other = made.robot if who == "robot" else made.pages["b"]
    took: list[float] = []
    for _ in range(count):
        took.append(await made.connect(made.pages["a"], other) or math.inf)
        await made.pages["a"].close()
        await other.close()
    took.sort()
    print(
        f"{who}: median {took[count // 2]:.2f} s, 90 % within {took[count * 9 // 10]:.2f} s, longest {took[-1]:.2f} s"
    )
    return {"connect": who, "seconds": took}


async def _call(made: Bench, robot: bool, row: Row, warm_up: float, seconds: float) -> Call | None:
    try:
        return await made.call(robot, row, warm_up, seconds)
    except LabError as error:
        print(f"{row.name}: {error}", file=sys.stderr)
        return None


def _median(ways: list[Way]) -> Way:
    """Figure by figure."""
    values = {}
    for field in (each for each in fields(Way) if each.name != "kbps_by_second"):
        found = [value for each in ways if isinstance(value := getattr(each, field.name), int | float)]
        values[field.name] = statistics.median(found) if found else None
    return replace(ways[0], **values)  # type: ignore[arg-type]  # each field's own kind


def _head() -> None:
    print("| row | way | who | " + " | ".join(COLUMNS) + " | connected s | misses |")
    print("|---" * (len(COLUMNS) + 5) + "|", flush=True)


def _print(row: Row, calls: dict[str, list[Call | None]]) -> None:
    medians = {
        who: {name: _median([getattr(each, name) for each in made if each]) for name in ("to_robot", "to_guest")}
        for who, made in calls.items()
        if any(made)
    }
    for name in ("to_robot", "to_guest"):
        for who, ways in medians.items():
            cells = [getattr(ways[name], column) for column in COLUMNS]
            connected = [each.connected_after for each in calls[who] if each]
            missed = _missed(row.targets, ways[name], medians["chromium"][name]) if _both(medians, who) else ""
            print(f"| {row.name} | {name} | {who} | " + " | ".join(map(str, cells)) + f" | {connected[0]} | {missed} |")
            if row.steps:
                print(f"  {ways[name].kbps_by_second}")
    sys.stdout.flush()


def _both(medians: dict[str, dict[str, Way]], who: str) -> bool:
    return who == "robot" and "chromium" in medians


def _missed(targets: Targets, ours: Way, theirs: Way) -> str:
    """The figures that miss their target."""
    missed = []
    if targets.fps is not None and ours.fps < targets.fps * theirs.fps:
        missed.append("fps")
    if targets.kbps is not None and ours.kbps < targets.kbps * theirs.kbps:
        missed.append("kbps")
    if targets.freezes is not None and ours.freezes > targets.freezes:
        missed.append("freezes")
    if targets.frozen is not None and ours.frozen > targets.frozen * theirs.frozen + 0.05:
        missed.append("frozen")
    if _exceeds(ours.concealed, theirs.concealed, 0.1):
        missed.append("concealed")
    if _exceeds(ours.sound_delay, theirs.sound_delay, 20):
        missed.append("sound delay")
    return ", ".join(missed)


def _exceeds(ours: float | None, theirs: float | None, by: float) -> bool:
    return ours is not None and theirs is not None and ours > theirs + by


if __name__ == "__main__":
    sys.exit(main())
