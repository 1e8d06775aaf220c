"""Visits as staff look at them: as a list, by day, by week, and those that are past."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from server import bookings, residents, robots
from server.booking import State
from server.bookings import Filter, Listed
from server.languages import mark
from server.pages.days import bounds, chosen, monday
from server.pages.page import Key, Staff, StaffPage
from server.pages.route import PageRoute

PER_PAGE = 50
MOST_PARTS = 10
"""A day or a week is read in so many parts at most; that is two thousand visits."""
STATES = {
    State.PLANNED: mark("planned"),
    State.INFORMED: mark("relatives informed"),
    State.RUNNING: mark("running"),
    State.ENDED: mark("ended"),
    State.MISSED: mark("did not take place"),
    State.CANCELLED: mark("cancelled"),
    State.CLOSED: mark("closed"),
}
router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True)
class Chosen:
    """What the reader wants to see, as the address says it; what is empty does not count."""

    robot: Key = ""
    resident: Key = ""
    state: Key = ""
    date: Key = ""
    past: bool = False
    page: Annotated[int, Query(ge=1, le=10_000)] = 1

    @property
    def filter(self) -> Filter:
        """As the bookings take it, but for the time."""
        states = tuple(state for state in State if state == self.state)
        return Filter(robot_id=self.robot or None, resident_id=self.resident or None, states=states)


Choice = Annotated[Chosen, Depends()]


@router.api_route("/reservations", methods=["GET", "HEAD"])
async def upcoming(page: Staff, choice: Choice) -> Response:
    """Visits to come, the next one first; or past ones, the last one first."""
    # One more than fits, which shows whether there is another page.
    which = replace(choice.filter, limit=PER_PAGE + 1, offset=(choice.page - 1) * PER_PAGE)
    which = replace(which, until=page.now, newest_first=True) if choice.past else replace(which, since=page.now)
    visits = await bookings.list_reservations(page.parts.database, which, page.now)
    return await _show(page, "portal/reservations.html", choice, visits=visits[:PER_PAGE], more=len(visits) > PER_PAGE)


@router.api_route("/reservations/day", methods=["GET", "HEAD"])
async def day(page: Staff, choice: Choice) -> Response:
    """One day's visits, to be read and printed."""
    first = chosen(choice.date, today(page))
    visits = await _within(page, choice, first, 1)
    return await _show(page, "portal/day.html", choice, visits=visits, day=first, step=timedelta(days=1))


@router.api_route("/reservations/week", methods=["GET", "HEAD"])
async def week(page: Staff, choice: Choice) -> Response:
    """One week's visits, a column for each day."""
    first = monday(chosen(choice.date, today(page)))
    visits = await _within(page, choice, first, 7)
    zone = page.parts.config.zone
    days = [
        (day, [visit for visit in visits if visit.reservation.starts_at.astimezone(zone).date() == day])
        for day in (first + timedelta(days=number) for number in range(7))
    ]
    return await _show(page, "portal/week.html", choice, days=days, day=first, step=timedelta(days=7))


def today(page: StaffPage) -> date:
    """The site's day."""
    return page.now.astimezone(page.parts.config.zone).date()


async def _within(page: StaffPage, choice: Chosen, first: date, days: int) -> Sequence[Listed]:
    """The visits that begin on these days."""
    since, until = bounds(first, days, page.parts.config.zone)
    which = replace(choice.filter, since=since, until=until)
    visits: list[Listed] = []
    for number in range(MOST_PARTS):
        part = await bookings.list_reservations(
            page.parts.database, replace(which, offset=number * which.limit), page.now
        )
        visits += (visit for visit in part if visit.reservation.starts_at >= since)
        if len(part) < which.limit:
            break
    return visits


async def _show(page: StaffPage, template: str, choice: Chosen, **values: object) -> Response:
    await page.saw("reservation")
    await page.saw("resident")
    return page.show(
        template,
        choice=choice,
        typed=vars(choice),
        mistakes={},
        states=STATES,
        today=today(page),
        early=early(page),
        robots=await robots.list_robots(page.parts.database),
        residents=await residents.list_residents(page.parts.database),
        **values,
    )


def early(page: StaffPage) -> timedelta:
    """So long before its start a room can be joined."""
    return timedelta(minutes=page.parts.config.rooms.early_minutes)
