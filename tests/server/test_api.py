"""REST, asked over a real socket of the whole server on a real database."""

import asyncio
import sqlite3
from datetime import timedelta

import httpx
import pytest

from server import audit, bookings, residents, robots, sessions, users
from server.config import ServerConfig
from server.config_network import IceServerSection
from server.database import Database
from server.models import Participant, Role
from server.residents import ResidentForm
from tests.server.data_rig import NOON, SECRET, Clock, add_robot, book, cancel, close, mark_ended, serving, stored
from tests.server.domain_rig import RESIDENT
from tests.server.portal_rig import add_user
from wire.rest import Caller, Consent, EnrolmentResponse, IceServerList, Policy, Problem, ReservationList
from wire.signaling import ParticipantKind

PASSWORD = "correct horse battery"
STATUS = {"state": "idle", "version": "0.1.0", "hostname": "robot-1"}
SAMPLE = {"at": "2026-11-20T12:00:00Z", "peer": "p1", "direction": "received", "kind": "video"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def problem(response: httpx.Response, status: int) -> Problem:
    """The one shape that all errors have: application/problem+json, which says its own status."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    read = Problem.model_validate_json(response.content)
    assert read.status == status
    return read


async def enrol(client: httpx.AsyncClient, code: str) -> httpx.Response:
    return await client.post("/api/v1/robot/enrolment", json={"code": code, "hostname": "h", "version": "1"})


async def test_a_code_is_good_for_one_enrolment(client: httpx.AsyncClient, database: Database) -> None:
    code = await robots.add(database, "Robot 1", audit.SYSTEM, NOON, timedelta(hours=24))
    answer = await enrol(client, code.lower().replace("-", " "))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    token = EnrolmentResponse.model_validate_json(answer.content).token
    assert (await client.get("/api/v1/robot/reservations", headers=bearer(token))).status_code == 200
    assert "expired" in problem(await enrol(client, code), 403).detail


async def test_an_old_code_is_refused(client: httpx.AsyncClient, database: Database, clock: Clock) -> None:
    code = await robots.add(database, "Robot 1", audit.SYSTEM, NOON, timedelta(hours=24))
    clock.now += timedelta(hours=24)
    problem(await enrol(client, code), 403)


async def test_codes_cannot_be_tried_without_end(client: httpx.AsyncClient, config: ServerConfig) -> None:
    for _ in range(config.limits.enrolments_per_minute):
        problem(await enrol(client, "AAAA-AAAA-AAAA"), 403)
    refused = await enrol(client, "AAAA-AAAA-AAAA")
    problem(refused, 429)
    assert 1 <= int(refused.headers["retry-after"]) <= 60


@pytest.mark.parametrize("token", [None, "nonsense", "x.y", "robots.\xe9"])
async def test_who_is_no_robot_is_told_so(client: httpx.AsyncClient, token: str | None) -> None:
    headers = httpx.Headers({} if token is None else bearer(token), encoding="utf-8")
    answer = await client.get("/api/v1/robot/reservations", headers=headers)
    problem(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_the_robot_sees_its_own_visits_and_learns_the_time(client: httpx.AsyncClient, database: Database) -> None:
    robot_id, token = await add_robot(database)
    other_id, _ = await add_robot(database, "Robot 2")
    later = await book(database, robot_id, NOON + timedelta(hours=2))
    sooner = await book(database, robot_id, NOON + timedelta(minutes=5))
    await book(database, other_id, NOON)
    answer = await client.get("/api/v1/robot/reservations", headers=bearer(token))
    assert answer.headers["x-server-now"] == "2026-11-20T12:00:00.000Z"
    read = ReservationList.model_validate_json(answer.content)
    assert read.now == NOON
    assert [item.id for item in read.items] == [sooner.reservation.id, later.reservation.id]
    assert read.items[0].room == sooner.reservation.room


async def test_the_robot_is_told_who_calls_and_the_resident_s_rules(
    client: httpx.AsyncClient, database: Database, config: ServerConfig
) -> None:
    robot_id, token = await add_robot(database)
    rules = {"consent": "button", "quiet_from": "22:00", "quiet_until": "08:00", "language": "en"}
    asked = ResidentForm.model_validate(RESIDENT | rules | {"relation": "daughter"})
    resident = await residents.add(database, asked, audit.SYSTEM, NOON)
    form = bookings.ReservationForm(
        robot_id=robot_id, resident_id=resident.id, starts_at="2026-11-20T14:00", minutes=30
    )
    wish = await bookings.wish_of(database, config, form)
    await bookings.book(database, config, SECRET, wish, audit.SYSTEM, NOON)
    answer = await client.get("/api/v1/robot/reservations", headers=bearer(token))
    (item,) = ReservationList.model_validate_json(answer.content).items
    assert item.callers == (Caller(name="Lucía Ortega", relation="daughter"),)
    assert item.language == "en"
    assert item.policy == Policy(consent=Consent.BUTTON, quiet_from="22:00", quiet_until="08:00")


async def test_of_a_visit_without_a_resident_the_guest_s_name_is_known(
    client: httpx.AsyncClient, database: Database
) -> None:
    robot_id, token = await add_robot(database)
    await book(database, robot_id, NOON + timedelta(hours=1), guest="Dra. Íñigo")
    answer = await client.get("/api/v1/robot/reservations", headers=bearer(token))
    (item,) = ReservationList.model_validate_json(answer.content).items
    assert (item.callers, item.language, item.policy) == ((Caller(name="Dra. Íñigo"),), None, Policy())


async def test_the_robot_is_told_how_loud_to_speak(client: httpx.AsyncClient, database: Database) -> None:
    robot_id, token = await add_robot(database)
    first = await client.get("/api/v1/robot/reservations", headers=bearer(token))
    assert ReservationList.model_validate_json(first.content).volume is None
    await robots.set_volume(database, robot_id, "40", "system", NOON)
    known = bearer(token) | {"If-None-Match": first.headers["etag"]}
    second = await client.get("/api/v1/robot/reservations", headers=known)
    assert ReservationList.model_validate_json(second.content).volume == 40


async def test_a_page_may_try_the_turn_servers_while_the_room_is_open_to_it(
    config: ServerConfig, database: Database, clock: Clock
) -> None:
    section = IceServerSection.model_validate({"urls": ["turn:t.example"], "secret": "s"})
    offers = config.model_copy(update={"ice": config.ice.model_copy(update={"servers": (section,)})})
    robot_id, _ = await add_robot(database)
    booked = await book(database, robot_id, NOON + timedelta(hours=1))
    path = f"/api/v1/rooms/{booked.token}/ice_servers"
    async with serving(offers, clock) as client:
        problem(await client.get(path), 403)
        problem(await client.get("/api/v1/rooms/unknown/ice_servers"), 404)
        clock.now = NOON + timedelta(hours=1)
        answer = await client.get(path)
        (server,) = IceServerList.model_validate_json(answer.content).items
        assert server.urls == ("turn:t.example",)
        assert server.credential
        assert answer.headers["cache-control"] == "no-store"
        async with database.write() as session:
            _, link = await bookings.find_by_token(database, booked.token)
            link.denied_at = NOON
            await session.merge(link)
        problem(await client.get(path), 403)


async def test_staff_ask_by_the_room_or_by_a_link_and_by_the_link_alone_before_they_chose_a_password(
    client: httpx.AsyncClient, config: ServerConfig, database: Database
) -> None:
    robot_id, _ = await add_robot(database)
    booked = await book(database, robot_id, NOON)
    for name, fresh in (("old", False), ("new", True)):
        user = await add_user(database, name, fresh=fresh)
        cookie = f"{sessions.cookie_name(config)}={await sessions.start(database, user, NOON, config.sessions)}"
        for room, status in ((booked.reservation.room, 404 if fresh else 200), (booked.token, 200)):
            answer = await client.get(f"/api/v1/rooms/{room}/ice_servers", headers={"Cookie": cookie})
            assert answer.status_code == status, (name, room)


async def test_nothing_new_costs_nothing_but_the_time(
    client: httpx.AsyncClient, database: Database, clock: Clock
) -> None:
    robot_id, token = await add_robot(database)
    booked = await book(database, robot_id, NOON + timedelta(hours=1))
    first = await client.get("/api/v1/robot/reservations", headers=bearer(token))
    known = bearer(token) | {"If-None-Match": f'"other", W/{first.headers["etag"]}'}
    clock.now += timedelta(seconds=15)
    second = await client.get("/api/v1/robot/reservations", headers=known)
    assert (second.status_code, second.content) == (304, b"")
    assert second.headers["x-server-now"] == "2026-11-20T12:00:15.000Z"
    assert second.headers["etag"] == first.headers["etag"]

    guest = Participant(
        reservation_id=booked.reservation.id,
        kind=ParticipantKind.GUEST,
        name="Ana",
        secret_hash="0",
        media={},
        joined_at=NOON,
    )
    async with database.write() as session:
        session.add(guest)
    third = await client.get("/api/v1/robot/reservations", headers=known)
    assert third.status_code == 200
    assert [item["occupied"] for item in third.json()["items"]] == [True]


async def test_status_is_kept(client: httpx.AsyncClient, database: Database) -> None:
    _, token = await add_robot(database)
    assert (await client.put("/api/v1/robot/status", headers=bearer(token), json=STATUS)).status_code == 204
    robot = await robots.find(database, "Robot 1")
    assert robot.status is not None
    assert robot.status["hostname"] == "robot-1"
    assert robot.last_seen_at == NOON


async def test_bad_input_names_the_field(client: httpx.AsyncClient, database: Database) -> None:
    _, token = await add_robot(database)
    answer = await client.put("/api/v1/robot/status", headers=bearer(token), json=STATUS | {"state": "asleep"})
    errors = problem(answer, 422).errors
    assert [error["field"] for error in errors] == ["state"]
    assert "'idle'" in errors[0]["message"]
    answer = await client.put("/api/v1/robot/status", headers=bearer(token) | {"Content-Type": "application/json"})
    problem(answer, 422)


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_huge_body_is_not_read(client: httpx.AsyncClient, database: Database, chunked: bool) -> None:
    _, token = await add_robot(database)

    async def chunks() -> object:
        for _ in range(100):
            yield b" " * 1000

    content = chunks() if chunked else b" " * 100_000
    headers = bearer(token) | {"Content-Type": "application/json"}
    problem(await client.put("/api/v1/robot/status", headers=headers, content=content), 413)  # type: ignore[arg-type]


async def test_only_staff_close_a_room(client: httpx.AsyncClient, database: Database) -> None:
    user = users.UserForm(username="anna", name="Anna", email="a@example.org", role=Role.STAFF, password=PASSWORD)
    await users.add(database, user, audit.SYSTEM, NOON, must_change_password=False)
    robot_id, token = await add_robot(database)
    visit = (await book(database, robot_id, NOON)).reservation
    close = f"/api/v1/rooms/{visit.room}/close"
    for refused in (
        await client.post(close),
        await client.post(close, auth=("anna", "wrong password!")),
        await client.post(close, auth=("nobody", PASSWORD)),
        await client.post(close, headers=bearer(token)),
    ):
        assert "Basic" in refused.headers["www-authenticate"]
        problem(refused, 401)
    problem(await client.get(close, auth=("anna", PASSWORD)), 405)
    assert (await stored(database, visit.id)).closed_at is None

    assert (await client.post(close, auth=("anna", PASSWORD))).status_code == 204
    assert (await stored(database, visit.id)).closed_at == NOON
    assert "closed" in problem(await client.post(close, auth=("anna", PASSWORD)), 409).detail
    problem(await client.post("/api/v1/rooms/unknown/close", auth=("anna", PASSWORD)), 404)


async def test_passwords_cannot_be_tried_without_end(client: httpx.AsyncClient, config: ServerConfig) -> None:
    for _ in range(config.limits.sign_ins_per_minute):
        await client.post("/api/v1/rooms/x/close", auth=("anna", "guess"))
    problem(await client.post("/api/v1/rooms/x/close", auth=("anna", "guess")), 429)


async def test_what_is_not_there_is_a_problem_too(client: httpx.AsyncClient) -> None:
    problem(await client.get("/api/v1/nothing"), 404)


async def test_health_is_the_database_s(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}


@pytest.mark.sqlite
async def test_a_locked_database_is_503(config: ServerConfig, database: Database, clock: Clock) -> None:
    _, token = await add_robot(database)
    hasty = config.database.model_copy(update={"busy_seconds": 0.2})
    async with serving(config.model_copy(update={"database": hasty}), clock) as client:
        await client.get("/healthz")
        blocker = sqlite3.connect(config.database.url.partition(":///")[2], check_same_thread=False)
        # In a thread: the server's own first write may be under way, and it needs this loop to end.
        await asyncio.to_thread(blocker.execute, "BEGIN IMMEDIATE")
        answer = await client.put("/api/v1/robot/status", headers=bearer(token), json=STATUS)
        problem(answer, 503)
        assert answer.headers["retry-after"] == "5"
        blocker.close()
        assert (await client.put("/api/v1/robot/status", headers=bearer(token), json=STATUS)).status_code == 204


async def test_a_visit_that_cannot_happen_any_more_is_not_listed(
    client: httpx.AsyncClient, database: Database, clock: Clock
) -> None:
    robot_id, token = await add_robot(database)
    starts = [NOON + timedelta(hours=hours) for hours in (0, 1, 2, 3, 4, 14 * 24)]
    cancelled, closed, ended, over, stays, _far = [
        (await book(database, robot_id, start)).reservation for start in starts
    ]
    await cancel(database, cancelled.id, NOON)
    await close(database, closed.room, NOON)
    await mark_ended(database, ended.id, NOON)
    listed = (await client.get("/api/v1/robot/reservations", headers=bearer(token))).json()["items"]
    assert [item["id"] for item in listed] == [over.id, stays.id]
    clock.now = over.ends_at
    listed = (await client.get("/api/v1/robot/reservations", headers=bearer(token))).json()["items"]
    assert stays.id in [item["id"] for item in listed]
    assert over.id not in [item["id"] for item in listed]
