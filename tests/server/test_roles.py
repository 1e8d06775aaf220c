"""Who may do what: every route, asked by everybody. A route without a row here fails."""

import asyncio
import re
import shutil
from html import unescape
from pathlib import Path

import pytest

from tests.server.roles_rig import ROLES, House, build, filled, routes

pytestmark = pytest.mark.sqlite

ALL = (200,) * 5
STAFF, SUPERVISORS = (303, 303, 303, 200, 200), (303, 303, 303, 403, 200)
DOES, SUPERVISORS_DO = (403, 403, 403, 303, 303), (403, 403, 403, 403, 303)
"""Pages send whoever is not signed in to the sign-in; a form is answered with it. Whoever did something goes on."""
SHOWS, SIGNS_IN = (403, 403, 403, 403, 200), (303,) * 5
REST, REST_SUPERVISORS = (401, 401, 401, 200, 200), (401, 401, 401, 403, 200)
REST_MAKES, REST_DOES = (401, 401, 401, 201, 201), (401, 401, 401, 204, 204)
ROBOTS_OWN = (401, 401, 200, 401, 401)

TABLE: dict[str, tuple[int, ...]] = {
    "GET /healthz": ALL,
    "GET /api/docs": ALL,
    "GET /certificate": ALL,
    "GET /certificate.crt": ALL,
    "GET /certificate.svg": ALL,
    "GET /api/openapi.json": ALL,
    "GET /static/portal.css": ALL,
    "GET /": (200, 200, 200, 303, 303),
    "GET /r/{token}": ALL,
    "GET /r/{token}/manifest.webmanifest": ALL,
    "GET /sign-in": (200, 200, 200, 303, 303),
    "POST /sign-in": SIGNS_IN,
    "POST /sign-out": DOES,
    "GET /profile": STAFF,
    "GET /profile/edit": STAFF,
    "POST /profile/edit": DOES,
    "GET /profile/password": STAFF,
    "POST /profile/password": SIGNS_IN,
    "GET /residents": STAFF,
    "GET /residents/new": STAFF,
    "POST /residents/new": DOES,
    "GET /residents/{resident}/edit": STAFF,
    "POST /residents/{resident}/edit": DOES,
    "GET /residents/{resident}/delete": STAFF,
    "POST /residents/{resident}/delete": DOES,
    "GET /reservations": STAFF,
    "GET /reservations/day": STAFF,
    "GET /reservations/week": STAFF,
    "GET /reservations/new": STAFF,
    "POST /reservations/new": DOES,
    "GET /reservations/{visit}": STAFF,
    "GET /reservations/{visit}/edit": STAFF,
    "POST /reservations/{visit}/edit": DOES,
    "GET /reservations/{visit}/move": STAFF,
    "POST /reservations/{visit}/move": DOES,
    "GET /reservations/{visit}/cancel": STAFF,
    "POST /reservations/{visit}/cancel": DOES,
    "GET /reservations/{visit}/close": STAFF,
    "POST /reservations/{visit}/close": DOES,
    "POST /reservations/{visit}/repeat": DOES,
    "POST /reservations/{visit}/links": DOES,
    "GET /reservations/{visit}/links/{link}/revoke": STAFF,
    "POST /reservations/{visit}/links/{link}/revoke": DOES,
    "POST /reservations/{visit}/links/{link}/let-wait": DOES,
    "POST /rooms/join": DOES,
    "GET /rooms/{room}/join": STAFF,
    "GET /robots": STAFF,
    "GET /robots/new": SUPERVISORS,
    "POST /robots/new": SHOWS,
    "GET /robots/{robot}/volume": STAFF,
    "POST /robots/{robot}/volume": DOES,
    "GET /robots/{robot}/rename": SUPERVISORS,
    "POST /robots/{robot}/rename": SUPERVISORS_DO,
    "GET /robots/{robot}/code": SUPERVISORS,
    "POST /robots/{robot}/code": SHOWS,
    "GET /robots/{robot}/revoke": SUPERVISORS,
    "POST /robots/{robot}/revoke": SUPERVISORS_DO,
    "GET /mails": STAFF,
    "GET /mails/{mail}": STAFF,
    "POST /mails/{mail}/send-again": DOES,
    "GET /users": SUPERVISORS,
    "GET /users/new": SUPERVISORS,
    "POST /users/new": SUPERVISORS_DO,
    "GET /users/{user}/edit": SUPERVISORS,
    "POST /users/{user}/edit": SUPERVISORS_DO,
    "GET /users/{user}/password": SUPERVISORS,
    "POST /users/{user}/password": SHOWS,
    "GET /users/{user}/deactivate": SUPERVISORS,
    "POST /users/{user}/deactivate": SUPERVISORS_DO,
    "GET /audit": SUPERVISORS,
    "GET /settings": SUPERVISORS,
    "POST /api/v1/robot/enrolment": ALL,
    "GET /api/v1/robot/reservations": ROBOTS_OWN,
    "GET /api/v1/robot/ice_servers": ROBOTS_OWN,
    "PUT /api/v1/robot/status": (401, 401, 204, 401, 401),
    # Of another robot's visit.
    "POST /api/v1/robot/calls/{reservation}/statistics": (401, 401, 404, 401, 401),
    "POST /api/v1/calls/{reservation}/rating": (401,) * 5,
    "GET /api/v1/residents": REST,
    "POST /api/v1/residents": REST_MAKES,
    "GET /api/v1/residents/{resident}": REST,
    "PUT /api/v1/residents/{resident}": REST,
    "GET /api/v1/residents/{resident}/consequences": REST,
    "DELETE /api/v1/residents/{resident}": REST,
    "GET /api/v1/reservations": REST,
    "POST /api/v1/reservations": REST_MAKES,
    "GET /api/v1/reservations/{reservation}": REST,
    "PUT /api/v1/reservations/{reservation}": REST,
    "POST /api/v1/reservations/{reservation}/move": REST,
    "POST /api/v1/reservations/{reservation}/repeat": REST_MAKES,
    "DELETE /api/v1/reservations/{reservation}": REST_DOES,
    # The room's own name is for staff; a guest names it by his link.
    "GET /api/v1/rooms/{room}/ice_servers": (404, 404, 404, 200, 200),
    "POST /api/v1/rooms/{room}/close": REST_DOES,
    "POST /api/v1/links/{link}/revoke": REST_DOES,
    "POST /api/v1/links/{link}/let-wait": REST_DOES,
    "GET /api/v1/robots": REST,
    "POST /api/v1/robots": (401, 401, 401, 403, 201),
    "PUT /api/v1/robots/{robot}": REST_SUPERVISORS,
    "POST /api/v1/robots/{robot}/code": (401, 401, 401, 403, 201),
    "DELETE /api/v1/robots/{robot}": (401, 401, 401, 403, 204),
    "GET /api/v1/users": REST_SUPERVISORS,
    "POST /api/v1/users": (401, 401, 401, 403, 201),
    "GET /api/v1/users/{user}": REST_SUPERVISORS,
    "PUT /api/v1/users/{user}": REST_SUPERVISORS,
    "DELETE /api/v1/users/{user}": (401, 401, 401, 403, 204),
    "POST /api/v1/users/{user}/password": REST_SUPERVISORS,
    "GET /api/v1/mails": REST,
    "GET /api/v1/mails/{mail}": REST,
    "POST /api/v1/mails/{mail}/send-again": REST_DOES,
    "GET /api/v1/audit": REST_SUPERVISORS,
}
"""By route: what each of `ROLES` is answered."""

