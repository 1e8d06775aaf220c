"""The waiting room in real Chromium: a nurse, two guests who wait; she lets one in and sends the other away."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Dialog, Page, ViewportSize, async_playwright
from sqlalchemy import update

from server import configfile, sessions, tokens
from server.database import Database
from server.models import Link, Reservation, Role, User
from server.times import utc_now
from tests.system.guests import DEADLINE, WATCH, Guest, Site, launch

pytestmark = pytest.mark.system

STRANGERS_TOKEN = "a-link-that-was-passed-on-to-eve"
PHONE = ViewportSize(width=390, height=844)
MILLISECONDS = 1000 * DEADLINE


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    site = Site.make(tmp_path)
    await site.book()
    await site.start()
    yield site
    await site.stop()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


async def guard(site: Site) -> str:
    """The site's visit gets a waiting room and one more link; returns the token of a nurse's session."""
    config = configfile.load(site.directory / "server.yaml")
    database = Database(config.database.url)
    now = utc_now()
    nurse = User(
        username="nora", name="Nora", email="nora@example.org", password_hash="", role=Role.STAFF, created_at=now
    )
    async with database.write() as session:
        found = update(Reservation).where(Reservation.room == site.room).values(waiting_room=True)
        reservation = (await session.execute(found.returning(Reservation.id))).scalar_one()
        session.add(Link(reservation_id=reservation, token_hash=tokens.digest(STRANGERS_TOKEN), created_at=now))
        session.add(nurse)
    token = await sessions.start(database, nurse.id, now, config.sessions)
    await database.close()
    return token


async def open_as_staff(browser: Browser, site: Site, token: str, viewport: ViewportSize) -> Guest:
    """The call page in the window of somebody who is signed in."""
    context = await browser.new_context(locale="es-ES", viewport=viewport)
    await context.add_init_script(WATCH)
    await context.add_cookies([{"name": "session", "value": token, "url": site.url}])
    page = await context.new_page()
    staff = Guest(page, "Nora", [])
    page.on("pageerror", lambda error: staff.errors.append(str(error)))
    await page.goto(f"{site.url}/rooms/{site.room}/join")
    return staff


async def knock(guest: Guest) -> None:
    """Go in as far as the waiting room."""
    await guest.page.fill("#name", guest.name)
    await guest.page.click("#enter:enabled", timeout=MILLISECONDS)
    await guest.page.wait_for_selector("#waiting:visible", timeout=MILLISECONDS)


def entry(name: str) -> str:
    return f'#waiting-guests li:has-text("{name}")'


async def connections(page: Page) -> int:
    made: int = await page.evaluate("window.connections.length")
    return made


@pytest.mark.parametrize("viewport", [PHONE, ViewportSize(width=1280, height=800)], ids=["phone", "desktop"])
async def test_one_is_let_in_and_one_sent_away(
    site: Site, browser: Browser, tmp_path: Path, viewport: ViewportSize
) -> None:
    token = await guard(site)
    robot = await site.robot()
    seen: list[str] = []
    robot.on("participant_joined", lambda participant: seen.append(participant["name"]))
    nora = await open_as_staff(browser, site, token, viewport)
    await nora.enter()
    ana = await Guest.open(browser, site.link, "Ana")
    eve = await Guest.open(browser, f"{site.url}/r/{STRANGERS_TOKEN}", "Eve")
    for guest in (ana, eve):
        await knock(guest)
        await nora.page.wait_for_selector(entry(guest.name))
        await nora.page.wait_for_selector(f'#knock:has-text("{guest.name} espera")')
    await nora.page.screenshot(path=tmp_path / "staff.png")
    await eve.page.screenshot(path=tmp_path / "waiting.png")

    await nora.page.click(f'{entry("Ana")} button:has-text("Dejar pasar")')
    await ana.page.wait_for_selector("#call:visible", timeout=MILLISECONDS)
    await nora.page.wait_for_selector(entry("Ana"), state="detached")
    await nora.sees_and_hears(ana)
    await ana.sees_and_hears(nora)
    assert await nora.page.locator(entry("Eve")).is_visible()
    assert await eve.page.locator("#waiting").is_visible()
    assert await connections(eve.page) == 0
    assert seen == ["Nora", "Ana"]

    await send_away(nora, "Eve")
    await eve.page.wait_for_selector('#closing-reason:has-text("no le ha dejado pasar")')
    assert await eve.page.locator("#again").is_hidden()
    await nora.page.wait_for_selector("#waiting-room", state="hidden")
    await eve.page.reload()
    await eve.page.click("#enter:enabled", timeout=MILLISECONDS)
    await eve.page.wait_for_selector('#closing-reason:has-text("no le ha dejado pasar")')

    await ana.page.reload()
    await ana.page.wait_for_selector("#call:visible", timeout=MILLISECONDS)
    await nora.sees_and_hears(ana)
    assert await nora.page.locator("#waiting-room").is_hidden()
    assert seen == ["Nora", "Ana"]
    assert nora.errors == ana.errors == eve.errors == []
    await robot.disconnect()


async def send_away(staff: Guest, name: str) -> None:
    """Press the button, and then the question's."""
    asked: list[str] = []

    async def accept(dialog: Dialog) -> None:
        asked.append(dialog.message)
        await dialog.accept()

    staff.page.once("dialog", accept)
    await staff.page.click(f'{entry(name)} button:has-text("Rechazar")')
    assert name in asked[0]


async def test_a_reload_keeps_the_place_and_leaving_gives_it_up(site: Site, browser: Browser) -> None:
    nora = await open_as_staff(browser, site, await guard(site), PHONE)
    await nora.enter()
    ana = await Guest.open(browser, site.link, "Ana")
    await knock(ana)
    await nora.page.wait_for_selector(entry("Ana"))
    await ana.page.reload()
    await ana.page.wait_for_selector("#waiting:visible", timeout=MILLISECONDS)
    assert await nora.page.locator(entry("Ana")).count() == 1
    await ana.page.click("#give-up")
    await ana.page.wait_for_selector('#closing-reason:has-text("Ha salido")')
    await nora.page.wait_for_selector("#waiting-room", state="hidden")
    assert nora.errors == ana.errors == []
