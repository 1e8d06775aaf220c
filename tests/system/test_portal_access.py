"""Every page of the portal held to WCAG 2.2 AA by axe-core, on a phone and on a desktop, in light and in dark.

Pictures of all of them are left in out/pages, to be looked at.
"""

import asyncio
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from tests.server.conftest import migrated
from tests.server.roles_rig import House, build, filled, listening
from tests.server.test_roles import TABLE
from tests.system.guests import DEADLINE

__all__ = ["migrated"]

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
AXE = (ROOT / "server/node_modules/axe-core/axe.min.js").read_text()
PICTURES = ROOT / "out/pages"
RUN = """async () => {
  const { violations } = await axe.run({
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
}"""
PAGES = [route.removeprefix("GET ") for route in TABLE if route.startswith("GET /") and "/api/" not in route]
PAGES = [path for path in PAGES if path not in {"/healthz", "/static/portal.css"}]
FORMS = [
    "/residents/new", "/reservations/new", "/reservations/{visit}/edit", "/reservations/{visit}/move", "/robots/new",
    "/robots/{robot}/rename", "/users/new", "/users/{user}/edit", "/profile/edit", "/profile/password",
]  # fmt: skip
"""Sent empty, they come back with what is wrong."""
PUBLIC = ["/", "/sign-in", "/r/{token}", "/r/unknown", "/nothing"]
LOOKS: list[tuple[str, tuple[int, int], Literal["light", "dark"], str]] = [
    ("phone", (360, 740), "light", "es-ES"),
    ("desktop", (1280, 800), "dark", "en-GB"),
]


@pytest.fixture(scope="module")
def house(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> House:
    directory = tmp_path_factory.mktemp("house")
    return asyncio.run(build(Path(shutil.copy(migrated, directory)), directory))


@pytest.fixture(scope="module")
def url(house: House) -> Iterator[str]:
    with listening(house) as url:
        yield url


async def window(browser: Browser, url: str, size: tuple[int, int], scheme: Any, locale: str) -> BrowserContext:
    context = await browser.new_context(
        base_url=url,
        locale=locale,
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    context.set_default_timeout(1000 * DEADLINE)
    return context


async def look(page: Page, name: str) -> list[str]:
    """What axe-core finds on this page; its picture is kept."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    await page.evaluate(AXE)
    found: list[str] = await page.evaluate(RUN)
    return [f"{name}: {violation}" for violation in found]


def picture(look: str, path: str) -> str:
    return f"{look}-{re.sub(r'[^a-z]+', '-', path).strip('-') or 'home'}"


@pytest.mark.parametrize(("name", "size", "scheme", "locale"), LOOKS, ids=[each[0] for each in LOOKS])
async def test_no_page_keeps_anybody_out(
    house: House, url: str, browser: Browser, name: str, size: tuple[int, int], scheme: str, locale: str
) -> None:
    found: list[str] = []
    stranger = await window(browser, url, size, scheme, locale)
    page = await stranger.new_page()
    for path in PUBLIC:
        await page.goto(filled(path, house.names))
        found += await look(page, picture(f"{name}-guest", path))
    boss = await window(browser, url, size, scheme, locale)
    session = house.headers["supervisor"]["Cookie"].removeprefix("session=")
    await boss.add_cookies([{"name": "session", "value": session, "url": url}])
    page = await boss.new_page()
    for path in PAGES:
        await page.goto(filled(path, house.names))
        found += await look(page, picture(name, path))
    for path in FORMS:
        await page.goto(filled(path, house.names))
        for each in await page.locator("#form input:visible:not([type=checkbox]), #form textarea").all():
            await each.fill("")
        await page.click("#form button.primary")
        await page.wait_for_selector(".mistakes")
        found += await look(page, picture(f"{name}-wrong", path))
    assert found == []


async def test_the_check_sees_what_is_wrong(browser: Browser) -> None:
    page = await browser.new_page()
    await page.set_content('<img src="x"><p style="color: #aaa">pale</p><input>')
    found = await look(page, "wrong")
    assert {each.split(": ")[1] for each in found} >= {"image-alt", "color-contrast", "label"}
    (PICTURES / "wrong.png").unlink()
