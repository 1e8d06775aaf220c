"""The history of visits: the database's filter says the same as the pure rule, for any visit."""

import asyncio
from datetime import datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from server import bookings, residents, tokens
from server.booking import State, state_of
from server.bookings import Filter
from server.config import ServerConfig
from server.database import Database
from server.models import Link, Reservation
from server.residents import ResidentForm
from tests.server.data_rig import NOON, add_robot
from tests.server.domain_rig import HOUR, RESIDENT, Ward, ward
from wire.rest import Consent
from wire.signaling import CloseReason

moments = st.none() | st.integers(-3, 3).map(lambda hours: NOON + hours * HOUR)
visits = st.fixed_dictionaries(
    {
        **dict.fromkeys(("cancelled_at", "closed_at", "started_at", "ended_at"), moments),
        "end_reason": st.none() | st.sampled_from([CloseReason.ENDED, CloseReason.LAST_PARTICIPANT]),
    }
)
links = st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), max_size=3)


@pytest.fixture
async def site(database: Database, config: ServerConfig) -> Ward:
    return await ward(database, config)


async def test_the_filter_and_the_rule_agree(site: Ward) -> None:
    loop = asyncio.get_running_loop()

    @settings(max_examples=60, deadline=None)
    @given(st.integers(-4, 4), visits, links)
    @example(1, {}, [(True, True, False), (True, False, True), (False, False, False)])
    @example(1, {}, [(True, True, False), (True, False, False)])
    @example(1, {}, [(True, True, True)])
    def agrees(starts: int, visit: dict[str, Any], of_visit: list[tuple[bool, ...]]) -> None:
        asyncio.run_coroutine_threadsafe(agree(site, NOON + starts * HOUR, visit, of_visit), loop).result(30)

    await asyncio.to_thread(agrees)


async def agree(site: Ward, starts: datetime, visit: dict[str, Any], of_visit: list[tuple[bool, ...]]) -> None:
    async with site.database.write() as session:
        await session.execute(delete(Link))
        await session.execute(delete(Reservation))
        times = {"starts_at": starts, "ends_at": starts + HOUR, "created_at": NOON}
        reservation = Reservation(robot_id=site.robot, title="A visit", **times, **visit)
        session.add(reservation)
        await session.flush()
        for number, (addressed, informed, revoked) in enumerate(of_visit):
            session.add(
                Link(
                    reservation_id=reservation.id,
                    token_hash=tokens.digest(str(number)),
                    email="a@example.org" if addressed else None,
                    informed_at=NOON if informed else None,
                    revoked_at=NOON if revoked else None,
                    created_at=NOON,
                )
            )
    all_of_them = await bookings.list_reservations(site.database, Filter(), NOON)
    told = [informed for addressed, informed, revoked in of_visit if addressed and not revoked]
    expected = state_of(all_of_them[0].reservation, bool(told) and all(told), NOON)
    assert [each.state for each in all_of_them] == [expected]
    for state in State:
        found = await bookings.list_reservations(site.database, Filter(states=(state,)), NOON)
        assert len(found) == (state is expected), state


async def test_what_is_asked_for_is_listed(site: Ward) -> None:
    other, _ = await add_robot(site.database, "Robot 2")
    first, second = await site.book(NOON + HOUR), await site.book(NOON + 3 * HOUR)
    third = await site.book(NOON + 2 * HOUR, robot_id=other, resident_id="", title="Doctor", emails=[])
    ids = {booked.reservation.id: number for number, booked in enumerate((first, second, third), 1)}

    async def listed(**which: Any) -> list[int]:
        found = await bookings.list_reservations(site.database, Filter(**which), NOON)
        return [ids[each.reservation.id] for each in found]

    assert await listed() == [1, 3, 2]
    assert await listed(newest_first=True) == [2, 3, 1]
    assert await listed(robot_id=other) == [3]
    assert await listed(resident_id=site.resident.id) == [1, 2]
    assert await listed(since=NOON + 1.5 * HOUR, until=NOON + 3 * HOUR) == [3]
    assert await listed(since=NOON + 1.25 * HOUR, until=NOON + 3.25 * HOUR) == [1, 3, 2]
    assert await listed(limit=1, offset=1) == [3]
    assert await listed(states=(State.ENDED, State.PLANNED)) == [1, 3, 2]
    assert await listed(states=(State.ENDED,)) == []


async def test_a_visit_comes_with_all_that_staff_see(site: Ward) -> None:
    booked = await site.book()
    by_room = await bookings.get(site.database, booked.reservation.room, NOON)
    assert (by_room.robot.name, by_room.resident.name if by_room.resident else "") == ("Robot 1", "Carmen Núñez")
    assert by_room.emails == ("juan@example.org", "lucia@example.org")
    assert by_room.state is State.PLANNED
    async with site.database.write() as session:
        await session.execute(update(Link).values(informed_at=NOON))
    assert (await bookings.get(site.database, booked.reservation.id, NOON)).state is State.INFORMED


async def test_the_robot_is_told_the_resident_s_policy(site: Ward) -> None:
    await site.book()
    form = ResidentForm.model_validate(RESIDENT | {"consent": "button"})
    await residents.edit(site.database, site.resident.id, form, "system", NOON)
    (coming,) = await bookings.upcoming(site.database, site.robot, NOON)
    assert coming.resident is not None
    assert coming.resident.consent is Consent.BUTTON