VISIT, VISITS, RESIDENTS = "reservation {visit}", "reservation *", "resident *"
SEEN: dict[str, set[str]] = {
    "GET /profile": {VISITS},
    "GET /residents": {RESIDENTS},
    "GET /residents/{resident}/edit": {"resident {resident}"},
    "GET /residents/{resident}/delete": {"resident {resident}"},
    "GET /reservations": {VISITS, RESIDENTS},
    "GET /reservations/day": {VISITS, RESIDENTS},
    "GET /reservations/week": {VISITS, RESIDENTS},
    "GET /reservations/new": {RESIDENTS},
    "GET /reservations/{visit}": {VISIT},
    "GET /reservations/{visit}/edit": {VISIT, RESIDENTS},
    "GET /reservations/{visit}/move": {VISIT},
    "GET /reservations/{visit}/cancel": {VISIT},
    "GET /reservations/{visit}/close": {VISIT},
    "GET /reservations/{visit}/links/{link}/revoke": {VISIT},
    "GET /rooms/{room}/join": {VISIT},
    "GET /robots": {VISITS},
    "GET /mails": {"mail *"},
    "GET /mails/{mail}": {"mail {mail}"},
    "GET /users": {"user *"},
    "GET /users/{user}/edit": {"user {user}"},
    "GET /users/{user}/password": {"user {user}"},
    "GET /users/{user}/deactivate": {"user {user}"},
    "GET /api/v1/residents": {RESIDENTS},
    "GET /api/v1/residents/{resident}": {"resident {resident}"},
    "GET /api/v1/reservations": {VISITS},
    "GET /api/v1/reservations/{reservation}": {VISIT},
    "GET /api/v1/users": {"user *"},
    "GET /api/v1/users/{user}": {"user {user}"},
    "GET /api/v1/mails": {"mail *"},
    "GET /api/v1/mails/{mail}": {"mail {mail}"},
}
"""What the audit says that a supervisor saw, by route; what is not here names nobody, or the reader himself alone."""

