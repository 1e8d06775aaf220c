"""Reservations as staff book and change them: links, mails, sequence and audit in one transaction."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from server import bookings, residents, robots
from server.booking import BookingError, ClashError, OverError, State
from server.bookings import ReservationForm
from server.config import ServerConfig
from server.database import Database
from server.errors import InputError, UnknownError
from server.models import Language
from server.residents import ResidentForm
from server.times import SkippedError, TwiceError
from tests.server.data_rig import NOON, SECRET, add_robot, mark_ended, stored
from tests.server.domain_rig import HOUR, RESIDENT, Ward, ward
from tests.server.portal_rig import add_user


@pytest.fixture
async def site(database: Database, config: ServerConfig) -> Ward:
    return await ward(database, config)


async def test_the_resident_says_what_the_form_leaves_out(site: Ward) -> None:
    booked = await site.book()
    visit = booked.reservation
    assert (visit.title, visit.resident_id, visit.ends_at) == (
        "Visita a Carmen Núñez",
        site.resident.id,
        NOON + 1.5 * HOUR,
    )
    links = await site.links(visit.id)
    assert set(links) == {"lucia@example.org", "juan@example.org"}
    assert len(set(booked.tokens)) == 2
    assert {link.language for link in links.values()} == {Language.SPANISH}
    # With two addresses nobody knows whose name it is.
    assert {link.name for link in links.values()} == {None}
    assert await site.mails() == [("confirmation", "juan", 0), ("confirmation", "lucia", 0)]


async def test_the_form_wins_over_the_resident(site: Ward) -> None:
    booked = await site.book(
        title="Doctor", emails="dr@example.org", language="en", waiting_room=True, description="x\ny"
    )
    link = (await site.links(booked.reservation.id))["dr@example.org"]
    assert (link.language, link.name) == (Language.ENGLISH, "Lucía Ortega")
    assert (booked.reservation.title, booked.reservation.waiting_room) == ("Doctor", True)
    assert booked.reservation.description == "x\ny"


async def test_without_addresses_there_is_a_link_to_hand_over(site: Ward) -> None:
    booked = await site.book(emails=[])
    assert list(await site.links(booked.reservation.id)) == [None]
    assert await site.mails() == []
    admission = await bookings.admit_guest(site.database, booked.token, NOON + HOUR, site.config.rooms)
    assert admission.name == "Lucía Ortega"


async def test_who_booked_is_known(site: Ward) -> None:
    site.actor = await add_user(site.database)
    assert (await site.book()).reservation.created_by == site.actor


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"resident_id": "nobody"}, "resident_id"),
        ({"robot_id": "nothing"}, "robot_id"),
        ({"resident_id": ""}, "title"),
        ({"starts_at": "tomorrow"}, "starts_at"),
        ({"minutes": 300}, "ends_at"),
        ({"starts_at": "2020-01-01T10:00"}, "starts_at"),
        ({"starts_at": "9999-12-31T23:59Z", "minutes": 120}, "starts_at"),
        ({"starts_at": "2062-11-20T18:00"}, "starts_at"),
    ],
)
async def test_what_cannot_be_had_is_refused_with_its_field(site: Ward, changes: dict[str, Any], field: str) -> None:
    before = await site.audit()
    with pytest.raises(InputError) as refused:
        await site.book(**changes)
    assert refused.value.field == field
    assert (await site.audit(), await site.mails()) == (before, [])


async def test_a_revoked_robot_cannot_be_booked(site: Ward) -> None:
    await robots.revoke(site.database, site.robot, "system", NOON)
    with pytest.raises(BookingError, match="revoked"):
        await site.book()


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("robot_id", None),
        ("starts_at", ""),
        ("minutes", ""),
        ("minutes", "0"),
        ("emails", "lucia@example.org; not-an-address"),
        ("emails", "a\r\nBcc: b@example.org"),
        ("title", "two\nlines"),
        ("language", "fr"),
        ("fold", "2"),
    ],
)
def test_what_is_missing_or_wrong_is_named(field: str, written: str | None) -> None:
    values = {"robot_id": "r1", "starts_at": "2026-11-20T18:00", "minutes": "30", field: written}
    with pytest.raises(ValidationError) as refused:
        ReservationForm.model_validate({name: value for name, value in values.items() if value is not None})
    assert {error["loc"][0] for error in refused.value.errors()} == {field}


def test_addresses_come_as_a_list_or_between_semicolons_and_once() -> None:
    form = {"robot_id": "r1", "starts_at": "x", "minutes": 30}
    for written in ("a@b.org; A@B.org ;c@d.org;", ["a@b.org", "c@d.org"], "a@b.org, c@d.org"):
        emails = ReservationForm.model_validate(form | {"emails": written}).emails
        assert [email.lower() for email in emails or ()] == ["a@b.org", "c@d.org"]
    assert ReservationForm.model_validate(form | {"emails": " "}).emails is None
    assert ReservationForm.model_validate(form | {"emails": []}).emails == ()


async def test_the_skipped_hour_names_its_neighbours_and_the_double_one_asks_which(site: Ward) -> None:
    with pytest.raises(SkippedError, match=r"01:59.*03:00"):
        await site.wish(starts_at=datetime.fromisoformat("2027-03-28T02:30"))
    double = datetime.fromisoformat("2027-10-31T02:30")
    with pytest.raises(TwiceError) as asked:
        await site.wish(starts_at=double)
    chosen = [(await site.wish(starts_at=double, fold=fold)).starts_at for fold in ("0", "1")]
    assert tuple(chosen) == asked.value.choices
    assert chosen[1] - chosen[0] == HOUR


async def test_a_change_of_the_time_is_told_to_all_and_raises_the_sequence(site: Ward) -> None:
    booked = await site.book()
    await site.edit(booked.reservation.id, starts_at=NOON + 2 * HOUR)
    visit = await stored(site.database, booked.reservation.id)
    assert (visit.starts_at, visit.sequence, visit.changed_at) == (NOON + 2 * HOUR, 1, NOON)
    # Nothing had gone out yet, so the change takes the confirmation's place.
    assert await site.mails() == [("change", "juan", 1), ("change", "lucia", 1)]
    assert [link.revoked_at for link in (await site.links(visit.id)).values()] == [None, None]


async def test_another_relative_is_invited_and_one_is_taken_off(site: Ward) -> None:
    booked = await site.book()
    await site.edit(booked.reservation.id, emails="lucia@example.org; eva@example.org")
    links = await site.links(booked.reservation.id)
    assert {email: link.revoked_at for email, link in links.items()} == {
        "lucia@example.org": None,
        "juan@example.org": NOON,
        "eva@example.org": None,
    }
    assert ("cancellation", "juan", 1) in await site.mails()
    assert ("confirmation", "eva", 1) in await site.mails()
    assert ("change", "lucia", 1) not in await site.mails()


async def test_what_relatives_do_not_see_is_not_told(site: Ward) -> None:
    booked = await site.book()
    mails = await site.mails()
    other, _ = await add_robot(site.database, "Robot 2")
    await site.edit(booked.reservation.id, robot_id=other, waiting_room=True)
    visit = await stored(site.database, booked.reservation.id)
    assert (visit.robot_id, visit.waiting_room, visit.sequence) == (other, True, 0)
    assert await site.mails() == mails


async def test_a_change_of_nothing_is_none(site: Ward) -> None:
    booked = await site.book()
    before = await site.audit()
    await site.edit(booked.reservation.id)
    assert (await stored(site.database, booked.reservation.id)).changed_at is None
    assert await site.audit() == before


async def test_a_move_keeps_all_but_the_time(site: Ward) -> None:
    booked = await site.book(title="Doctor", emails=[], waiting_room=True)
    moved = await bookings.move(
        site.database, site.config, SECRET, booked.reservation.room, NOON + 5 * HOUR, "system", NOON
    )
    assert (moved.starts_at, moved.ends_at) == (NOON + 5 * HOUR, NOON + 5.5 * HOUR)
    assert (moved.title, moved.waiting_room) == ("Doctor", True)
    assert list(await site.links(moved.id)) == [None]


async def test_a_change_into_another_visit_is_refused_and_changes_nothing(site: Ward) -> None:
    first, second = await site.book(), await site.book(NOON + 3 * HOUR)
    with pytest.raises(ClashError) as refused:
        await site.edit(second.reservation.id, starts_at=NOON + 1.25 * HOUR, emails="eva@example.org")
    assert refused.value.starts_at == first.reservation.starts_at
    assert (await stored(site.database, second.reservation.id)).sequence == 0
    assert "eva@example.org" not in await site.links(second.reservation.id)


async def test_cancelling_tells_and_cannot_be_done_twice(site: Ward) -> None:
    booked = await site.book()
    args = (site.database, site.config, SECRET, booked.reservation.id)
    await bookings.cancel(*args, "system", NOON)
    assert await site.mails() == [("cancellation", "juan", 1), ("cancellation", "lucia", 1)]
    with pytest.raises(OverError, match="cancelled"):
        await bookings.cancel(*args, "system", NOON)
    with pytest.raises(OverError, match="cancelled"):
        await site.edit(booked.reservation.id)
    assert (await bookings.get(site.database, booked.reservation.id, NOON)).state is State.CANCELLED


@pytest.mark.parametrize(("at", "told"), [(NOON, True), (NOON + HOUR, False)])
async def test_closing_is_told_only_before_the_start(site: Ward, at: datetime, told: bool) -> None:
    booked = await site.book()
    await bookings.close(site.database, site.config, SECRET, booked.reservation.room, "system", at)
    assert any(kind == "cancellation" for kind, _, _ in await site.mails()) is told
    assert (await bookings.get(site.database, booked.reservation.room, at)).state is State.CLOSED


async def test_the_same_next_week_is_at_the_same_time_on_the_clock(site: Ward) -> None:
    site.now = datetime(2026, 10, 20, 12, tzinfo=UTC)
    booked = await site.book(datetime(2026, 10, 20, 14, tzinfo=UTC), description="x")
    again = await bookings.repeat_next_week(
        site.database, site.config, SECRET, booked.reservation.id, "system", site.now
    )
    # On 25 October the clocks of Madrid went back.
    assert again.reservation.starts_at == datetime(2026, 10, 27, 15, tzinfo=UTC)
    assert (again.reservation.title, again.reservation.description) == (booked.reservation.title, "x")
    assert set(await site.links(again.reservation.id)) == set(await site.links(booked.reservation.id))
    assert again.reservation.room != booked.reservation.room
    with pytest.raises(ClashError):
        await bookings.repeat_next_week(site.database, site.config, SECRET, booked.reservation.id, "system", site.now)


async def test_an_old_visit_is_repeated_in_the_week_to_come(site: Ward) -> None:
    booked = await site.book()
    now = NOON + timedelta(days=30)
    again = await bookings.repeat_next_week(site.database, site.config, SECRET, booked.reservation.id, "system", now)
    assert again.reservation.starts_at == booked.reservation.starts_at + timedelta(weeks=5)


async def test_a_link_is_revoked_alone(site: Ward) -> None:
    booked = await site.book()
    link = (await site.links(booked.reservation.id))["juan@example.org"]
    await bookings.revoke_link(site.database, link.id, "system", NOON)
    with pytest.raises(UnknownError):
        await bookings.revoke_link(site.database, link.id, "system", NOON)
    assert (await bookings.get(site.database, booked.reservation.id, NOON)).emails == ("lucia@example.org",)


async def test_quiet_hours_are_kept(site: Ward) -> None:
    form = ResidentForm.model_validate(RESIDENT | {"quiet_from": "14:00", "quiet_until": "16:00"})
    await residents.edit(site.database, site.resident.id, form, "system", NOON)
    with pytest.raises(BookingError, match="14:00 to 16:00"):
        await site.book(NOON + HOUR)
    await site.book(NOON + 3 * HOUR)  # 16:00 in Madrid


async def test_every_change_is_in_the_audit_without_a_name(site: Ward) -> None:
    start = len(await site.audit())
    booked = await site.book()
    await site.edit(booked.reservation.id, title="Doctor")
    link = (await site.links(booked.reservation.id))["juan@example.org"]
    await bookings.revoke_link(site.database, link.id, "system", NOON)
    await bookings.cancel(site.database, site.config, SECRET, booked.reservation.id, "system", NOON)
    assert (await site.audit())[start:] == [
        ("book", "reservation"),
        ("change", "reservation"),
        ("revoke", "link"),
        ("cancel", "reservation"),
    ]


async def test_what_is_over_cannot_be_changed(site: Ward) -> None:
    booked = await site.book()
    await mark_ended(site.database, booked.reservation.id, NOON)
    with pytest.raises(OverError, match="over"):
        await site.edit(booked.reservation.id, title="Doctor")
