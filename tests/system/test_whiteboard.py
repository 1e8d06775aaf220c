"""The whiteboard and raised hands in real browsers: what one draws, the others see."""

import pytest
from playwright.async_api import Browser, expect

from tests.system.guests import DEADLINE, Guest, Site, until

pytestmark = pytest.mark.system

COLOUR = """(sheet, [x, y]) => {
  const context = sheet.getContext("2d");
  return [...context.getImageData(x * sheet.width, y * sheet.height, 1, 1).data].slice(0, 3);
}"""
BLUE, RED, PAPER = [0, 80, 170], [190, 30, 30], [255, 255, 255]


async def enter(site: Site, browser: Browser, name: str) -> Guest:
    guest = await Guest.open(browser, site.link, name)
    await guest.enter()
    return guest


async def connected(guest: Guest, other: Guest) -> None:
    await guest.page.wait_for_selector(f'{guest.tile(other)}[data-state="connected"]', timeout=1000 * DEADLINE)


async def draw(guest: Guest, colour: str, *way: tuple[float, float]) -> None:
    """A thick line through these points of the sheet, as shares of its width and height."""
    await guest.page.check(f"#board-pens [value={colour}]", force=True)
    await guest.page.check("#board-pens [value='28']", force=True)
    box = await guest.page.locator("#board-sheet").bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in way]
    await guest.page.mouse.move(*places[0])
    await guest.page.mouse.down()
    for place in places[1:]:
        await guest.page.mouse.move(*place, steps=5)
    await guest.page.mouse.up()


async def shows(guest: Guest, colour: list[int], x: float, y: float) -> None:
    sheet = guest.page.locator("#board-sheet")

    async def is_so() -> bool:
        return bool(await sheet.evaluate(COLOUR, [x, y]) == colour)

    await until(is_so, f"{guest.name}'s sheet has {colour} at {x}, {y}")


async def test_what_is_drawn_is_seen_by_all_and_by_who_comes_late(site: Site, browser: Browser) -> None:
    lucia, juan = await enter(site, browser, "Lucía"), await enter(site, browser, "Juan")
    await connected(lucia, juan)
    await lucia.page.click("[data-panel=board]")
    await draw(lucia, "blue", (0.1, 0.5), (0.9, 0.5))
    await draw(lucia, "red", (0.5, 0.1), (0.5, 0.9))
    badge = juan.page.locator("[data-panel=board] .badge")
    await expect(badge).to_have_attribute("aria-label", "Ha dibujado: Lucía")
    await juan.page.click("[data-panel=board]")
    await shows(juan, BLUE, 0.2, 0.5)
    await shows(juan, RED, 0.5, 0.5)  # drawn later, so above
    await expect(juan.page.locator("#board-sheet")).to_have_attribute("aria-label", "Pizarra con 2 trazos de: Lucía")

    await juan.page.reload()  # the same person comes late, as another pen
    await juan.page.wait_for_selector("#call:visible")
    await connected(juan, lucia)
    await juan.page.click("[data-panel=board]")
    await shows(juan, BLUE, 0.2, 0.5)
    await draw(juan, "red", (0.1, 0.2), (0.4, 0.2))
    await shows(lucia, RED, 0.2, 0.2)

    await lucia.page.click("#board-undo")
    await shows(juan, BLUE, 0.5, 0.5)
    await shows(juan, RED, 0.2, 0.2)
    async with lucia.page.expect_download() as download:
        await lucia.page.click("#board-save")
    picture = await download.value
    assert picture.suggested_filename == "pizarra.png"
    assert (await picture.path()).read_bytes().startswith(b"\x89PNG")

    juan.page.once("dialog", lambda dialog: dialog.accept())
    await juan.page.click("#board-clear")
    await shows(lucia, PAPER, 0.2, 0.5)
    await expect(lucia.page.locator("#board-clear")).to_be_disabled()
    assert not lucia.errors + juan.errors


async def test_a_raised_hand_is_seen_and_said(site: Site, browser: Browser) -> None:
    lucia, juan = await enter(site, browser, "Lucía"), await enter(site, browser, "Juan")
    await lucia.page.click("#hand")
    await expect(lucia.page.locator("#hand")).to_have_attribute("aria-pressed", "true")
    await expect(juan.page.locator(f"{juan.tile(lucia)} .tile-hand")).to_be_visible()
    await expect(juan.page.locator("#hand-notice")).to_have_text("Lucía levanta la mano.")
    await juan.page.click("[data-panel=people]")
    await expect(juan.page.locator("#people-list li", has_text="Lucía")).to_contain_text("Mano levantada")
    await lucia.page.click("#hand")
    await expect(juan.page.locator(f"{juan.tile(lucia)} .tile-hand")).to_be_hidden()
    assert not lucia.errors + juan.errors
