"""Writes the state diagrams in docs/transport.md, from what the code does when it is driven; `--check` compares only.

Each state machine is brought into each of its states and given each of its inputs; what it answers is an arrow.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from robotclient.transport.allocation import DEGRADE_AFTER, IMPROVE_AFTER, Allocator, Layer
from robotclient.transport.congestion.aimd import RateControl
from robotclient.transport.congestion.trendline import Usage
from robotclient.transport.consent import LIFETIME, UNANSWERED_INTERVAL, Consent

DOCUMENT = Path(__file__).parents[1] / "docs" / "transport.md"
Arrow = tuple[str, str, str]
"""From, because of, to."""
RATE = 400_000


def rate_control() -> Iterable[Arrow]:
    """The rate by delay, over what the trendline says."""
    for before in ((), (Usage.NORMAL,)):
        for usage in Usage:
            control, now = RateControl(RATE, 40_000), 0.0
            for each in before:
                now += 1.0
                control.update(each, RATE, now)
            start = control._state.value
            control.update(usage, RATE, now + 1.0)
            yield start, f"{usage.value} use", control._state.value


def layers() -> Iterable[Arrow]:
    """What one peer gets beside a good one."""
    best = 1_500_000
    inputs = {"as good as the best": best, "far slower": 200_000, "no room": 10_000}
    for start in (best, 200_000, 10_000):
        for cause, rate in inputs.items():
            allocator = Allocator(best)
            before = allocator.allocate({"best": best, "peer": start}, 0.0).layers["peer"]
            after = before
            for step in range(1, round(10 * (IMPROVE_AFTER + DEGRADE_AFTER))):
                after = allocator.allocate({"best": best, "peer": rate}, step / 10).layers["peer"]
            yield _layer(before), cause, _layer(after)


def consent() -> Iterable[Arrow]:
    """Whether the far side still wants our packets."""
    for asked in (False, True):
        begun = Consent(0.0)
        due = begun.next_request
        if asked:
            begun.poll(due)
        start = _freshness(begun, due)
        begun.poll(begun.next_request)
        yield start, "a request goes out", _freshness(begun, due)
        begun.answer(due + 1)
        yield start, "an answer comes", _freshness(begun, due + 1)
        yield start, f"{LIFETIME:.0f} s without an answer", _freshness(begun, due + 2 + LIFETIME)


def _freshness(consent: Consent, now: float) -> str:
    if consent.is_expired(now):
        return "expired"
    return "unanswered" if consent._pause < 2 * UNANSWERED_INTERVAL else "answered"


def _layer(layer: Layer | None) -> str:
    return "no picture" if layer is None else f"{layer.value} layer"


def diagram(arrows: Iterable[Arrow]) -> str:
    """Mermaid."""
    lines = [
        f"  {_name(start)} --> {_name(end)}: {cause}" for start, cause, end in dict.fromkeys(arrows) if start != end
    ]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])


def _name(state: str) -> str:
    return state.replace(" ", "_")


DIAGRAMS: dict[str, Callable[[], Iterable[Arrow]]] = {
    "rate control": rate_control, "layers": layers, "consent": consent,
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    old = new = DOCUMENT.read_text(encoding="utf-8")
    for name, arrows in DIAGRAMS.items():
        place = re.compile(rf"(<!-- diagram: {name} -->\n).*?(\n<!-- end -->)", re.DOTALL)
        new, count = place.subn(lambda found, arrows=arrows: found[1] + diagram(arrows()) + found[2], new)  # type: ignore[misc]
        if not count:
            print(f"{DOCUMENT.name} has no place for the diagram: {name}", file=sys.stderr)
            return 1
    if not check:
        DOCUMENT.write_text(new, encoding="utf-8")
    elif new != old:
        print(f"{DOCUMENT.name} is not what the code does; run python -m scripts.generate_diagrams", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
