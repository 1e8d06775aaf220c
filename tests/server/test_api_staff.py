"""REST for staff and supervisors, over a real socket: same functions and rules as the pages."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from server import bookings
from server.config import ServerConfig
from server.database import Database
from server.models import Role
from tests.server.data_rig import Clock, add_robot, serving
from tests.server.domain_rig import RESIDENT
from tests.server.portal_rig import PASSWORD, add_user

API = "/api/v1"
NURSE, CHIEF = ("nurse", PASSWORD), ("chief", PASSWORD)


@pytest.fixture
async def client(config: ServerConfig, clock: Clock, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    await add_user(database, "nurse")
    await add_user(database, "chief", Role.SUPERVISOR)
    async with serving(config, clock) as client:
        client.base_url = f"{client.base_url}{API}"
        client.auth = NURSE
        yield client


async def added_resident(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.post("/residents", json=RESIDENT)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def booked(client: httpx.AsyncClient, robot: str, **changes: Any) -> httpx.Response:
    form = {"robot_id": robot, "title": "Visit", "starts_at": "2026-11-20T18:00", "minutes": 30}
    return await client.post("/reservations", json=form | changes)


async def test_residents(client: httpx.AsyncClient) -> None:
    resident = await added_resident(client)
    assert resident["emails"] == ["lucia@example.org", "juan@example.org"]
    assert (await client.get("/residents", params={"search": "nunez"})).json() == [resident]
    assert (await client.get(f"/residents/{resident['id']}")).headers["Cache-Control"] == "no-store"
    changed = await client.put(
        f"/residents/{resident['id']}", json=RESIDENT | {"age": None, "emails": ["x@example.org"]}
    )
    assert (changed.json()["age"], changed.json()["emails"]) == (None, ["x@example.org"])
    nothing = {"cancelled": [], "anonymised": 0}
    assert (await client.get(f"/residents/{resident['id']}/consequences")).json() == nothing
    assert (await client.delete(f"/residents/{resident['id']}")).json() == nothing
    assert (await client.get(f"/residents/{resident['id']}")).status_code == 404


async def test_a_wrong_form_is_a_problem_with_its_fields(client: httpx.AsyncClient) -> None:
    answer = await client.post("/residents", json={"name": "", "age": 200, "emails": "nobody"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    fields = [error["field"] for error in answer.json()["errors"]]
    assert sorted(fields) == ["age", "emails", "name", "relative_name", "room"]
    assert "ana@example.org" in answer.json()["detail"]


async def test_the_life_of_a_reservation(client: httpx.AsyncClient, database: Database) -> None:
    robot, _ = await add_robot(database)
    resident = await added_resident(client)
    visit = (await booked(client, robot, resident_id=resident["id"])).json()
    path = f"/reservations/{visit['id']}"
    assert (visit["starts_at"], visit["state"]) == ("2026-11-20T17:00:00Z", "planned")
    assert [link["email"] for link in visit["links"]] == ["juan@example.org", "lucia@example.org"]
    token = visit["links"][0]["url"].rpartition("/")[2]
    found, _ = await bookings.find_by_token(database, token)
    assert found.id == visit["id"]

    moved = (await client.post(f"{path}/move", json={"starts_at": "2026-11-20T19:00+01:00"})).json()
    assert (moved["starts_at"], moved["ends_at"], moved["sequence"]) == (
        "2026-11-20T18:00:00Z",
        "2026-11-20T18:30:00Z",
        1,
    )
    form = {"robot_id": robot, "title": "Doctor", "starts_at": "2026-11-20T19:00", "minutes": 60, "emails": []}
    edited = (await client.put(path, json=form)).json()
    assert (edited["title"], edited["links"], edited["resident_id"]) == ("Doctor", [], None)
    again = await client.post(f"{path}/repeat")
    assert (again.status_code, again.json()["starts_at"]) == (201, "2026-11-27T18:00:00Z")

    listed = await client.get(
        "/reservations", params={"since": "2026-11-21T00:00:00Z", "states": ["planned", "missed"]}
    )
    assert [each["id"] for each in listed.json()] == [again.json()["id"]]
    assert (await client.delete(path)).status_code == 204
    assert (await client.delete(path)).status_code == 409
    assert (await client.get(path)).json()["state"] == "cancelled"
    mails = (await client.get("/mails", params={"reservation": visit["id"]})).json()
    assert {mail["kind"] for mail in mails} == {"cancellation"}
    read = (await client.get(f"/mails/{mails[0]['id']}")).json()
    assert "Visita" in read["subject"] or "visita" in read["subject"]
    assert (await client.post(f"/mails/{mails[0]['id']}/send-again")).status_code == 409


async def test_a_clash_is_409_and_names_the_other_visit(client: httpx.AsyncClient, database: Database) -> None:
    robot, _ = await add_robot(database)
    assert (await booked(client, robot)).status_code == 201
    clash = await booked(client, robot, title="Another", starts_at="2026-11-20T18:29")
    assert clash.status_code == 409
    assert "'Visit', 2026-11-20 18:00-18:30" in clash.json()["detail"]
    assert clash.json()["errors"][0]["field"] == "starts_at"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_at": "2027-03-28T02:30"}, "starts_at"),
        ({"starts_at": "2026-10-25T02:30", "fold": None}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00+23:59"}, "starts_at"),
        ({"resident_id": "nobody"}, "resident_id"),
        ({"robot_id": "nothing"}, "robot_id"),
        ({"title": None}, "title"),
        ({"minutes": 241}, "ends_at"),
        ({"emails": "x"}, "emails"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_what_cannot_be_booked_is_422_with_its_field(
    client: httpx.AsyncClient, database: Database, changes: dict[str, Any], field: str
) -> None:
    robot, _ = await add_robot(database)
    answer = await booked(client, robot, **changes)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_room_is_closed_and_a_link_revoked(client: httpx.AsyncClient, database: Database) -> None:
    robot, _ = await add_robot(database)
    visit = (await booked(client, robot)).json()
    link = f"/links/{visit['links'][0]['id']}/revoke"
    assert [(await client.post(link)).status_code for _ in range(2)] == [204, 404]
    assert (await client.post(f"/rooms/{visit['room']}/close")).status_code == 204
    assert (await client.get(f"/reservations/{visit['id']}")).json()["state"] == "closed"


async def test_robots_and_users_are_the_supervisor_s(client: httpx.AsyncClient) -> None:
    form = {
        "username": "eva",
        "name": "Eva",
        "email": "eva@example.org",
        "role": "staff",
        "password": "mountain railway",
    }
    for refused in (
        client.post("/robots", json={"name": "Robot 1"}),
        client.get("/users"),
        client.post("/users", json=form),
        client.get("/audit"),
    ):
        assert (await refused).status_code == 403
    client.auth = httpx.BasicAuth(*CHIEF)
    code = (await client.post("/robots", json={"name": "Robot 1"})).json()["code"]
    assert (await client.post("/robots", json={"name": "Robot 1"})).status_code == 409
    enrolled = await client.post("/robot/enrolment", json={"code": code, "hostname": "h", "version": "1"})
    robot = f"/robots/{enrolled.json()['robot_id']}"
    assert (await client.put(robot, json={"name": "Robot 2"})).json()["name"] == "Robot 2"
    assert (await client.delete(robot)).status_code == 204
    assert (await client.get("/robots")).json()[0]["revoked_at"] == "2026-11-20T12:00:00Z"
    assert (await client.post(f"{robot}/code")).json()["name"] == "Robot 2"

    assert (await client.post("/users", json=form)).json()["must_change_password"]
    eva = next(user for user in (await client.get("/users")).json() if user["username"] == "eva")
    assert "password" not in str(eva).replace("must_change_password", "")
    assert (await client.post("/users", json=form)).json()["errors"][0]["field"] == "username"
    renamed = {"name": "Eva Gil", "email": "eva@example.org", "role": "staff", "language": "en"}
    assert (await client.put(f"/users/{eva['id']}", json=renamed)).json()["name"] == "Eva Gil"
    assert len((await client.post(f"/users/{eva['id']}/password")).json()["password"]) >= 12
    assert (await client.delete(f"/users/{eva['id']}")).status_code == 204
    chief = next(user for user in (await client.get("/users")).json() if user["username"] == "chief")
    last = await client.delete(f"/users/{chief['id']}")
    assert (last.status_code, last.json()["errors"][0]["field"]) == (422, "active")
    entries = (await client.get("/audit", params={"object_kind": "user", "actor": chief["id"], "seen": False})).json()
    assert [entry["action"] for entry in entries] == ["deactivate", "renew_password", "change", "add"]


async def test_who_must_choose_a_password_does_that_first(client: httpx.AsyncClient, database: Database) -> None:
    await add_user(database, "fresh", fresh=True)
    client.auth = httpx.BasicAuth("fresh", PASSWORD)
    assert (await client.get("/residents")).status_code == 403


async def test_nobody_is_told_anything_without_signing_in(client: httpx.AsyncClient) -> None:
    client.auth = httpx.Auth()
    for path in ("/residents", "/reservations", "/robots", "/users", "/audit", "/mails"):
        assert (await client.get(path)).status_code == 401


async def test_a_token_s_url_is_the_one_in_the_mail(client: httpx.AsyncClient, database: Database) -> None:
    robot, _ = await add_robot(database)
    visit = (await booked(client, robot, emails="a@example.org")).json()
    mail = (await client.get("/mails")).json()[0]
    text = (await client.get(f"/mails/{mail['id']}")).json()["text"]
    assert visit["links"][0]["url"] in text
