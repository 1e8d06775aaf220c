"""A row of docs/reliability.md: how often a fault was struck, and how many seconds it took until all was well."""

import math
from collections.abc import Sequence
from typing import Final

HEAD: Final = "| fault | times | p50 s | p95 s | longest s |\n|---|---|---|---|---|"


def row(name: str, took: Sequence[float]) -> str:
    """p50, p95 and the longest by rank; infinite is what did not come about in time."""
    ranked = sorted(took)
    shown = (ranked[math.ceil(share * len(ranked)) - 1] for share in (0.5, 0.95, 1.0))
    return f"| {name} | {len(ranked)} | " + " | ".join(map(_cell, shown)) + " |"


def _cell(seconds: float) -> str:
    return "never" if seconds == math.inf else f"{seconds:.1f}"
