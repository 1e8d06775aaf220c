"""How the bench's figures are judged and drawn: a bench that flatters is worse than none."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from scripts.lab.network import graphs, report, soak
from scripts.lab.network.bench import Call
from scripts.lab.network.figures import Way, recovery, way
from scripts.lab.network.rows import ROWS, Targets

GOOD = Way(30.0, 1700, 0, 0.0, 0.05, 20.0, 30.0, 0.95, 640, 0.0, 50.0, kbps_by_second=(1700,) * 36, recovered=3.0)
STEPS = next(row for row in ROWS if row.steps)


def call(found: Way) -> dict[str, Any]:
    return {"to_robot": asdict(found), "to_guest": asdict(found)}


def test_recovery_counts_from_the_last_step_and_a_moment_is_none() -> None:
    before, narrow = [1000] * 10, [300] * 10
    assert recovery([*before, *narrow, 300, 300, 900, 900, 900], 10, 20) == 3
    assert recovery([*before, *narrow, 900, 300, 300, 850, 900], 10, 20) == 4
    assert recovery([*before, *narrow, 700, 700, 700], 10, 20) is None


def test_a_picture_that_stands_still_is_a_freeze_until_the_end() -> None:
    looks = [{"at": 0.0, "seen": [], "statistics": []}, {"at": 2.0, "seen": [(0.1, None, 640, 480)], "statistics": []}]
    found = way(looks, looks, [], {"waited": 0, "arrived": 0, "dropped": 0})
    assert (found.freezes, found.frozen, found.longest) == (1, 1.9, 1.9)


def test_what_was_sent_once_more_is_no_rate() -> None:
    sent = [
        {
            "at": at,
            "statistics": [
                {"type": "outbound-rtp", "kind": "video", "bytesSent": octets, "retransmittedBytesSent": again}
            ],
        }
        for at, octets, again in ((0.0, 1000, 0), (1.0, 301_000, 50_000))
    ]
    looks = [{"at": 0.0, "seen": [], "statistics": []}, {"at": 1.0, "seen": [], "statistics": []}]
    assert way(looks, sent, [], {"waited": 0, "arrived": 0, "dropped": 0}).kbps == 2000


@pytest.mark.parametrize(
    ("worse", "missed"),
    [
        (replace(GOOD, fps=29.0), "pictures"),
        (replace(GOOD, kbps=1600), "kbit/s"),
        (replace(GOOD, freezes=1), "freezes"),
        (replace(GOOD, frozen=0.1), "frozen"),
        (replace(GOOD, recovered=None), "back"),
        (replace(GOOD, concealed=0.2), "sound guessed"),
        (replace(GOOD, sound_delay=71.0), "sound waits"),
    ],
)
def test_each_figure_that_is_worse_is_named(worse: Way, missed: str) -> None:
    targets = Targets(fps=1.0, kbps=0.95, freezes=0, frozen=0.25, recovered=1.0)
    assert list(report.misses(targets, GOOD, GOOD)) == []
    assert list(report.misses(targets, worse, GOOD)) == [missed]


def test_of_several_runs_the_median_is_told_beside_chromium_s() -> None:
    runs = [call(replace(GOOD, kbps=kbps)) for kbps in (100, 1700, 1500)]
    to_robot, to_guest = report.lines({"row": STEPS.name, "robot": runs, "chromium": [call(GOOD)]})
    assert "| 1500 / 1700 |" in to_robot
    assert to_guest.count("|") == report.head().splitlines()[0].count("|")


@pytest.mark.parametrize(
    ("recovered", "told"),
    [((None, None, 3.0), None), ((None, 2.0, 3.0), 3.0), ((1.0, 2.0, 3.0), 2.0), ((None,), None)],
)
def test_who_never_recovered_counts_as_the_slowest(recovered: tuple[float | None, ...], told: float | None) -> None:
    runs = [call(replace(GOOD, recovered=each)) for each in recovered]
    assert report.median({"row": STEPS.name, "robot": runs}, "robot", "to_robot").recovered == told


def test_of_a_long_call_is_told_what_nobody_could_measure_too() -> None:
    found = Call(0.1, GOOD, replace(GOOD, concealed=None), "connected", {})
    assert soak.line("loss 50 %", 30, found).endswith("| 0 (0.05), 0 (0.05) | 0, – |")
    assert soak.line("loss 50 %", 30, found).count("|") == soak.head().splitlines()[0].count("|")


def test_the_graphs_are_drawn_of_what_has_both_calls(tmp_path: Path) -> None:
    results: list[dict[str, Any]] = [
        {"row": "clean", "robot": [call(GOOD)], "chromium": [call(GOOD)]},
        {"row": STEPS.name, "robot": [call(GOOD)], "chromium": [call(GOOD)]},
        {"row": "loss 1 %", "robot": [call(GOOD)]},
    ]
    rates, course = graphs.write(results, tmp_path)
    bars = ElementTree.parse(rates).getroot().findall("{*}rect")
    assert len(bars) == 2 + 2 * 2 * 2, "the legend, and both calls both ways of two rows"
    lines = ElementTree.parse(course).getroot().findall("{*}polyline")
    assert len(lines) == 2 * 3
    assert graphs.write(results[2:], tmp_path) == []
