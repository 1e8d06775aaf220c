"""Signing in: cookies, limits, throttling with the same answers for everybody, and passwords."""

import re
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest

from server import pages, residents, sessions, users
from server.app import create_web
from server.config import LimitsSection, ServerConfig
from server.database import Database
from server.models import Role
from tests.server.data_rig import NOON, SECRET, Clock
from tests.server.domain_rig import RESIDENT
from tests.server.portal_rig import PASSWORD, Reader, add_user, reader, value, words
from tests.server.roles_rig import BODIES, SITE, build, filled


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


def hidden(page: httpx.Response) -> dict[str, str]:
    """The fields that a page's form carries along."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text)
    return {unescape(name): unescape(value) for name, value in found}


async def test_what_was_typed_is_kept_over_a_sign_in_and_looked_at_before_it_is_stored(
    ana: Reader, database: Database
) -> None:
    typed = RESIDENT | {"notes": 'She says "later" & smiles\r\n<b>always</b>', "password": "no field of this form"}
    refused = await ana.send("/residents/new", **typed)
    assert (refused.status_code, "what you typed is kept" in words(refused)) == (403, True)
    wrong = await ana.send("/sign-in", username="ana", password="wrong", **hidden(refused))
    assert "no field of this form" not in wrong.text
    back = await ana.send("/sign-in", username="ana", password=PASSWORD, **hidden(wrong))
    assert 'action="/residents/new" data-submit' in back.text
    form = await ana.send("/residents/new", **hidden(back))
    assert "Nothing of this form is stored yet" in words(form)
    assert (value(form, "name"), unescape(form.text).count(typed["notes"])) == ("Carmen Núñez", 1)
    assert await residents.list_residents(database) == []
    await ana.send("/residents/new", **{name: text for name, text in typed.items() if name != "password"})
    assert [each.notes for each in await residents.list_residents(database)] == [typed["notes"]]


FORMS = (
    "/residents/new", "/residents/{resident}/edit", "/reservations/new", "/reservations/{visit}/edit",
    "/reservations/{visit}/move", "/robots/new", "/robots/{robot}/rename", "/users/new", "/users/{user}/edit",
    "/profile/edit",
)  # fmt: skip


@pytest.mark.sqlite
@pytest.mark.parametrize("path", FORMS)
async def test_every_form_comes_back_without_doing_anything(path: str, migrated: Path, tmp_path: Path) -> None:
    house = await build(Path(shutil.copy(migrated, tmp_path)), tmp_path)
    async with house.fresh(tmp_path) as visitor:
        before = visitor.digest()
        body = {name: filled(text, house.names) for name, text in BODIES[f"POST {path}"].items()}
        headers = house.headers["supervisor"] | {"Origin": SITE}
        page = await visitor.client.post(filled(path, house.names), data=body | {"unsent": "true"}, headers=headers)
        assert (page.status_code, visitor.digest()) == (200, before)
        assert "mistakes" not in page.text
        assert any(text in page.text for text in body.values())


async def test_a_button_without_a_form_leads_to_the_sign_in_as_ever(ana: Reader) -> None:
    answer = await ana.client.post("/reservations/some-visit/cancel", headers={"Origin": "http://site"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fprofile")


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
