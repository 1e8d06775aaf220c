"""Signing in: cookies, limits, throttling with the same answers for everybody, and passwords."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from server import pages, sessions, users
from server.app import create_web
from server.config import LimitsSection, ServerConfig
from server.database import Database
from server.models import Role
from tests.server.data_rig import NOON, SECRET, Clock
from tests.server.portal_rig import PASSWORD, Reader, add_user, reader, words


@pytest.fixture
async def ana(config: ServerConfig, database: Database, clock: Clock) -> AsyncIterator[Reader]:
    """Somebody of the staff who has not signed in."""
    await add_user(database, "ana")
    async with reader(config, database, clock) as somebody:
        yield somebody


async def test_signing_in_leads_to_where_one_wanted_to_go(ana: Reader) -> None:
    asked = await ana.open("/residents?search=maria")
    assert asked.url.path == "/sign-in"
    assert 'value="/residents?search=maria"' in asked.text
    answer = await ana.send("/sign-in", username="ana", password=PASSWORD, next="/residents?search=maria")
    assert (answer.url.path, answer.url.query) == ("/residents", b"search=maria")


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/a\r\nb"])
async def test_signing_in_never_leads_to_another_site(ana: Reader, elsewhere: str) -> None:
    answer = await ana.client.post("/sign-in", data={"username": "ana", "password": PASSWORD, "next": elsewhere})
    assert (answer.status_code, answer.headers["location"]) == (303, "/profile")


async def test_home_of_somebody_signed_in_is_the_profile(ana: Reader) -> None:
    assert "Staff of the house: sign in" in words(await ana.open("/"))
    await ana.sign_in()
    assert (await ana.open("/")).url.path == "/profile"
    assert (await ana.open("/sign-in")).url.path == "/profile"


async def test_cookie_over_http_and_https(config: ServerConfig, database: Database, clock: Clock) -> None:
    await add_user(database, "ana")
    for url, start in (
        ("http://site", "session="),
        ("https://site", "__Host-session="),
    ):
        async with reader(config.model_copy(update={"public_url": url}), database, clock, url) as somebody:
            answer = await somebody.client.post("/sign-in", data={"username": "ana", "password": PASSWORD})
            cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith(start))
            parts = {part.strip().lower() for part in cookie.split(";")[1:]}
            assert {"httponly", "samesite=lax", "path=/"} <= parts
            assert ("secure" in parts) == url.startswith("https")
            assert not {part for part in parts if part.startswith(("domain", "expires", "max-age"))}
            assert len(cookie.split(";")[0].partition("=")[2]) >= 43  # 256 bits in base64
            page = await somebody.open("/profile")
            assert ("strict-transport-security" in page.headers) == url.startswith("https")


async def test_wrong_name_wrong_password_and_deactivated_user_get_the_same_answer(
    ana: Reader, database: Database
) -> None:
    gone = await add_user(database, "gone")
    await users.deactivate(database, gone, "system", NOON)
    answers = [
        await ana.send("/sign-in", username=name, password=password)
        for name, password in (("ana", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD), ("gone", "wrong"))
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert len({re.sub(r'value="\w+"', "", answer.text) for answer in answers}) == 1
    assert 'name="username" type="text" value="ana"' in answers[0].text
    assert "wrong" not in re.findall(r'value="(\w*)"', answers[0].text)


async def test_too_many_failures_are_refused_for_every_name_alike(ana: Reader) -> None:
    limit = LimitsSection().sign_ins_per_minute
    for name in ("ana", "nobody"):
        ana.client.cookies.clear()
        for _ in range(limit // 2):
            assert (await ana.send("/sign-in", username=name, password="x")).status_code == 422
    for name in ("ana", "nobody", "another"):
        refused = await ana.send("/sign-in", username=name, password=PASSWORD)
        assert refused.status_code == 429
        assert "Too many attempts" in words(refused)


async def test_an_account_is_closed_to_guesses_from_many_addresses(
    config: ServerConfig, database: Database, clock: Clock
) -> None:
    await add_user(database, "ana")
    web = create_web(config, database, clock, SECRET)
    pages.install(web)

    async def guess(number: int, username: str) -> int:
        transport = httpx.ASGITransport(web, client=(f"10.0.0.{number}", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://site") as client:
            return (await client.post("/sign-in", data={"username": username, "password": "x"})).status_code

    limit = config.limits.sign_ins_per_minute
    assert [await guess(number, "ana") for number in range(limit + 1)] == [422] * limit + [429]
    assert await guess(200, "ANA") == 429
    assert await guess(200, "bob") == 422


async def test_right_passwords_do_not_count(ana: Reader) -> None:
    for _ in range(LimitsSection().sign_ins_per_minute + 2):
        assert (await ana.sign_in()).url.path == "/profile"


async def test_each_sign_in_gets_a_new_token_and_the_old_one_is_void(ana: Reader) -> None:
    await ana.sign_in()
    first = ana.client.cookies["session"]
    await ana.sign_in()
    assert ana.client.cookies["session"] != first
    ana.client.cookies.clear()
    assert (await ana.client.get("/profile", headers={"Cookie": f"session={first}"})).status_code == 303


async def test_signing_out(ana: Reader) -> None:
    await ana.sign_in()
    token = ana.client.cookies["session"]
    page = await ana.send("/sign-out")
    assert "You are signed out." in words(page)
    assert "session" not in ana.client.cookies
    ana.client.cookies.set("session", token)
    assert (await ana.open("/profile")).url.path == "/sign-in"


async def test_sessions_end_when_idle_and_at_last(ana: Reader, clock: Clock, config: ServerConfig) -> None:
    idle = timedelta(minutes=config.sessions.idle_minutes)
    await ana.sign_in()
    clock.now += idle - timedelta(seconds=1)
    assert (await ana.open("/profile")).url.path == "/profile"
    clock.now += idle - timedelta(seconds=1)
    assert (await ana.open("/profile")).url.path == "/profile", "it was used meanwhile"
    clock.now += idle
    assert (await ana.open("/profile")).url.path == "/sign-in"

    await ana.sign_in()
    end = clock.now + timedelta(hours=config.sessions.absolute_hours)
    while clock.now + idle / 2 < end:
        clock.now += idle / 2
        assert (await ana.open("/profile")).url.path == "/profile"
    clock.now = end
    assert (await ana.open("/profile")).url.path == "/sign-in"


async def test_fresh_user_chooses_a_password_before_anything_else(
    config: ServerConfig, database: Database, clock: Clock
) -> None:
    await add_user(database, "nueva", fresh=True)
    async with reader(config, database, clock) as somebody:
        assert (await somebody.sign_in("nueva")).url.path == "/profile/password"
        for path in ("/residents", "/reservations/new", "/profile"):
            assert (await somebody.open(path)).url.path == "/profile/password"
        refused = await somebody.client.get("/api/v1/residents")
        assert refused.status_code == 403
        done = await somebody.send(
            "/profile/password", current=PASSWORD, new="four words without sense", again="four words without sense"
        )
        assert done.url.path == "/profile"
        assert (await somebody.open("/residents")).url.path == "/residents"


@pytest.mark.parametrize(
    ("new", "again", "complaint"),
    [
        ("short", "short", "This must have at least 12 characters."),
        ("aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa", "This repeats too few characters."),
        ("password1234", "password1234", "This is one of the passwords that are tried first"),
        ("ana-ana-12345", "ana-ana-12345", "Must not contain the user name."),
        ("four words without sense", "four words", "This is not the same as above."),
        ("", "", "This is missing"),
        (PASSWORD, PASSWORD, "This is your password already"),
    ],
)
async def test_weak_or_mistyped_password_is_refused(ana: Reader, new: str, again: str, complaint: str) -> None:
    await ana.sign_in()
    answer = await ana.send("/profile/password", current=PASSWORD, new=new, again=again)
    assert answer.status_code in {409, 422}
    assert complaint in words(answer)
    assert not re.findall(r'type="password" value="[^"]', answer.text)
    assert (await ana.sign_in()).url.path == "/profile"


async def test_changing_the_password_signs_out_everywhere_else(
    ana: Reader, config: ServerConfig, database: Database, clock: Clock
) -> None:
    await ana.sign_in()
    async with reader(config, database, clock) as elsewhere:
        await elsewhere.sign_in()
        wrong = await ana.send(
            "/profile/password", current="wrong", new="a quite new password", again="a quite new password"
        )
        assert "This is not your password." in words(wrong)
        done = await ana.send(
            "/profile/password", current=PASSWORD, new="a quite new password", again="a quite new password"
        )
        assert "Your password was changed." in words(done)
        assert (await ana.open("/residents")).url.path == "/residents"
        assert (await elsewhere.open("/residents")).url.path == "/sign-in"


async def test_deactivated_user_is_out_at_once(ana: Reader, database: Database) -> None:
    await ana.sign_in()
    boss = await add_user(database, "boss", Role.SUPERVISOR)
    user = next(user for user in await users.list_users(database) if user.username == "ana")
    await users.deactivate(database, user.id, boss, NOON)
    assert (await ana.open("/profile")).url.path == "/sign-in"
    assert (await ana.client.get("/api/v1/residents")).status_code == 401


async def test_session_of_a_user_who_is_not_active_counts_nothing(
    ana: Reader, config: ServerConfig, database: Database
) -> None:
    user = next(user for user in await users.list_users(database) if user.username == "ana")
    await users.deactivate(database, user.id, "system", NOON)
    token = await sessions.start(database, user.id, NOON, config.sessions)  # it was checked just before
    assert await sessions.user_of_cookies(database, {"session": token}, NOON, config) is None
