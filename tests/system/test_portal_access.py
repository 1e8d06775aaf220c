"""Every page of the portal held to WCAG 2.2 AA by axe-core, on a phone and on a desktop, in light and in dark.

Pictures of all of them are left in out/pages, to be looked at; `scripts/pictures` makes them in all combinations.
"""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.server.conftest import migrated
from tests.server.roles_rig import House, build, filled, listening
from tests.server.test_roles import TABLE
from tests.system.looks import ALL, LOOKS, PICTURES, Look

__all__ = ["migrated"]

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

PAGES = [route.removeprefix("GET ") for route in TABLE if route.startswith("GET /") and "/api/" not in route]
NO_PAGES = {"/healthz", "/static/portal.css", "/certificate.crt", "/certificate.svg"} | {
    "/r/{token}/manifest.webmanifest"
}
PAGES = [path for path in PAGES if path not in NO_PAGES]
FORMS = [
    "/residents/new", "/reservations/new", "/reservations/{visit}/edit", "/reservations/{visit}/move", "/robots/new",
    "/robots/{robot}/rename", "/users/new", "/users/{user}/edit", "/profile/edit", "/profile/password",
]  # fmt: skip
"""Sent empty, they come back with what is wrong."""
PUBLIC = ["/", "/sign-in", "/r/{token}", "/r/unknown", "/nothing"]


@pytest.fixture(scope="module")
def house(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> House:
    directory = tmp_path_factory.mktemp("house")
    return asyncio.run(build(Path(shutil.copy(migrated, directory)), directory))


@pytest.fixture(scope="module")
def url(house: House) -> Iterator[str]:
    with listening(house) as url:
        yield url


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_no_page_keeps_anybody_out(house: House, url: str, browser: Browser, look: Look) -> None:
    found: list[str] = []
    page = await (await look.window(browser, url)).new_page()
    for path in PUBLIC:
        await page.goto(filled(path, house.names))
        found += await look.see(page, f"guest-{path}")
    boss = await look.window(browser, url)
    session = house.headers["supervisor"]["Cookie"].removeprefix("session=")
    await boss.add_cookies([{"name": "session", "value": session, "url": url}])
    page = await boss.new_page()
    await speak(page, look.language)
    for path in PAGES:
        await page.goto(filled(path, house.names))
        found += await look.see(page, path)
    for path in FORMS:
        await page.goto(filled(path, house.names))
        for each in await page.locator("#form input:visible:not([type=checkbox]), #form textarea").all():
            await each.fill("")
        await page.click("#form button.primary")
        await page.wait_for_selector(".mistakes")
        found += await look.see(page, f"wrong-{path}")
    assert found == []


async def speak(page: Page, language: str) -> None:
    """Staff read in the language of their profile."""
    await page.goto("/profile/edit")
    await page.select_option("#language", language)
    await page.click("#form button.primary")
    await page.wait_for_selector(f"html[lang={language}]")


async def test_the_check_sees_what_is_wrong(browser: Browser) -> None:
    page = await browser.new_page()
    await page.set_content('<img src="x"><p style="color: #aaa">pale</p><input>')
    found = await ALL[0].see(page, "wrong")
    assert {each.split(": ")[1] for each in found} >= {"image-alt", "color-contrast", "label"}
    (PICTURES / f"{ALL[0]}-wrong.png").unlink()
