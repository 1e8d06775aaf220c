"""Where a change may come from: pages of this server and programs, never a page of another site."""

from collections.abc import AsyncIterator

import pytest

from server.config import ServerConfig
from server.database import Database
from tests.server.data_rig import Clock
from tests.server.portal_rig import Reader, add_user, reader

SITE = "https://visits.example.org"


@pytest.fixture
async def ana(config: ServerConfig, database: Database, clock: Clock) -> AsyncIterator[Reader]:
    """Somebody who is signed in at a server with a public name."""
    await add_user(database, "ana")
    config = config.model_copy(update={"public_url": SITE})
    async with reader(config, database, clock, SITE) as somebody:
        await somebody.sign_in()
        yield somebody


async def change(ana: Reader, headers: dict[str, str]) -> int:
    return (await ana.client.post("/sign-out", headers=headers)).status_code


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": SITE},
        {"Sec-Fetch-Site": "same-origin", "Origin": SITE},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://10.0.0.5:3030", "Host": "10.0.0.5:3030"},
    ],
)
async def test_own_pages_may(ana: Reader, headers: dict[str, str]) -> None:
    assert await change(ana, headers) == 303


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": f"{SITE}.evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": SITE},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": ""},
    ],
)
async def test_others_may_not_and_change_nothing(ana: Reader, headers: dict[str, str]) -> None:
    assert await change(ana, headers) == 403
    assert (await ana.open("/profile")).url.path == "/profile"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "QUERY"])
async def test_every_method_that_may_change_something_is_checked(ana: Reader, method: str) -> None:
    answer = await ana.client.request(method, "/api/v1/residents/x", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"


async def test_another_site_cannot_sign_a_browser_in(ana: Reader) -> None:
    ana.client.cookies.clear()
    login = {"username": "ana", "password": "correct horse battery"}
    answer = await ana.client.post("/sign-in", data=login, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


async def test_programs_without_a_session_need_no_origin(ana: Reader) -> None:
    ana.client.cookies.clear()
    answer = await ana.client.post(
        "/api/v1/robot/enrolment", json={"code": "ABCD-EFGH-IJKL", "hostname": "h", "version": "1"}
    )
    assert answer.json()["detail"] == "this enrolment code is wrong, used or expired: ask for a new one"


async def test_reading_is_never_checked(ana: Reader) -> None:
    answer = await ana.client.get("/profile", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200


async def test_pages_cannot_be_sent_other_forms(ana: Reader) -> None:
    files = {"name": ("x", b"x")}
    answer = await ana.client.post("/residents/new", files=files, headers={"Origin": SITE})
    assert answer.status_code == 415
    many = {f"field{number}": "x" for number in range(50)}
    assert (await ana.client.post("/residents/new", data=many, headers={"Origin": SITE})).status_code == 400
    huge = {"notes": "x" * 70_000}
    assert (await ana.client.post("/residents/new", data=huge, headers={"Origin": SITE})).status_code == 413


async def test_a_broken_cookie_beside_the_session_opens_no_way_round(ana: Reader) -> None:
    token = ana.client.cookies["__Host-session"]
    ana.client.cookies.clear()
    for header in (f'a@b[]=\\"x; __Host-session={token}', f"=;; __Host-session={token}; \x7f=1"):
        assert (await ana.client.get("/profile", headers={"Cookie": header})).status_code == 200
        assert await change(ana, {"Cookie": header}) == 403
