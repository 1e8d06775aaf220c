"""Reservations, their links and their rooms, for staff."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from server import bookings, times, tokens
from server.access import CurrentUser, Parts, Shared
from server.api.common import CONFLICT, FOR_STAFF, NOT_FOUND, PRIVATE, Instant, View, saw
from server.booking import State
from server.bookings import Filter, Listed, ReservationForm
from server.models import Language, Link
from wire.base import Id
from wire.signaling import CloseReason

router = APIRouter(tags=["reservations"], dependencies=[PRIVATE], responses=FOR_STAFF)


class LinkView(View):
    """A guest's link; `denied_at` is when staff sent its holder away from the waiting room."""

    id: str
    url: str
    name: str | None
    email: str | None
    language: Language
    informed_at: datetime | None
    denied_at: datetime | None


class ReservationView(View):
    """A visit; `started_at` and `ended_at` are the real ones."""

    id: str
    room: str
    robot_id: str
    resident_id: str | None
    title: str
    description: str
    starts_at: datetime
    ends_at: datetime
    waiting_room: bool
    recording: bool
    state: State
    started_at: datetime | None
    ended_at: datetime | None
    end_reason: CloseReason | None
    sequence: int
    created_at: datetime
    changed_at: datetime | None
    links: tuple[LinkView, ...]


class Wanted(BaseModel):
    """Which visits to list: those that share an instant with `since` to `until`, in one of the states."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    robot_id: Id | None = None
    resident_id: Id | None = None
    since: Instant | None = None
    until: Instant | None = None
    states: tuple[State, ...] = ()
    newest_first: bool = False
    limit: Annotated[int, Field(ge=1, le=200)] = 200
    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class Move(BaseModel):
    """Another time for a visit, as in `ReservationForm`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    starts_at: Annotated[str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True)]
    fold: Literal[0, 1] | None = None


@router.get("/reservations")
async def list_reservations(
    wanted: Annotated[Wanted, Query()], user: CurrentUser, parts: Shared
) -> tuple[ReservationView, ...]:
    """List visits by start, 200 at most at once."""
    await saw(parts, user, "reservation")
    found = await bookings.list_reservations(parts.database, Filter(**wanted.model_dump()), parts.clock())
    return tuple(_view(parts, each) for each in found)


@router.post("/reservations", status_code=HTTPStatus.CREATED, responses=CONFLICT)
async def book(form: ReservationForm, user: CurrentUser, parts: Shared) -> ReservationView:
    """Book a visit; 409 where the robot is taken, with the other visit named."""
    wish = await bookings.wish_of(parts.database, parts.config, form)
    booked = await bookings.book(parts.database, parts.config, parts.secret, wish, user.id, parts.clock())
    return await _read(parts, booked.reservation.id)


@router.get("/reservations/{reservation}", responses=NOT_FOUND)
async def get_reservation(reservation: Id, user: CurrentUser, parts: Shared) -> ReservationView:
    """Read one visit, by its id or its room."""
    found = await _read(parts, reservation)
    await saw(parts, user, "reservation", found.id)
    return found


@router.put("/reservations/{reservation}", responses=NOT_FOUND | CONFLICT)
async def edit(reservation: Id, form: ReservationForm, user: CurrentUser, parts: Shared) -> ReservationView:
    """Change a visit; 409 where it is over or the robot is taken."""
    wish = await bookings.wish_of(parts.database, parts.config, form)
    await bookings.edit(parts.database, parts.config, parts.secret, reservation, wish, user.id, parts.clock())
    return await _read(parts, reservation)


@router.post("/reservations/{reservation}/move", responses=NOT_FOUND | CONFLICT)
async def move(reservation: Id, to: Move, user: CurrentUser, parts: Shared) -> ReservationView:
    """Let a visit start at another time and last as long; 409 where it is over or the robot is taken."""
    starts_at = times.wall_time(to.starts_at, parts.config.zone, to.fold)
    await bookings.move(parts.database, parts.config, parts.secret, reservation, starts_at, user.id, parts.clock())
    return await _read(parts, reservation)


@router.post("/reservations/{reservation}/repeat", status_code=HTTPStatus.CREATED, responses=NOT_FOUND | CONFLICT)
async def repeat(reservation: Id, user: CurrentUser, parts: Shared) -> ReservationView:
    """Book the same visit for the next week."""
    again = await bookings.repeat_next_week(
        parts.database, parts.config, parts.secret, reservation, user.id, parts.clock()
    )
    return await _read(parts, again.reservation.id)


@router.delete("/reservations/{reservation}", status_code=HTTPStatus.NO_CONTENT, responses=NOT_FOUND | CONFLICT)
async def cancel(reservation: Id, user: CurrentUser, parts: Shared) -> None:
    """Cancel a visit and tell its relatives; 409 where it is over."""
    await bookings.cancel(parts.database, parts.config, parts.secret, reservation, user.id, parts.clock())


@router.post("/rooms/{room}/close", status_code=HTTPStatus.NO_CONTENT, responses=NOT_FOUND | CONFLICT)
async def close_room(room: Id, user: CurrentUser, parts: Shared) -> None:
    """Close a room for good and send everyone home; 409 where the visit is over."""
    await bookings.close(parts.database, parts.config, parts.secret, room, user.id, parts.clock())


@router.post("/links/{link}/revoke", status_code=HTTPStatus.NO_CONTENT, responses=NOT_FOUND)
async def revoke_link(link: Id, user: CurrentUser, parts: Shared) -> None:
    """Let nobody in by this link any more."""
    await bookings.revoke_link(parts.database, link, user.id, parts.clock())


@router.post("/links/{link}/let-wait", status_code=HTTPStatus.NO_CONTENT, responses=NOT_FOUND)
async def let_link_wait(link: Id, user: CurrentUser, parts: Shared) -> None:
    """Let a guest knock again whom staff sent away from the waiting room."""
    await bookings.let_link_wait(parts.database, link, user.id, parts.clock())


async def _read(parts: Parts, reservation: str) -> ReservationView:
    return _view(parts, await bookings.get(parts.database, reservation, parts.clock()))


def _view(parts: Parts, listed: Listed) -> ReservationView:
    links = tuple(_link(parts, link) for link in listed.links)
    columns = {
        name: getattr(listed.reservation, name) for name in ReservationView.model_fields.keys() - {"state", "links"}
    }
    return ReservationView(**columns, state=listed.state, links=links)


def _link(parts: Parts, link: Link) -> LinkView:
    columns = {name: getattr(link, name) for name in LinkView.model_fields.keys() - {"url"}}
    return LinkView(**columns, url=f"{parts.config.public_url}/r/{tokens.link_token(parts.secret, link.id)}")
