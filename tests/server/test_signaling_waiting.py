"""The waiting room, staff and revocation end to end: real sockets, a real server, a real database file."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from server import bookings, signaling
from server.models import Audit, Link, Participant, Reservation, Robot, User
from server.times import utc_now
from tests.server.signaling_rig import Client, Rig, Visit, running, until


@pytest.fixture
async def rig(migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    """Everything as in service, but faster by the clock."""
    monkeypatch.setattr(signaling, "TICK_SECONDS", 0.1)
    async with running(migrated, tmp_path, grace_seconds=1) as rig:
        yield rig


async def guarded(rig: Rig) -> tuple[Visit, Client, Client]:
    """A visit whose guests wait, its robot, and a nurse."""
    visit = await rig.book(waiting_room=True)
    robot = await rig.robot(visit)
    nurse = await rig.staff(visit)
    assert (await robot.hear("participant_joined"))["kind"] == "staff"
    return visit, robot, nurse


async def knock(rig: Rig, visit: Visit, nurse: Client, name: str, **join: Any) -> Client:
    """A guest who waits, and whose name the nurse was told last."""
    guest = await rig.guest(visit, name=name, **join)
    assert guest.joined["waiting"] is True
    assert (await nurse.hear("waiting_room"))["guests"][-1]["name"] == name
    return guest


async def update_row(rig: Rig, table: type, condition: Any, **values: Any) -> None:
    async with rig.database.write() as session:
        await session.execute(update(table).where(condition).values(**values))


async def test_staff_join_by_the_rooms_name_and_are_the_company_of_a_robot(rig: Rig) -> None:
    visit = await rig.book()
    robot, nurse = await rig.robot(visit), await rig.staff(visit)
    newcomer = await robot.hear("participant_joined")
    assert (newcomer["id"], newcomer["kind"], newcomer["name"]) == (nurse.id, "staff", "Nora")
    assert [one["id"] for one in nurse.joined["roster"]] == [robot.id]
    assert (await rig.reservation(visit)).started_at is not None


async def test_the_rooms_name_opens_to_nobody_without_a_session(rig: Rig) -> None:
    visit = await rig.book()
    for headers in ({}, {"Cookie": "session=a-guess"}):
        stranger = await rig.client(**headers)
        assert (await stranger.join(visit.room, name="Eve"))["error"] == "unknown_room"


async def test_who_has_yet_to_choose_a_password_is_not_staff(rig: Rig) -> None:
    visit = await rig.book()
    nurse = await rig.staff(visit, must_change_password=True)
    assert nurse.joined["error"] == "unknown_room"


async def test_staff_with_a_guests_link_are_guests(rig: Rig) -> None:
    visit, _, nurse = await guarded(rig)
    await nurse.call("leave")
    assert (await nurse.join(visit.link, name="Nora"))["waiting"] is True


async def test_one_guest_is_let_in_and_one_sent_away(rig: Rig) -> None:
    visit, robot, nurse = await guarded(rig)
    await rig.add_link(visit.id, "a-strangers-link-of-24-bytes")
    ana = await knock(rig, visit, nurse, "Ana")
    eve = await rig.client()
    await eve.join("a-strangers-link-of-24-bytes", name="Eve")
    assert [guest["name"] for guest in (await nurse.hear("waiting_room"))["guests"]] == ["Ana", "Eve"]

    assert await nurse.call("admit", {"participant": ana.id}) == {}
    admitted = await ana.hear("admitted")
    assert {key: admitted[key] for key in ("participant", "secret", "resumed")} == {**ana.proof, "resumed": False}
    assert [one["id"] for one in admitted["roster"]] == [robot.id, nurse.id]
    assert (await robot.hear("participant_joined"))["id"] == ana.id
    assert (await nurse.hear("participant_joined"))["id"] == ana.id
    assert [guest["name"] for guest in (await nurse.hear("waiting_room"))["guests"]] == ["Eve"]
    assert await ana.call("renegotiate", {"to": robot.id, "connection": "c"}) == {}
    assert (await robot.hear("renegotiate"))["from"] == ana.id

    assert await nurse.call("deny", {"participant": eve.id}) == {}
    assert await eve.hear("room_closed") == {"reason": "denied"}
    await eve.gone()
    again = await rig.client()
    assert (await again.join("a-strangers-link-of-24-bytes", name="Eve"))["error"] == "denied"
    assert robot.heard.empty(), "the robot heard of who was sent away"
    await let_wait(rig, "a-strangers-link-of-24-bytes")
    assert (await again.join("a-strangers-link-of-24-bytes", name="Eve"))["waiting"] is True
    async with rig.database.read() as session:
        entries = [(entry.action, entry.object_id) for entry in await session.scalars(select(Audit))]
        assert ("admit_guest", ana.id) in entries
        assert [action for action, _ in entries].count("join") == 3
        assert [action for action, _ in entries].count("deny_guest") == 1
        assert [action for action, _ in entries].count("forgive") == 1
        names = set(await session.scalars(select(Participant.name)))
    assert "Eve" not in names


async def let_wait(rig: Rig, token: str) -> None:
    """Let the holder of a link knock again, as staff do on the visit's page."""
    _, link = await bookings.find_by_token(rig.database, token)
    await bookings.let_link_wait(rig.database, link.id, "nora", utc_now())


