"""How good a call was, for its readers: a verdict in plain words, what people said, graphs and figures."""

from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Final

from server import quality
from server.languages import mark
from server.pages.page import Page
from server.pages.wording import Wording
from server.quality import Call, Chart, Measure, Measured, Verdict
from wire.rest import Quality

OVERALL: Final = {
    Quality.GOOD: mark("Good."),
    Quality.WEAK: mark("Fair, with disturbances."),
    Quality.BAD: mark("Bad."),
}
SAID: Final = {Quality.GOOD: mark("good"), Quality.WEAK: mark("fair"), Quality.BAD: mark("bad")}
TROUBLES: Final = {
    "frozen": mark("For %(time)s the picture stood still."),
    "slow": mark("For %(time)s the picture moved in jerks."),
    "broken": mark("For %(time)s the sound had gaps."),
}
WORTH_SAYING: Final = 5.0
"""Seconds; less than this nobody remembers."""

MEASURES: Final = {
    Measure.KBPS: mark("Picture, kbit/s"),
    Measure.FPS: mark("Pictures per second"),
    Measure.LOSS: mark("Losses, %"),
    Measure.ROUND_TRIP: mark("There and back, ms"),
    Measure.JITTER: mark("Jitter of the sound, ms"),
    Measure.CONCEALED: mark("Sound that was missing, %"),
    Measure.LEVEL: mark("Loudness, 1 is full"),
}


@dataclass(frozen=True)
class Drawn:
    """One measure of both ways between two people."""

    title: str
    chart: Chart


@dataclass(frozen=True)
class Pair:
    """Two people of the call; `names` are the receivers of the first and of the second line of each graph."""

    names: tuple[str, str]
    graphs: tuple[Drawn, ...]


@dataclass(frozen=True)
class View:
    """All that the page says of a call's quality."""

    verdict: str
    ratings: tuple[tuple[str, str], ...]
    """Who said what."""
    pairs: tuple[Pair, ...]
    begin: datetime
    end: datetime


def view(page: Page, call: Call) -> View | None:
    """The call in its reader's words; None where nothing is known of it."""
    ratings = tuple(
        (_name(page, call, each), page.gettext(SAID[person.rating]))
        for each, person in call.people.items()
        if person.rating is not None
    )
    if not (call.samples or ratings):
        return None
    verdict = _verdict(page, call, quality.judge(call.samples))
    if not call.samples:
        return View(verdict, ratings, (), page.now, page.now)
    begin, end = call.samples[0].sample.at, call.samples[-1].sample.at
    return View(verdict, ratings, _pairs(page, call, begin, end), begin, end)


def _name(page: Page, call: Call, who: str) -> str:
    return call.people[who].name or page.gettext("somebody")


def _verdict(page: Page, call: Call, verdict: Verdict) -> str:
    if verdict.quality is None:
        return page.gettext("Too little was measured to say how good it was.")
    wording = Wording(page.language, page.parts.config.zone)
    sentences = [page.gettext(OVERALL[verdict.quality])]
    for name, text in TROUBLES.items():
        seconds = getattr(verdict.worst, name)
        if seconds >= WORTH_SAYING:
            sentences.append(page.gettext(text) % {"time": wording.seconds(seconds)})
    if len(sentences) > 1:
        sentences.append(_cause(page, [_name(page, call, who) for who in call.people if who in verdict.weak]))
    return " ".join(sentences)


def _cause(page: Page, weak: list[str]) -> str:
    if len(weak) == 1:
        return page.gettext("The network of %(name)s was weak.") % {"name": weak[0]}
    text = page.gettext("The network between %(one)s and %(other)s was weak.")
    return text % {"one": weak[0], "other": weak[1]}


def _pairs(page: Page, call: Call, begin: datetime, end: datetime) -> tuple[Pair, ...]:
    """Those of whom something was measured, in the order in which they came."""
    ways = quality.ways(call.samples)
    found = []
    for one, other in combinations(call.people, 2):
        graphs = _graphs(page, (ways.get((one, other), []), ways.get((other, one), [])), begin, end)
        if graphs:
            found.append(Pair((_name(page, call, other), _name(page, call, one)), graphs))
    return tuple(found)


def _graphs(
    page: Page, both: tuple[list[Measured], list[Measured]], begin: datetime, end: datetime
) -> tuple[Drawn, ...]:
    courses = {measure: [quality.course(way, measure) for way in both] for measure in MEASURES}
    return tuple(
        Drawn(page.gettext(MEASURES[measure]), quality.chart(found, begin, end))
        for measure, found in courses.items()
        if any(found)
    )
