"""Signaling end to end: real sockets, a real server, a real database file."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from socketio.exceptions import ConnectionError as SocketConnectionError

from server import audit, bookings, signaling
from server.times import utc_now
from tests.server.signaling_rig import Rig, running, until
from wire.signaling import CloseReason, LeaveReason, Media


@pytest.fixture
async def rig(migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    """Everything as in service, but faster by the clock."""
    monkeypatch.setattr(signaling, "TICK_SECONDS", 0.1)
    async with running(migrated, tmp_path, grace_seconds=1, alone_seconds=0.5, linger_seconds=0.5) as rig:
        yield rig


async def test_robot_and_guest_meet_talk_and_part(rig: Rig) -> None:
    visit = await rig.book()
    robot = await rig.robot(visit)
    assert robot.joined["roster"] == []
    guest = await rig.guest(visit, name="Ana", media={"audio": True, "video": False})
    (other,) = guest.joined["roster"]
    assert (other["id"], other["kind"], other["connected"]) == (robot.id, "robot", True)
    assert (guest.joined["mode"], guest.joined["resumed"], guest.joined["title"]) == ("mesh", False, "Visit")
    newcomer = await robot.hear("participant_joined")
    media = Media(video=False).model_dump(mode="json", exclude_none=True)
    assert newcomer == {"id": guest.id, "kind": "guest", "name": "Ana", "media": media, "connected": True}
    assert (await rig.reservation(visit)).started_at is not None

    offer = {"to": robot.id, "from": "somebody-else", "connection": "c1", "sdp": "v=0", "tracks": {}}
    assert await guest.call("offer", offer) == {}
    assert await robot.hear("offer") == {"from": guest.id, "connection": "c1", "sdp": "v=0", "tracks": {}}
    assert await robot.call("answer", {**offer, "to": guest.id}) == {}
    assert await guest.hear("answer") == {"from": robot.id, "connection": "c1", "sdp": "v=0", "tracks": {}}
    candidate = {"to": robot.id, "connection": "c1", "candidate": "candidate:1", "sdp_mid": "0"}
    assert await guest.call("candidate", candidate) == {}
    assert (await robot.hear("candidate"))["sdp_mid"] == "0"
    assert await robot.call("renegotiate", {"to": guest.id, "connection": "c1"}) == {}
    assert await guest.hear("renegotiate") == {"from": robot.id, "connection": "c1"}
    assert await guest.call("media", {"audio": False, "video": True, "screen": False}) == {}
    assert (await robot.hear("participant_changed"))["media"]["audio"] is False
    assert await guest.call("chat", {"text": "¡Hola!"}) == {}
    chat = await robot.hear("chat")
    assert (chat["text"], chat["from"]) == ("¡Hola!", guest.id)
    assert abs(datetime.fromisoformat(chat["at"]) - utc_now()) < timedelta(seconds=5)

    assert await guest.call("leave") == {}
    assert await robot.hear("participant_left") == {"participant": guest.id, "reason": "left"}
    assert await robot.call("leave") == {}
    left_at = (await rig.participant(robot.id)).left_at
    assert (await rig.participant(guest.id)).leave_reason is LeaveReason.LEFT

    async def ended() -> bool:
        return (await rig.reservation(visit)).ended_at is not None

    await until(ended)
    reservation = await rig.reservation(visit)
    assert (reservation.ended_at, reservation.end_reason) == (left_at, CloseReason.LAST_PARTICIPANT)
    assert (await robot.join(visit.room))["error"] == "ended"


@pytest.mark.parametrize(
    ("starts", "ends", "error"), [(1000, 2000, "too_early"), (-2000, -1000, "ended"), (-60, 600, "unknown_room")]
)
async def test_the_door_is_open_in_the_window_and_to_the_right_link_only(
    rig: Rig, starts: float, ends: float, error: str
) -> None:
    visit = await rig.book(starts, ends)
    guest = await rig.client()
    answer = await guest.join("a-guess" if error == "unknown_room" else visit.link, name="Ana")
    assert answer["error"] == error
    assert ("opens_at" in answer) == (error == "too_early")
    assert (await guest.call("chat", {"text": "hello"}))["error"] == "not_in_room"


async def test_a_robot_needs_its_token_and_its_own_reservation(rig: Rig) -> None:
    visit, other = await rig.book(), await rig.book()
    with pytest.raises(SocketConnectionError):
        await rig.client(f"{visit.robot}.wrong")
    assert rig.clients[-1].refused["data"]["error"] == "not_authenticated"
    robot = await rig.client(visit.token)
    assert (await robot.join(other.room))["error"] == "unknown_room"
    assert (await robot.join(visit.link))["error"] == "unknown_room"
    guest = await rig.client()
    assert (await guest.join(visit.room, name="Ana"))["error"] == "unknown_room"


async def test_another_version_is_refused(rig: Rig) -> None:
    visit = await rig.book()
    guest = await rig.client()
    assert (await guest.call("join", {"version": 2, "room": visit.link, "name": "Ana"}))["error"] == "version"


async def test_a_lost_guest_resumes_as_himself(rig: Rig) -> None:
    visit = await rig.book()
    robot, guest = await rig.robot(visit), await rig.guest(visit)
    await robot.hear("participant_joined")
    await guest.vanish()
    assert (await robot.hear("participant_changed"))["connected"] is False
    back = await rig.guest(visit, resume=guest.proof)
    assert (back.joined["resumed"], back.proof) == (True, guest.proof)
    changed = await robot.hear("participant_changed")
    assert (changed["id"], changed["connected"]) == (guest.id, True)


async def test_a_lost_guest_left_after_the_grace_time_and_the_robot_is_told(rig: Rig) -> None:
    visit = await rig.book()
    robot, guest = await rig.robot(visit), await rig.guest(visit)
    await robot.hear("participant_joined")
    await guest.vanish()
    await robot.hear("participant_changed")
    assert (await robot.call("renegotiate", {"to": guest.id, "connection": "c"}))["error"] == "not_connected"
    assert await robot.hear("participant_left") == {"participant": guest.id, "reason": "lost"}
    assert (await robot.call("renegotiate", {"to": guest.id, "connection": "c"}))["error"] == "unknown_participant"
    assert (await rig.participant(guest.id)).leave_reason is LeaveReason.LOST
    again = await rig.guest(visit, resume=guest.proof)
    assert again.joined["resumed"] is False
    assert again.id != guest.id


async def test_connections_lost_while_the_database_is_locked_leave_no_ghosts(migrated: Path, tmp_path: Path) -> None:
    async with running(migrated, tmp_path, busy_seconds=0.1, grace_seconds=0) as rig:
        visit = await rig.book()
        robot, guest = await rig.robot(visit), await rig.guest(visit)
        other = sqlite3.connect(rig.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            await guest.vanish()
            await robot.vanish()
            await until(lambda: not rig.signaling._connections)
            await until(lambda: len(rig.signaling._lost) > 0)
        finally:
            other.close()

        async def both_left() -> bool:
            rows = [await rig.participant(one.id) for one in (robot, guest)]
            return all(row.leave_reason is LeaveReason.LOST for row in rows)

        await until(both_left)


async def test_who_is_gone_before_he_is_in_is_told_of_no_credentials(
    migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROBOTSERVER_TURN__ADDRESS", "192.0.2.10")
    async with running(migrated, tmp_path) as rig:
        visit = await rig.book()
        robot, guest = await rig.robot(visit), await rig.client()
        (sid,) = (sid for sid, each in rig.signaling._connections.items() if each.robot is None)
        other = sqlite3.connect(rig.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            await guest.sio.emit("join", {"version": 1, "room": visit.link, "name": "Ana"})
            await until(lambda: rig.signaling._connections[sid].reservation == visit.id)
            rig.signaling._sockets.close(sid)
            await until(lambda: sid not in rig.signaling._connections)
        finally:
            other.close()
        await robot.hear("participant_joined")
        await guest.gone()
        await until(lambda: sid not in rig.signaling._sockets.server.eio.sockets)
        assert sid not in rig.signaling._renewals._told


async def test_the_newest_connection_wins(rig: Rig) -> None:
    visit = await rig.book()
    guest = await rig.guest(visit)
    newer = await rig.guest(visit, resume=guest.proof)
    assert await guest.hear("room_closed") == {"reason": "replaced"}
    await guest.gone()
    assert await newer.call("chat", {"text": "still here"}) == {}


async def test_one_live_connection_per_robot(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    visit = await rig.book()
    robot, guest = await rig.robot(visit), await rig.guest(visit)
    copy = await rig.client(visit.token)
    assert (await copy.join(visit.room))["error"] == "already_connected"
    assert "is connected already" in caplog.text
    elsewhere = await rig.book_again(visit.robot, 601, 900)
    assert (await copy.join(elsewhere.room))["error"] == "already_connected"
    await robot.vanish()
    assert (await guest.hear("participant_changed"))["connected"] is False
    assert (await copy.join(visit.room))["resumed"] is False
    assert copy.id == robot.id
    assert copy.joined["secret"] != robot.joined["secret"]
    assert (await guest.hear("participant_changed"))["connected"] is True


async def test_the_last_guest_is_sent_home(rig: Rig) -> None:
    visit = await rig.book()
    robot, guest = await rig.robot(visit), await rig.guest(visit)
    await robot.call("leave")
    await guest.hear("participant_left")
    assert await guest.hear("room_closed") == {"reason": "last_participant"}
    await guest.gone()


@pytest.mark.parametrize("how", [bookings.close, bookings.cancel])
async def test_closed_or_cancelled_from_outside_is_told_within_two_seconds(
    rig: Rig, how: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # ticks as in service
    visit = await rig.book()
    robot, guest = await rig.robot(visit), await rig.guest(visit)
    await robot.hear("participant_joined")
    start = time.monotonic()
    await how(rig.database, rig.config, bytes(32), visit.room, audit.SYSTEM, utc_now())
    word = "closed" if how is bookings.close else "cancelled"
    assert await robot.hear("room_closed") == await guest.hear("room_closed") == {"reason": word}
    assert time.monotonic() - start < 10
    await asyncio.gather(robot.gone(), guest.gone())
    reservation = await rig.reservation(visit)
    assert (reservation.ended_at is not None, reservation.end_reason) == (True, CloseReason(word))
    assert (await rig.participant(guest.id)).leave_reason is LeaveReason.CLOSED
    late = await rig.client()
    assert (await late.join(visit.link, name="Ana"))["error"] == word


async def test_a_visit_whose_time_is_over_is_ended_with_or_without_anybody(rig: Rig) -> None:
    missed, held = await rig.book(ends=1), await rig.book(ends=1)
    guest = await rig.guest(held)
    await rig.robot(held)
    await guest.hear("participant_joined")
    assert await guest.hear("room_closed") == {"reason": "ended"}

    async def noted() -> bool:
        return (await rig.reservation(missed)).end_reason is not None

    await until(noted)
    row = await rig.reservation(missed)
    assert (row.started_at, row.ended_at, row.end_reason) == (None, None, CloseReason.ENDED)
    row = await rig.reservation(held)
    assert row.started_at is not None
    assert row.ended_at == row.ends_at


async def test_a_killed_server_comes_back_to_the_same_participants(rig: Rig) -> None:
    visit = await rig.book()
    robot, guest = await rig.robot(visit), await rig.guest(visit)
    start = time.monotonic()
    started_at = (await rig.reservation(visit)).started_at
    await rig.kill()
    await asyncio.gather(robot.gone(), guest.gone())
    await rig.start()
    robot_again = await rig.robot(visit, resume=robot.proof)
    guest_again = await rig.guest(visit, resume=guest.proof)
    assert time.monotonic() - start < 20
    for old, new in ((robot, robot_again), (guest, guest_again)):
        assert (new.id, new.joined["resumed"]) == (old.id, True)
    assert [one["id"] for one in guest_again.joined["roster"]] == [robot.id]
    assert await guest_again.call("renegotiate", {"to": robot.id, "connection": "c"}) == {}
    assert (await rig.reservation(visit)).started_at == started_at


async def test_a_call_that_ended_while_the_server_was_away_is_ended_by_the_next(rig: Rig) -> None:
    visit = await rig.book()
    robot, guest = await rig.robot(visit), await rig.guest(visit)
    await guest.call("leave")
    await robot.call("leave")
    left_at = (await rig.participant(robot.id)).left_at
    await rig.kill()
    await rig.start()

    async def ended() -> bool:
        return (await rig.reservation(visit)).ended_at == left_at

    await until(ended)


async def test_nothing_crosses_from_one_room_to_another(rig: Rig) -> None:
    one, two = await rig.book(), await rig.book()
    robot_one, robot_two = await rig.robot(one), await rig.robot(two)
    guest_one, guest_two = await rig.guest(one), await rig.guest(two)
    await robot_one.hear("participant_joined")
    await robot_two.hear("participant_joined")
    for to in (robot_two.id, guest_two.id):
        message = {"to": to, "connection": "c", "sdp": "v=0", "tracks": {}}
        assert (await guest_one.call("offer", message))["error"] == "unknown_participant"
        assert (await guest_one.call("chat", {"text": "psst", "to": to}))["error"] == "unknown_participant"
    assert await guest_one.call("chat", {"text": "one"}) == {}
    assert await guest_two.call("chat", {"text": "two"}) == {}
    assert (await robot_one.hear("chat"))["text"] == "one"
    assert (await robot_two.hear("chat"))["text"] == "two"
    stolen = await rig.client()
    assert (await stolen.join(two.link, name="Eve", resume=guest_one.proof))["resumed"] is False


async def test_messages_of_one_sender_keep_their_order(rig: Rig) -> None:
    visit = await rig.book()
    robot, guest = await rig.robot(visit), await rig.guest(visit)
    await robot.hear("participant_joined")
    for number in range(100):
        await guest.sio.emit("chat", {"text": str(number)})
    assert [(await robot.hear("chat"))["text"] for _ in range(100)] == [str(number) for number in range(100)]
