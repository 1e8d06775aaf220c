"""The bench's graphs, as SVG: the rates of all rows side by side, and the course of the row with steps."""

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from scripts.lab.network.report import WAYS, Result, median
from scripts.lab.network.rows import ROWS, Row

COLOURS = {"robot": "#0072b2", "chromium": "#e69f00"}
"""Okabe and Ito's, told apart by everybody and on dark paper too."""
GREY = "#767676"
"""Read on white and on black."""
WIDTH, LEFT, TOP = 720, 190, 40


def write(results: Sequence[Result], directory: Path) -> list[Path]:
    """`network-rates.svg`, and `network-step.svg` where a row with steps was run. Returns what was written."""
    both = [result for result in results if result.get("robot") and result.get("chromium")]
    written = []
    if both:
        written.append(_save(directory / "network-rates.svg", "kbit/s of pictures", _rates(both)))
    rows = {row.name: row for row in ROWS if row.steps}
    for result in both:
        if result["row"] in rows:
            drawing = _course(result, rows[result["row"]])
            written.append(_save(directory / "network-step.svg", "kbit/s of pictures, second by second", drawing))
    return written


def _save(path: Path, title: str, drawing: tuple[list[str], int]) -> Path:
    parts, height = drawing
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
    )
    path.write_text(
        "\n".join([f'{head}fill="{GREY}">', f"<title>{title}</title>", *_legend(title), *parts, "</svg>\n"])
    )
    return path


def _rates(results: Sequence[Result]) -> tuple[list[str], int]:
    """Bars, in kbit/s: of each row both ways, robot over Chromium."""
    ways = [(result, way) for result in results for way in WAYS]
    rates = {(result["row"], way, who): median(result, who, way).kbps for result, way in ways for who in COLOURS}
    scale = (WIDTH - LEFT - 60) / max(rates.values())
    parts = []
    for index, (result, way) in enumerate(ways):
        y = TOP + 24 * index
        arrow = "→ robot" if way == "to_robot" else "→ guest"
        parts.append(_text(LEFT - 8, y + 13, f"{result['row'] if way == 'to_robot' else ''} {arrow}", "end"))
        for place, who in enumerate(COLOURS):
            rate = rates[result["row"], way, who]
            parts.append(_bar(LEFT, y + 9 * place, rate * scale, who))
            parts.append(_text(LEFT + rate * scale + 4, y + 8 + 9 * place, f"{rate:.0f}", size=9))
    return parts, TOP + 24 * len(ways) + 10


def _course(result: Result, row: Row) -> tuple[list[str], int]:
    """Lines, in kbit/s second by second, under the link's own rate; one panel for each way."""
    seconds = sum(step.seconds for step in row.steps)
    most = max(step.impairment.rate for step in row.steps) / 1000
    across, high, gap = (WIDTH - LEFT - 20) / seconds, 130, 34
    parts = []
    for panel, (way, words) in enumerate(WAYS.items()):
        floor = TOP + (high + gap) * panel + high
        link, at = [], 0.0
        for step in row.steps:
            level = floor - high * step.impairment.rate / 1000 / most
            link += [(LEFT + at * across, level), (LEFT + (at + step.seconds) * across, level)]
            at += step.seconds
        parts.append(_line(link, GREY, dashes="4 3"))
        parts.append(_text(LEFT - 8, floor - high / 2, words, "end"))
        for who, colour in COLOURS.items():
            course = median(result, who, way).kbps_by_second
            points = [
                (LEFT + (i + 0.5) * across, floor - high * min(1.0, rate / most)) for i, rate in enumerate(course)
            ]
            parts.append(_line(points, colour))
        for second in range(0, round(seconds) + 1, 6):
            parts.append(_text(LEFT + second * across, floor + 14, f"{second} s", "middle", 10))
    return parts, TOP + (high + gap) * len(WAYS)


def _legend(title: str) -> list[str]:
    parts = [_text(LEFT, 16, title)]
    for place, (who, words) in enumerate({"robot": "robot's call", "chromium": "Chromium's call"}.items()):
        parts.append(_bar(LEFT + 270 + 120 * place, 8, 10, who))
        parts.append(_text(LEFT + 286 + 120 * place, 16, words))
    return parts


def _bar(x: float, y: float, width: float, who: str) -> str:
    return f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="8" fill="{COLOURS[who]}"/>'


def _text(x: float, y: float, words: str, anchor: str = "start", size: int = 12) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" font-size="{size}">{escape(words.strip())}</text>'


def _line(points: Sequence[tuple[float, float]], colour: str, dashes: str = "none") -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>'
