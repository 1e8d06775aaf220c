"""Every state of the guest's page held to WCAG 2.2 AA by axe-core; pictures are left in out/pages."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from playwright.async_api import Browser, Page
from sqlalchemy import select, update

from scripts.lab.process import until
from server import audit, booking, bookings, configfile, secret
from server.database import Database
from server.models import Reservation, Robot
from server.times import utc_now
from tests.system.guests import DEADLINE, STRANGERS_TOKEN, Site
from tests.system.looks import LOOKS, Look

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]


PICTURES_THERE = "[...document.querySelectorAll('.tile video')].every((video) => video.videoWidth > 0)"


async def more_visits(site: Site) -> dict[str, str]:
    """The links of visits that are not open, by what is the matter with them."""
    config = configfile.load(site.directory / "server.yaml")
    database, key, now = Database(config.database.url), secret.load(site.directory), utc_now()
    async with database.read() as session:
        robot = (await session.scalars(select(Robot.id))).one()

    async def book(starts_at: datetime) -> bookings.Booked:
        ends_at = starts_at + timedelta(minutes=30)
        wish = booking.Wish(robot_id=robot, title="Visita a Carmen", starts_at=starts_at, ends_at=ends_at)
        return await bookings.book(database, config, key, wish, audit.SYSTEM, now)

    early, cancelled, closed, ended = [await book(now + timedelta(hours=hours)) for hours in (2, 4, 6, 8)]
    await bookings.cancel(database, config, key, cancelled.reservation.id, audit.SYSTEM, now)
    await bookings.close(database, config, key, closed.reservation.id, audit.SYSTEM, now)
    of_ended: dict[str, Any] = {"started_at": now, "ended_at": now, "end_reason": "last_participant"}
    async with database.write() as session:
        await session.execute(update(Reservation).where(Reservation.id == ended.reservation.id).values(of_ended))
    await database.close()
    found = {"early": early, "cancelled": cancelled, "closed": closed, "ended": ended}
    return {what: f"/r/{booked.token}" for what, booked in found.items()} | {"unknown": "/r/unknown"}


OPENERS = {
    "[data-panel=people]": "#people .close",
    "[data-panel=invite]": "#invite .close",
    "[data-panel=settings]": "#settings .close",
    "#show-help": "#help .close",
    ".tile-open >> nth=0": "#tile-menu .close",
}
"""What opens beside or over the call, and what closes it."""


async def open_from_toolbar(page: Page, opener: str) -> None:
    """Press what opens it; on a phone it is in the menu, unless it is on a picture."""
    if await page.locator("#more").is_visible() and not opener.startswith(".tile"):
        await page.click("#more")
    await page.click(opener)


async def enter(page: Page, name: str) -> None:
    await page.fill("#name", name)
    await page.click("#enter:enabled", timeout=1000 * DEADLINE)


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_no_state_keeps_anybody_out(site: Site, browser: Browser, look: Look) -> None:
    token = await site.guard(look.language)
    found: list[str] = []
    window = await look.window(browser, site.url)
    ana = await window.new_page()
    for what, link in (await more_visits(site)).items():
        await ana.goto(link)
        if what == "early":
            await ana.wait_for_selector("#countdown:not(:empty)")
        found += await look.see(ana, f"guest-{what}")

    house = await look.window(browser, site.url)
    await house.add_cookies([{"name": "session", "value": token, "url": site.url}])
    nora = await house.new_page()
    await nora.goto(f"/rooms/{site.room}/join")
    await enter(nora, "Nora")
    await nora.wait_for_selector("#call:visible")
    found += await look.see(nora, "staff-alone")

    await ana.goto(site.link)
    await ana.wait_for_selector("#enter:enabled")
    found += await look.see(ana, "guest-lobby")
    await enter(ana, "Ana")
    await ana.wait_for_selector("#waiting:visible")
    found += await look.see(ana, "guest-waiting")
    await nora.wait_for_selector("#waiting-guests li")
    found += await look.see(nora, "staff-somebody-waits")
    await nora.click("#waiting-guests button.primary")
    for page in (ana, nora):
        await page.wait_for_selector('.tile[data-state="connected"]')
        await until(partial(page.evaluate, PICTURES_THERE), "the tiles have pictures")
    found += await look.see(ana, "guest-call")
    found += await look.see(nora, "staff-call")
    for opener, closer in OPENERS.items():
        await open_from_toolbar(ana, opener)
        found += await look.see(ana, f"guest-{opener}")
        await ana.click(closer)

    eve = await (await look.window(browser, site.url)).new_page()
    await eve.goto(f"/r/{STRANGERS_TOKEN}")
    await enter(eve, "Eve")
    await nora.wait_for_selector("#waiting-guests li")
    nora.once("dialog", lambda dialog: dialog.accept())
    await nora.click("#waiting-guests button.danger")
    await eve.wait_for_selector("#closing:visible")
    found += await look.see(eve, "guest-sent-away")
    await ana.click("#leave")
    await ana.wait_for_selector("#closing:visible")
    found += await look.see(ana, "guest-left")
    assert found == []