async def test_before_admission_nothing_is_relayed(rig: Rig) -> None:
    visit, robot, nurse = await guarded(rig)
    ana = await knock(rig, visit, nurse, "Ana")
    for to in (robot.id, nurse.id):
        offer = {"to": to, "connection": "c", "sdp": "v=0", "tracks": {}}
        for event, message in (
            ("offer", offer),
            ("answer", offer),
            ("candidate", {"to": to, "connection": "c", "candidate": "candidate:1"}),
            ("renegotiate", {"to": to, "connection": "c"}),
            ("chat", {"to": to, "text": "hello"}),
            ("chat", {"text": "hello"}),
            ("admit", {"participant": ana.id}),
        ):
            assert (await ana.call(event, message))["error"] == "not_in_room", event
    assert (await robot.call("offer", {**offer, "to": ana.id}))["error"] == "unknown_participant"
    assert (await robot.call("admit", {"participant": ana.id}))["error"] == "not_allowed"
    assert await nurse.call("chat", {"text": "shall we?"}) == {}
    assert (await robot.hear("chat"))["text"] == "shall we?"
    assert robot.heard.empty()
    assert ana.heard.empty()
    assert not await occupied_by_a_guest(rig, visit)


async def occupied_by_a_guest(rig: Rig, visit: Visit) -> bool:
    here = select(Participant).where(Participant.reservation_id == visit.id, Participant.kind == "guest")
    async with rig.database.read() as session:
        return (await session.scalars(here)).first() is not None


async def test_who_was_let_in_stays_so_over_a_restart_of_the_server(rig: Rig) -> None:
    visit, robot, nurse = await guarded(rig)
    ana = await knock(rig, visit, nurse, "Ana")
    await nurse.call("admit", {"participant": ana.id})
    juan = await rig.guest(visit, name="Juan")
    await nurse.call("leave")
    await rig.kill()
    await asyncio.gather(*(client.gone() for client in (robot, ana, juan)))
    await rig.start()
    back = await rig.guest(visit, resume=ana.proof)
    assert (back.joined["participant"], back.joined["resumed"]) == (ana.id, True)
    assert (await rig.guest(visit, name="Juan", resume=juan.proof)).joined["waiting"] is True


async def test_who_was_let_in_and_lost_comes_back_without_waiting(rig: Rig) -> None:
    visit, robot, nurse = await guarded(rig)
    ana = await knock(rig, visit, nurse, "Ana")
    await nurse.call("admit", {"participant": ana.id})
    await robot.hear("participant_joined")
    await ana.vanish()
    assert (await robot.hear("participant_changed"))["connected"] is False
    assert (await robot.hear("participant_left"))["reason"] == "lost"
    back = await rig.guest(visit, resume=ana.proof)
    assert (back.joined["resumed"], len(back.joined["roster"])) == (False, 2)


async def test_who_waits_may_lose_the_connection_and_wait_on_as_himself(rig: Rig) -> None:
    visit, _, nurse = await guarded(rig)
    ana = await knock(rig, visit, nurse, "Ana")
    await ana.vanish()
    assert (await nurse.hear("waiting_room"))["guests"][0]["connected"] is False
    back = await rig.guest(visit, name="Ana", resume=ana.proof)
    assert back.proof == ana.proof
    await nurse.hear("waiting_room")
    await nurse.call("admit", {"participant": ana.id})
    assert (await back.hear("admitted"))["secret"] == ana.proof["secret"]


async def test_staff_who_come_later_are_told_who_waits(rig: Rig) -> None:
    visit = await rig.book(waiting_room=True)
    await rig.guest(visit, name="Ana")
    nurse = await rig.staff(visit)
    assert [guest["name"] for guest in nurse.joined["waiting_room"]] == ["Ana"]


@pytest.mark.parametrize("who", ["guest", "waiting", "robot", "staff"])
async def test_whose_way_in_is_revoked_is_out_within_two_seconds(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    monkeypatch.undo()  # ticks as in service
    visit = await rig.book()
    robot, nurse, guest = await rig.robot(visit), await rig.staff(visit), await rig.guest(visit)
    if who == "waiting":
        await update_row(rig, Reservation, Reservation.id == visit.id, waiting_room=True)
        gone = await rig.client()
        await until(lambda: rig.signaling._attendance._rooms[visit.id].visit.waiting_room)
        await gone.join(visit.link, name="Juan")
    else:
        gone = {"guest": guest, "robot": robot, "staff": nurse}[who]
    while not gone.heard.empty():
        gone.heard.get_nowait()
    start = time.monotonic()
    match who:
        case "guest" | "waiting":
            await update_row(rig, Link, Link.reservation_id == visit.id, revoked_at=utc_now())
        case "robot":
            await update_row(rig, Robot, Robot.id == visit.robot, revoked_at=utc_now())
        case "staff":
            await update_row(rig, User, User.username == "nurse", active=False)
    assert await gone.hear("room_closed") == {"reason": "removed"}
    await gone.gone()
    assert time.monotonic() - start < 10


async def test_a_robot_that_enrolled_again_leaves_no_old_connection(rig: Rig) -> None:
    visit = await rig.book()
    idle = await rig.client(visit.token)
    await update_row(rig, Robot, Robot.id == visit.robot, token_hash="of another token")
    await idle.gone()


async def test_leaving_the_namespace_ends_the_connection_and_its_limits_with_it(rig: Rig) -> None:
    visit = await rig.book()
    guest = await rig.guest(visit)
    await guest.sio._send_packet(guest.sio.packet_class(1, namespace="/"))
    await guest.gone()
    assert not rig.signaling._sockets.server.eio.sockets
