"""The portal's pages over HTTP: what they say, what they refuse with what was typed kept, and who may see them."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, text

from server import mails, residents, robots
from server.bookings import Filter, list_reservations
from server.config import ServerConfig
from server.database import Database
from server.models import Audit, Mail, Role
from server.residents import ResidentForm
from tests.server.data_rig import NOON, Clock, add_robot
from tests.server.portal_rig import PASSWORD, Reader, add_user, reader, value, words

RESIDENT = {
    "name": "Carmen <Ruiz>",
    "room": "12 B",
    "age": "84",
    "relative_name": "Lucía",
    "emails": "lucia@example.org; juan@example.org",
    "language": "es",
    "consent": "button",
    "quiet_from": "21:00",
    "quiet_until": "07:30",
    "notes": "Likes music.\nHears badly.",
}


@pytest.fixture
async def ana(config: ServerConfig, database: Database, clock: Clock) -> AsyncIterator[Reader]:
    """Somebody of the staff, signed in."""
    await add_user(database, "ana")
    async with reader(config, database, clock) as somebody:
        await somebody.sign_in()
        yield somebody


@pytest.fixture
async def boss(config: ServerConfig, database: Database, clock: Clock) -> AsyncIterator[Reader]:
    """A supervisor, signed in."""
    await add_user(database, "boss", Role.SUPERVISOR)
    async with reader(config, database, clock) as somebody:
        await somebody.sign_in("boss")
        yield somebody


async def add_resident(database: Database, **changed: str) -> str:
    form = ResidentForm.model_validate(RESIDENT | changed)
    return (await residents.add(database, form, "system", NOON)).id


def visit(robot: str, **changed: str) -> dict[str, str]:
    """A form of a visit tomorrow at noon."""
    return {"robot_id": robot, "date": "2026-11-21", "time": "13:00", "minutes": "30"} | changed


def mistakes(page: httpx.Response) -> dict[str, str]:
    """The sentences at the fields."""
    found = re.findall(r'<p class="mistake" id="(\w+)-mistake">([^<]*)</p>', page.text)
    assert len(found) == page.text.count('aria-invalid="true"')
    return dict(found)


# Residents


async def test_resident_is_added_listed_edited_and_deleted(ana: Reader, database: Database) -> None:
    assert "There is no resident yet." in words(await ana.open("/residents"))
    listed = await ana.send("/residents/new", **RESIDENT)
    assert "The resident was added." in words(listed)
    for shown in ("Carmen <Ruiz>", "12 B", "84", "Lucía", "lucia@example.org; juan@example.org"):
        assert shown in words(listed)
    assert "The resident was added." not in words(await ana.open("/residents")), "a notice is shown once"

    resident = (await residents.list_residents(database))[0].id
    form = await ana.open(f"/residents/{resident}/edit")
    assert value(form, "name") == "Carmen <Ruiz>"
    assert value(form, "quiet_until") == "07:30"
    assert "Likes music.\nHears badly.</textarea>" in form.text
    assert "data were saved" in words(await ana.send(f"/residents/{resident}/edit", **(RESIDENT | {"room": "7"})))
    assert (await residents.get(database, resident)).room == "7"

    asked = words(await ana.open(f"/residents/{resident}/delete"))
    assert "Carmen <Ruiz>" in asked
    assert "cannot be undone" in asked
    assert "The resident was deleted." in words(await ana.send(f"/residents/{resident}/delete"))
    assert await residents.list_residents(database) == []
    assert (await ana.open(f"/residents/{resident}/edit")).status_code == 404


async def test_missing_data_of_a_resident_are_named_and_nothing_typed_is_lost(ana: Reader, database: Database) -> None:
    typed = {"name": " ", "age": "old", "emails": "lucia@example.org; juan", "notes": "Likes <music>", "language": "en"}
    page = await ana.send("/residents/new", **typed)
    assert page.status_code == 422
    assert mistakes(page) == {
        "name": "This is missing; please fill it in.",
        "room": "This is missing; please fill it in.",
        "age": "This must be a whole number.",
        "relative_name": "This is missing; please fill it in.",
        "emails": "&#39;juan&#39; is not an e-mail address; write them like ana@example.org; luis@example.org.",
    }
    assert "5 things are not right yet:" in words(page)
    assert value(page, "age") == "old"
    assert "lucia@example.org; juan</textarea>" in page.text
    assert "Likes &lt;music&gt;</textarea>" in page.text
    assert '<option value="en" selected>' in page.text
    assert await residents.list_residents(database) == []


async def test_search_for_residents(ana: Reader, database: Database) -> None:
    await add_resident(database)
    await add_resident(database, name="Ángela", room="3")
    assert "Ángela" in words(await ana.open("/residents?search=angela"))
    assert "Carmen" not in words(await ana.open("/residents?search=angela"))
    nobody = words(await ana.open("/residents?search=<x>"))
    assert "Nobody is found with “<x>”." in nobody


async def test_deleting_a_resident_says_what_happens_to_the_visits(ana: Reader, database: Database) -> None:
    robot, _ = await add_robot(database)
    resident = await add_resident(database)
    await ana.send("/reservations/new", **visit(robot, resident_id=resident))
    asked = words(await ana.open(f"/residents/{resident}/delete"))
    assert "One visit that is booked is cancelled" in asked
    assert "Sat, 21 Nov 2026, 13:00–13:30: Visita a Carmen <Ruiz>" in asked


# Visits


async def test_visit_is_booked_shown_edited_moved_and_cancelled(ana: Reader, database: Database, clock: Clock) -> None:
    robot, _ = await add_robot(database)
    resident = await add_resident(database)
    booked = await ana.send("/reservations/new", **visit(robot, resident_id=resident, waiting_room="true"))
    said = words(booked)
    assert "The visit was booked." in said
    for shown in ("Visita a Carmen <Ruiz>", "Saturday, 21 November 2026", "13:00–13:30 (30 minutes)", "in 1 day"):
        assert shown in said
    assert len(re.findall(r'value="http://127.0.0.1:3030/r/[\w-]{32}"', booked.text)) == 2
    path = booked.url.path

    form = await ana.open(f"{path}/edit")
    assert (value(form, "date"), value(form, "time"), value(form, "minutes")) == ("2026-11-21", "13:00", "30")
    typed = visit(robot, resident_id=resident, title="Cumpleaños", minutes="45", emails="lucia@example.org")
    changed = await ana.send(f"{path}/edit", **typed)
    assert "The visit was changed." in words(changed)
    assert "Cumpleaños" in words(changed)
    assert changed.text.count('value="http://127.0.0.1:3030/r/') == 1

    moved = await ana.send(f"{path}/move", date="2026-11-22", time="10:00")
    assert "10:00–10:45 (45 minutes)" in words(moved)

    assert "Relatives who were informed get a mail" in words(await ana.open(f"{path}/cancel"))
    gone = words(await ana.send(f"{path}/cancel"))
    assert "The visit was cancelled." in gone
    assert "its links are not valid any more" in gone
    assert "was over already" in words(await ana.send(f"{path}/close"))


@pytest.mark.parametrize("allowed", [False, True])
async def test_a_visit_may_be_recorded_only_where_the_site_allows_it(
    config: ServerConfig, database: Database, clock: Clock, allowed: bool
) -> None:
    await add_user(database, "ana")
    robot, _ = await add_robot(database)
    site = config.model_copy(update={"rooms": config.rooms.model_copy(update={"recording": allowed})})
    async with reader(site, database, clock) as ana:
        await ana.sign_in()
        assert ('name="recording"' in (await ana.open("/reservations/new")).text) is allowed
        usual = await ana.send("/reservations/new", **visit(robot, title="Usual"))
        assert "May be recorded" not in words(usual)
        ticked = await ana.send("/reservations/new", **visit(robot, title="Ticked", time="15:00", recording="true"))
        assert "May be recorded yes" in words(ticked)


async def test_missing_data_of_a_visit_are_named_and_nothing_typed_is_lost(ana: Reader, database: Database) -> None:
    robot, _ = await add_robot(database)
    page = await ana.send("/reservations/new", title="Cumpleaños", time="13:00", description="Con <tarta>", minutes="x")
    assert page.status_code == 422
    assert mistakes(page) == {
        "robot_id": "This is missing; please fill it in.",
        "date": "This is missing; please fill it in.",
        "minutes": "This must be a number.",
    }
    assert (value(page, "title"), value(page, "time"), value(page, "minutes")) == ("Cumpleaños", "13:00", "x")
    assert "Con &lt;tarta&gt;</textarea>" in page.text
    timeless = await ana.send("/reservations/new", robot_id=robot, title="x", minutes="30")
    assert mistakes(timeless).keys() == {"date", "time"}
    assert "Date: This is missing" in words(timeless)
    nameless = await ana.send("/reservations/new", **visit(robot))
    assert mistakes(nameless) == {"title": "Say what the visit is, or choose a resident."}
    over = await ana.send("/reservations/new", **visit(robot, title="x", date="2026-11-19"))
    assert mistakes(over) == {"date": "This visit would already be over; choose a later time."}
    long = await ana.send("/reservations/new", **visit(robot, title="x", minutes="600"))
    assert mistakes(long) == {"minutes": "A visit may last 240 minutes at most (rooms.max_minutes)."}


async def test_quiet_hours_of_the_resident(ana: Reader, database: Database) -> None:
    robot, _ = await add_robot(database)
    resident = await add_resident(database)
    page = await ana.send("/reservations/new", **visit(robot, resident_id=resident, time="22:00"))
    assert mistakes(page) == {"date": "The resident&#39;s quiet hours are from 21:00 to 07:30; choose another time."}


async def test_clash_names_the_other_visit(ana: Reader, database: Database) -> None:
    robot, _ = await add_robot(database)
    await ana.send("/reservations/new", **visit(robot, title="Visita de <Juan>"))
    page = await ana.send("/reservations/new", **visit(robot, title="Otra", time="13:15"))
    assert page.status_code == 409
    assert mistakes(page) == {
        "date": "The robot is taken at that time by “Visita de &lt;Juan&gt;”, Sat, 21 Nov 2026, 13:00–13:30. "
        "Choose another one."
    }


async def test_hour_that_the_clocks_skip_and_hour_that_comes_twice(ana: Reader, database: Database) -> None:
    robot, _ = await add_robot(database)
    skipped = await ana.send("/reservations/new", **visit(robot, title="x", date="2027-03-28", time="02:30"))
    assert "The clocks skip 2027-03-28 02:30 in Europe/Madrid" in words(skipped)
    typed = visit(robot, title="x", date="2027-10-31", time="02:30")
    twice = await ana.send("/reservations/new", **typed)
    assert "Which one do you mean?" in words(twice)
    assert "02:30 (CEST): the first one 02:30 (CET): the second one, an hour later" in words(twice)
    booked = await ana.send("/reservations/new", **typed, fold="1")
    found = (await list_reservations(database, Filter(), NOON))[0].reservation
    assert f"{found.starts_at:%H:%M}" == "01:30"
    form = await ana.open(f"{booked.url.path}/edit")
    assert value(form, "fold") == "1", "an edit does not change which of the two it is"


async def test_same_next_week_in_one_click(ana: Reader, database: Database) -> None:
    robot, _ = await add_robot(database)
    booked = await ana.send("/reservations/new", **visit(robot, title="Weekly"))
    again = await ana.send(f"{booked.url.path}/repeat")
    assert "The same visit was booked a week later." in words(again)
    assert "Saturday, 28 November 2026" in words(again)
    taken = await ana.send(f"{booked.url.path}/repeat")
    assert taken.url.path == "/reservations/new", "taken by the one before: the form lets another time be chosen"
    assert value(taken, "title") == "Weekly"


async def test_lists_days_weeks_and_history(ana: Reader, database: Database, clock: Clock) -> None:
    robot, _ = await add_robot(database)
    other, _ = await add_robot(database, "Robot 2")
    assert "No visit is booked." in words(await ana.open("/reservations"))
    await ana.send("/reservations/new", **visit(robot, title="Early"))
    await ana.send("/reservations/new", **visit(other, title="Late", date="2026-11-23"))
    both = words(await ana.open("/reservations"))
    assert both.index("Early") < both.index("Late")
    only = words(await ana.open(f"/reservations?robot={other}"))
    assert "Late" in only
    assert "Early" not in only
    assert "No visit is like that." in words(await ana.open("/reservations?state=running"))
    day = words(await ana.open("/reservations/day?date=2026-11-21"))
    assert "Saturday, 21 November 2026" in day
    assert "Early" in day
    assert "Late" not in day
    assert "No visit on this day." in words(await ana.open("/reservations/day?date=nonsense"))
    week = words(await ana.open("/reservations/week?date=2026-11-22"))
    assert "Week of Mon, 16 Nov 2026" in week
    assert "Early" in week
    assert "Late" not in week
    clock.now += timedelta(days=2)
    await ana.sign_in()
    past = words(await ana.open("/reservations?past=true"))
    assert "Early" in past
    assert "did not take place" in past
    assert "Early" not in words(await ana.open("/reservations"))


async def test_link_is_revoked_after_asking(ana: Reader, database: Database) -> None:
    robot, _ = await add_robot(database)
    booked = await ana.send("/reservations/new", **visit(robot, title="x"))
    revoke = re.search(r'href="(/reservations/\w+/links/\w+/revoke)"', booked.text)
    assert revoke
    assert "Nobody can join with this link any more" in words(await ana.open(revoke[1]))
    gone = await ana.send(revoke[1])
    assert "The link is not valid any more." in words(gone)
    assert "/r/" not in gone.text
    assert (await ana.send(revoke[1])).status_code == 404


async def test_staff_hand_over_no_link_that_names_a_relative(ana: Reader, database: Database) -> None:
    robot, _ = await add_robot(database)
    resident = await add_resident(database, emails="lucia@example.org")
    typed = visit(robot, date="2026-11-20", time="13:05", resident_id=resident)
    booked = await ana.send("/reservations/new", **typed)
    (personal,) = set(re.findall(r"/r/([\w-]+)", booked.text))
    join = re.search(r'href="(/rooms/(\w+)/join)"', booked.text)
    assert join
    page = await ana.open(join[1])
    assert "/r/" not in page.text
    (add,) = re.findall(r'action="(/reservations/[\w-]+/links)"', page.text)
    for _ in range(2):
        made = await ana.send(add)
        assert "There is a link to hand over now." in words(made)
        (handed,) = set(re.findall(r"/r/([\w-]+)", made.text)) - {personal}
    assert not re.search(r'action="/reservations/[\w-]+/links"', made.text)
    page = await ana.open(join[1])
    assert set(re.findall(r"/r/([\w-]+)", page.text)) == {handed}
    assert value(await ana.open(f"/r/{personal}"), "name") == "Lucía"
    assert value(await ana.open(f"/r/{handed}"), "name") == ""
    async with database.read() as session:
        entries = (await session.scalars(select(Audit).where(Audit.object_kind == "link"))).all()
    assert [(entry.action, entry.detail["reservation"]) for entry in entries] == [("add", booked.url.path[14:])]


async def test_staff_join_from_the_list_and_from_the_box(ana: Reader, database: Database, clock: Clock) -> None:
    robot, _ = await add_robot(database)
    booked = await ana.send("/reservations/new", **visit(robot, title="x", date="2026-11-20", time="13:05"))
    join = re.search(r'href="(/rooms/(\w+)/join)"', booked.text)
    assert join
    assert f'data-room="{join[2]}"' in (await ana.open(join[1])).text
    by_box = await ana.send("/rooms/join", meeting=f" {join[2]} ", name="Dr. Núñez")
    assert by_box.url.path == join[1]
    assert value(by_box, "name") == "Dr. Núñez"

    wrong = await ana.send("/rooms/join", meeting="nowhere", name="Dr. Núñez")
    assert wrong.status_code == 404
    assert mistakes(wrong)["meeting"].startswith("This link is not valid")
    assert (value(wrong, "meeting"), value(wrong, "name")) == ("nowhere", "Dr. Núñez")
    assert mistakes(await ana.send("/rooms/join", meeting="\x00"))["meeting"].startswith("This link is not valid")
    assert "meeting" in mistakes(await ana.send("/rooms/join", meeting=""))

    clock.now -= timedelta(hours=1)
    await ana.sign_in()
    assert "You are early" in words(await ana.open(join[1]))
    assert "The room is not open yet." in words(await ana.send("/rooms/join", meeting=join[2]))
    closed = await ana.send(f"{booked.url.path}/close")
    assert "The room was closed" in words(closed)
    assert (await ana.open(join[1])).status_code == 410


# Supervisors


async def test_supervisor_registers_a_user(
    boss: Reader, config: ServerConfig, database: Database, clock: Clock
) -> None:
    typed = {"username": "bob", "password": PASSWORD, "name": "Bob", "email": "bob@example.org", "role": "staff"}
    empty = await boss.send("/users/new", username="bob")
    assert mistakes(empty).keys() == {"password", "name", "email", "role"}
    assert value(empty, "username") == "bob"
    assert "The user was added." in words(await boss.send("/users/new", **typed, language="en"))
    again = await boss.send("/users/new", **typed, language="en")
    assert mistakes(again) == {"username": "There is a user named &#39;bob&#39; already."}
    assert PASSWORD not in again.text
    async with reader(config, database, clock) as bob:
        assert (await bob.sign_in("bob")).url.path == "/profile/password"
    listed = await boss.open("/users")
    user = re.search(r'href="/users/(\w+)/deactivate"><?[^<]*<span class="unseen"> bob', listed.text)
    assert user
    assert "signed out everywhere" in words(await boss.open(f"/users/{user[1]}/deactivate"))
    assert "cannot sign in" in words(await boss.send(f"/users/{user[1]}/deactivate"))
    shown = await boss.send(f"/users/{user[1]}/password")
    password = re.search(r'<strong class="code">([^<]+)</strong>', shown.text)
    assert password
    async with reader(config, database, clock) as bob:
        assert (await bob.sign_in("bob", password[1])).url.path == "/profile/password"


async def test_last_supervisor_stays(boss: Reader) -> None:
    listed = await boss.open("/users")
    user = re.search(r'href="/users/(\w+)/edit"', listed.text)
    assert user
    refused = await boss.send(f"/users/{user[1]}/deactivate")
    assert "This is the last supervisor" in words(refused)
    typed = {"name": "Boss", "email": "boss@example.org", "role": "staff", "language": "en"}
    assert mistakes(await boss.send(f"/users/{user[1]}/edit", **typed)).keys() == {"role"}


async def test_supervisor_adds_renames_and_shuts_out_a_robot(boss: Reader, database: Database) -> None:
    assert "There is no robot yet." in words(await boss.open("/robots"))
    added = await boss.send("/robots/new", name="Room 12")
    code = re.search(r'<strong class="code">([\w-]+)</strong>', added.text)
    assert code
    robot, _ = await robots.enrol(database, code[1], NOON)
    assert "Room 12 ready" in words(await boss.open("/robots"))
    assert mistakes(await boss.send("/robots/new", name="Room 12")) == {
        "name": "There is a robot named &#39;Room 12&#39; already."
    }
    assert mistakes(await boss.send("/robots/new", name="")).keys() == {"name"}
    assert "The robot was renamed." in words(await boss.send(f"/robots/{robot.id}/rename", name="Ward 2"))
    assert "disconnected at once" in words(await boss.open(f"/robots/{robot.id}/revoke"))
    board = words(await boss.send(f"/robots/{robot.id}/revoke"))
    assert "Ward 2 shut out" in board
    renewed = await boss.send(f"/robots/{robot.id}/code")
    assert "Enrolment code of Ward 2" in words(renewed)


async def test_staff_set_how_loud_a_robot_speaks(ana: Reader, database: Database) -> None:
    robot, _ = await add_robot(database)
    page = f"/robots/{robot}/volume"
    assert "takes over the volume" in words(await ana.send(page, volume="70"))
    assert (await robots.get(database, robot)).volume == 70
    assert 'value="70"' in (await ana.open(page)).text
    assert mistakes(await ana.send(page, volume="101")) == {"volume": "This must be 100 or less."}
    assert mistakes(await ana.send(page, volume="loud")) == {"volume": "This must be a whole number."}
    assert (await robots.get(database, robot)).volume == 70
    await ana.send(page, volume=" ")
    assert (await robots.get(database, robot)).volume is None


async def test_audit_and_settings(boss: Reader, database: Database) -> None:
    await boss.send("/robots/new", name="Room 12")
    entries = words(await boss.open("/audit"))
    assert "boss added robot" in entries
    assert "boss signed in user" in entries
    assert "Room 12" not in entries, "no name in the audit"
    await boss.open("/residents")
    assert "boss looked at resident (the list)" in words(await boss.open("/audit?what=seen"))
    assert "looked at" not in words(await boss.open("/audit?what=done")).partition("Details")[2]
    assert "There is no such entry." in words(await boss.open("/audit?kind=resident&what=done"))
    settings = words(await boss.open("/settings"))
    assert "public_url http://127.0.0.1:3030" in settings


@pytest.mark.parametrize("path", ["/users", "/users/new", "/audit", "/settings", "/robots/new"])
async def test_staff_may_not_do_what_supervisors_do(ana: Reader, path: str) -> None:
    page = await ana.open(path)
    assert page.status_code == 403
    assert "This is for supervisors" in words(page)
    assert "/users" not in (await ana.open("/profile")).text


# Mails


async def test_mails_are_listed_read_and_sent_again(ana: Reader, database: Database) -> None:
    assert "No mail has been written yet." in words(await ana.open("/mails"))
    robot, _ = await add_robot(database)
    resident = await add_resident(database)
    await ana.send("/reservations/new", **visit(robot, resident_id=resident))
    assert "lucia@example.org confirmation waiting" in words(await ana.open("/mails"))
    assert "All mails could be sent." in words(await ana.open("/mails?dead=true"))
    mail = (await mails.list_mails(database))[0]
    assert "http://127.0.0.1:3030/r/" in words(await ana.open(f"/mails/{mail.id}"))
    assert "was not given up" in words(await ana.send(f"/mails/{mail.id}/send-again"))
    async with database.write() as session:
        (await session.get_one(Mail, mail.id)).dead_at = NOON
    assert "One mail could not be sent" in words(await ana.open("/profile"))
    assert "Send again" in words(await ana.open("/mails?dead=true"))
    assert "will be sent again" in words(await ana.send(f"/mails/{mail.id}/send-again"))


# All pages


async def test_pages_of_signed_in_people_say_nothing_to_others(
    ana: Reader, config: ServerConfig, database: Database, clock: Clock
) -> None:
    async with reader(config, database, clock) as stranger:
        for path in ("/profile", "/residents", "/reservations", "/robots", "/mails", "/users", "/rooms/x/join"):
            assert (await stranger.open(path)).url.path == "/sign-in"
            assert (await stranger.client.get(path)).status_code == 303
        assert (await stranger.client.post("/residents/new", data=RESIDENT)).status_code == 403
    assert await residents.list_residents(database) == []


async def test_error_pages_are_pages(ana: Reader) -> None:
    for path in (
        "/nothing",
        "/residents/nobody/edit",
        "/reservations/none",
        "/reservations/%00",
        "/reservations?page=0",
        "/reservations?robot=%00",
        "/reservations/new?like=%F0%9F%A4%96",
        "/mails?visit='",
        "/mails/none",
        "/rooms/%00/join",
    ):
        page = await ana.open(path)
        assert page.status_code == 404
        assert "This page is not here" in words(page)
    assert (await ana.client.get("/api/v1/nothing")).headers["content-type"] == "application/problem+json"


@pytest.mark.sqlite
async def test_busy_database_keeps_the_form(config: ServerConfig, database: Database, clock: Clock) -> None:
    await add_user(database, "ana")
    impatient = Database(config.database.url, busy_seconds=0.1)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(impatient.close)
        somebody = await stack.enter_async_context(reader(config, impatient, clock))
        await somebody.sign_in()
        async with database.write() as session:
            await session.execute(text("SELECT 1"))
            page = await somebody.send("/residents/new", **RESIDENT)
        assert page.status_code == 503
        assert "The server cannot store this now." in words(page)
        assert value(page, "name") == "Carmen <Ruiz>"
        assert "The resident was added." in words(await somebody.send("/residents/new", **RESIDENT))


async def test_pages_speak_the_language_of_the_user(ana: Reader, database: Database) -> None:
    changed = await ana.send("/profile/edit", name="Ana", email="ana@example.org", language="es")
    assert "Se han guardado sus datos." in words(changed)
    assert '<html lang="es">' in changed.text
    page = await ana.send("/residents/new", name="x")
    assert mistakes(page)["room"] == "Falta este dato; rellénelo, por favor."