HARMLESS = {"POST /rooms/join"}
"""What changes nothing, whoever asks."""


@pytest.fixture(scope="module")
def house(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> House:
    directory = tmp_path_factory.mktemp("house")
    return asyncio.run(build(Path(shutil.copy(migrated, directory)), directory))


def test_every_route_has_a_row_and_every_row_a_route(house: House) -> None:
    assert routes(house.web) == TABLE.keys()


@pytest.mark.parametrize("route", TABLE)
async def test_who_may(house: House, route: str, tmp_path: Path) -> None:
    answers = []
    for role in ROLES:
        async with house.fresh(tmp_path) as visitor:
            before = visitor.digest()
            answer = await visitor.ask(role, route)
            answers.append(answer.status_code)
            away = answer.headers.get("location", "").startswith("/sign-in?next=")
            refused = away or answer.status_code in {401, 403, 404}
            if not route.startswith("GET ") and route not in HARMLESS:
                assert (visitor.digest() == before) == refused, role
    assert dict(zip(ROLES, answers, strict=True)) == dict(zip(ROLES, TABLE[route], strict=True))


@pytest.mark.parametrize("route", [route for route in TABLE if route.startswith("GET ")])
async def test_who_sees_something_is_in_the_audit_once(house: House, route: str, tmp_path: Path) -> None:
    async with house.fresh(tmp_path) as visitor:
        before = len(visitor.audited())
        for _ in range(2):
            await visitor.ask("supervisor", route)
        noted = visitor.audited()[before:]
    assert {(actor, action) for actor, action, *_ in noted} <= {(house.names["supervisor"], "see")}
    assert sorted(f"{kind} {thing}" for *_, kind, thing in noted) == sorted(
        filled(thing, house.names) for thing in SEEN.get(route, set())
    )


@pytest.mark.parametrize("role", ROLES)
async def test_no_get_changes_anything(house: House, role: str, tmp_path: Path) -> None:
    """All pages, all that they lead to, and all of REST that can be read; the audit says what was seen, and no more."""
    async with house.fresh(tmp_path) as visitor:
        noted = len(visitor.audited())
        await visitor.client.get("/healthz")
        before = visitor.digest()
        for route in TABLE:
            if route.startswith("GET "):
                await visitor.ask(role, route)
                await visitor.ask(role, route.replace("GET", "HEAD", 1))
                assert visitor.digest() == before, route
        todo, seen = {"/profile", "/reservations", "/residents"}, set[str]()
        while todo and len(seen) < 300:
            path = todo.pop()
            seen.add(path)
            page = await visitor.client.get(path, headers=house.headers[role])
            assert page.status_code < 500, path
            assert visitor.digest() == before, path
            todo |= {unescape(link) for link in re.findall(r'(?:href|src|action)="(/[^"#]*)', page.text)} - seen
        assert {action for _, action, *_ in visitor.audited()[noted:]} <= {"see"}
    assert len(seen) > 40 or role not in {"staff", "supervisor"}
