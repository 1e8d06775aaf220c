"""What a process and all its descendants cost."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Usage:
    """Seconds of CPU (user and system) per second, and proportional set size in MiB, of a tree of processes."""

    cpu: float
    pss: float
    processes: int


async def measure(pid: int, seconds: float) -> Usage:
    """Watch a tree for some seconds. A process that ends meanwhile is not counted."""
    before, began = _cpu(pid), time.monotonic()
    await asyncio.sleep(seconds)
    after, elapsed = _cpu(pid), time.monotonic() - began
    spent = sum(used - before[each] for each, used in after.items() if each in before)
    return Usage(round(spent / elapsed, 3), round(sum(map(_pss, after)), 1), len(after))


def _tree(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def _cpu(pid: int) -> dict[int, float]:
    return {each.pid: (times := each.cpu_times()).user + times.system for each in _tree(pid)}


def _pss(pid: int) -> float:
    """MiB by /proc/PID/smaps_rollup: shared pages count in part, so that a sum over processes is true."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
