"""The rows of the bench: what the path does, and what is demanded, as ratios to Chromium's call in the same run."""

from dataclasses import dataclass, field

from scripts.lab.network.impairment import Impairment

CLEAN = Impairment()


@dataclass(frozen=True)
class Targets:
    """The least or most of a figure, as a part of Chromium's; None: not demanded."""

    fps: float | None = None
    kbps: float | None = None
    freezes: int | None = None
    """At most so many, however many Chromium has."""
    frozen: float | None = None
    recovered: float | None = None


@dataclass(frozen=True)
class Step:
    """The path for some seconds."""

    seconds: float
    impairment: Impairment


@dataclass(frozen=True)
class Row:
    """One kind of path, measured once it has become quiet, or step by step."""

    name: str
    path: Impairment = CLEAN
    targets: Targets = field(default_factory=Targets)
    steps: tuple[Step, ...] = ()
    quick: bool = False
    varies: bool = False
    """Chromium's own figures vary from run to run: the full bench takes the median of five."""


GOOD = Targets(fps=0.995, kbps=0.95, freezes=0)
WIDE, NARROW = Impairment(rate=2e6), Impairment(rate=400e3)
ROWS = (
    Row("clean", targets=GOOD, quick=True),
    Row("loss 1 %", Impairment(loss=0.01), GOOD),
    Row("loss 5 %", Impairment(loss=0.05), GOOD, quick=True),
    Row("bursts 5 %", Impairment(loss=0.05, burst=4), Targets(fps=0.98)),
    Row("loss 10 %", Impairment(loss=0.1), Targets(fps=0.98, freezes=0), varies=True),
    Row("loss 20 %", Impairment(loss=0.2), Targets(fps=1.0), varies=True),
    Row("delay 100 ms", Impairment(delay=0.1), GOOD),
    Row("delay 300 ms", Impairment(delay=0.3), GOOD),
    Row("round trip 800 ms", Impairment(delay=0.4)),
    Row("loss 50 %", Impairment(loss=0.5)),
    Row("loss 5 %, 50 ms", Impairment(loss=0.05, delay=0.05), Targets(fps=0.97, freezes=1), quick=True, varies=True),
    Row("1 Mbit/s", Impairment(rate=1e6), Targets(fps=0.97, kbps=0.95)),
    Row("500 kbit/s", Impairment(rate=500e3), Targets(fps=0.97, kbps=0.95), quick=True),
    Row("250 kbit/s", Impairment(rate=250e3), Targets(fps=0.97, kbps=0.95), quick=True),
    Row("jitter 30 ms", Impairment(jitter=0.03), Targets(fps=0.995, kbps=1.0)),
    Row("jitter 80 ms", Impairment(jitter=0.08), Targets(fps=0.98, kbps=0.9), quick=True),
    Row("reordering", Impairment(jitter=0.03, reorder=True), Targets(fps=0.98)),
    Row("rival on 2 Mbit/s", Impairment(rate=2e6, delay=0.02, rival=True), Targets(fps=0.97), varies=True),
    Row(
        "step 2M 400k 2M",
        WIDE,
        Targets(frozen=0.25, recovered=0.3),
        steps=(Step(10, WIDE), Step(12, NARROW), Step(14, WIDE)),
        quick=True,
        varies=True,
    ),
)
