"""The robot's media on bad networks beside Chromium's on the same path, in the same run.

Prints a table for docs/benchmarks.md: one line per row and way, `robot / Chromium`; what misses its target is said.
"""

import argparse
import asyncio
import json
import math
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from scripts.lab.network import graphs, report
from scripts.lab.network.bench import Bench, Call, bench
from scripts.lab.network.impairment import Impairment
from scripts.lab.network.rows import ROWS, Row
from scripts.lab.network.soak import soak
from scripts.lab.network.voice import write_voice
from scripts.lab.process import LabError


def main() -> int:
    arguments = _arguments()
    chosen = [row for row in ROWS if _is_chosen(row, arguments)]
    width, height = (int(each) for each in arguments.size.split("x"))
    with tempfile.TemporaryDirectory(prefix="bench-network-") as workspace:
        directory = arguments.workspace or Path(workspace)
        directory.mkdir(parents=True, exist_ok=True)
        if arguments.soak:
            voice = write_voice(directory, arguments.sound)
            return 0 if asyncio.run(soak(directory, voice, (width, height), arguments.soak)) else 1
        if arguments.read:
            results = _read(arguments.read)
        else:
            results = asyncio.run(_run(directory, (width, height), chosen, arguments))
    if arguments.json and not arguments.read:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n")
    if arguments.graphs:
        arguments.graphs.mkdir(parents=True, exist_ok=True)
        print(*graphs.write(results, arguments.graphs), sep="\n")
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
    parser.add_argument("--json", type=Path, metavar="FILE", help="where the results are written to")
    parser.add_argument("--read", type=Path, nargs="+", metavar="FILE", help="results of before, in the place of calls")
    parser.add_argument("--graphs", type=Path, metavar="DIRECTORY", help="where to draw the results, as SVG")
    parser.add_argument(
        "--soak",
        type=float,
        default=0,
        metavar="MINUTES",
        help="only the paths that calls must survive; 1 where one did not",
    )
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
        print(report.head(), flush=True)
        for row in rows:
            runs = arguments.runs or (5 if row.varies and not arguments.quick else 1)
            calls = {
                who: [await _call(made, who == "robot", row, warm_up, seconds) for _ in range(runs)]
                for who in ("robot", "chromium")
                if arguments.only in (None, who)
            }
            results.append(
                {"row": row.name, **{who: [asdict(each) for each in made if each] for who, made in calls.items()}}
            )
            print(*report.lines(results[-1]), sep="\n", flush=True)
    return results


def _read(paths: list[Path]) -> list[dict[str, object]]:
    """The results of earlier calls, printed like new ones; of a row that was run twice those of the later file."""
    found = {result.get("row"): result for path in paths for result in json.loads(path.read_text())}
    results = [found[row.name] for row in ROWS if row.name in found]
    print(report.head(), *(line for result in results for line in report.lines(result)), sep="\n")
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


if __name__ == "__main__":
    sys.exit(main())
