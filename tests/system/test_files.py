"""Files between real browsers: what arrives is what was sent, or both sides say why not."""

import hashlib
from pathlib import Path

import pytest
from playwright.async_api import Browser

from scripts.lab.process import until
from tests.system.guests import DEADLINE, Guest, Site

pytestmark = pytest.mark.system

SPOIL = """
const send = RTCDataChannel.prototype.send;
RTCDataChannel.prototype.send = function (data) {
  if (typeof data !== "string") data[0] ^= 1;
  return send.call(this, data);
};
"""
SLOW_DISK = """
const read = Blob.prototype.arrayBuffer;
Blob.prototype.arrayBuffer = async function () {
  await new Promise((resolve) => setTimeout(resolve, 100));
  return read.call(this);
};
"""
"""The sender's: so that there is a middle to do something in, on the fastest machine too."""
PLACE = """
window.showSaveFilePicker = async ({ suggestedName }) => {
  const folder = await navigator.storage.getDirectory();
  return folder.getFileHandle(suggestedName, { create: true });
};
"""
READ_BACK = """async (name) => {
  const handle = await (await navigator.storage.getDirectory()).getFileHandle(name);
  const content = await (await handle.getFile()).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return [...digest].map(byte => byte.toString(16).padStart(2, "0")).join("");
}"""


def content(size: int) -> bytes:
    """Bytes of which no two blocks are alike."""
    return hashlib.shake_128(str(size).encode()).digest(size)


def on_disk(directory: Path, name: str, size: int) -> Path:
    path = directory / name
    path.write_bytes(content(size))
    return path


async def two_with_chat(site: Site, browser: Browser, sender: str = "", receiver: str = "") -> tuple[Guest, Guest]:
    lucia = await Guest.open(browser, site.link, "Lucía", sender)
    juan = await Guest.open(browser, site.link, "Juan", receiver)
    for guest in (lucia, juan):
        await guest.enter()
        await guest.page.click("[data-panel=chat]")
    for guest, other in ((lucia, juan), (juan, lucia)):
        await guest.page.wait_for_selector(f'{guest.tile(other)}[data-state="connected"]', timeout=1000 * DEADLINE)
    return lucia, juan


async def offer(guest: Guest, *files: Path) -> None:
    await guest.page.set_input_files("#chat-files", files)


async def becomes(guest: Guest, state: str, name: str = "") -> None:
    await guest.page.wait_for_selector(f'.file[data-state="{state}"]:has-text("{name}")', timeout=1000 * DEADLINE)


async def accept(guest: Guest, name: str = "") -> None:
    await guest.page.click(f'.file[data-state=asked]:has-text("{name}") button.primary', timeout=1000 * DEADLINE)


async def saved(guest: Guest, name: str) -> bytes:
    async with guest.page.expect_download() as download:
        await guest.page.click(f'.file:has-text("{name}") a[download]')
    file = await download.value
    assert file.suggested_filename == name
    return Path(await file.path()).read_bytes()


async def in_the_middle(site: Site, browser: Browser, directory: Path) -> tuple[Guest, Guest]:
    """A sender and a receiver who has some of `video.bin`, and does not have all of it for a while."""
    lucia, juan = await two_with_chat(site, browser, sender=SLOW_DISK)
    await offer(lucia, on_disk(directory, "video.bin", 20_000_000))
    await accept(juan)

    async def moves() -> bool:
        return bool(await juan.page.evaluate("document.querySelector('.file progress').value > 0"))

    await until(moves, "the receiver has some of the file")
    return lucia, juan


async def test_what_arrives_is_what_was_sent(site: Site, browser: Browser, tmp_path: Path) -> None:
    lucia, juan = await two_with_chat(site, browser)
    sizes = {"nada.bin": 0, "poco.bin": 1, "ñandú 🎉.bin": 5_000_000}
    await offer(lucia, *(on_disk(tmp_path, name, size) for name, size in sizes.items()))
    back = on_disk(tmp_path, "vuelta.bin", 3_000_000)
    await offer(juan, back)
    for name in sizes:
        await accept(juan, name)
    await accept(lucia, back.name)
    for name, size in sizes.items():
        await becomes(juan, "done", name)
        assert await saved(juan, name) == content(size)
        await becomes(lucia, "done", name)
    assert await saved(lucia, back.name) == content(3_000_000)

    await offer(lucia, on_disk(tmp_path, "no.bin", 10))
    await juan.page.click('.file[data-state=asked] button:has-text("Rechazar")')
    await becomes(lucia, "refused", "no.bin")
    await offer(lucia, on_disk(tmp_path, "ya no.bin", 10))
    await becomes(juan, "asked", "ya no.bin")
    await lucia.page.click('.file[data-state=asked] button:has-text("Cancelar")')
    await becomes(juan, "cancelled", "ya no.bin")

    await juan.page.click("#leave")
    rows = juan.page.locator("#received-files li")
    assert [await row.locator("bdi").text_content() for row in await rows.all()] == list(sizes)
    async with juan.page.expect_download() as download:
        await rows.nth(2).locator("a").click()
    assert Path(await (await download.value).path()).read_bytes() == content(5_000_000)
    assert not lucia.errors + juan.errors


async def test_what_arrives_damaged_is_thrown_away(site: Site, browser: Browser, tmp_path: Path) -> None:
    lucia, juan = await two_with_chat(site, browser, sender=SPOIL)
    await offer(lucia, on_disk(tmp_path, "carta.bin", 100_000))
    await accept(juan)
    await becomes(juan, "damaged")
    await becomes(lucia, "damaged")
    assert await juan.page.locator("a[download]").count() == 0


@pytest.mark.long
async def test_a_replaced_connection_goes_on_with_the_file(site: Site, browser: Browser, tmp_path: Path) -> None:
    lucia, juan = await in_the_middle(site, browser, tmp_path)
    await lucia.page.evaluate("window.connections.at(-1).close()")
    await becomes(juan, "done")
    await becomes(lucia, "done")
    assert await lucia.page.evaluate("window.connections.length") == 2
    assert await saved(juan, "video.bin") == content(20_000_000)


@pytest.mark.long
@pytest.mark.parametrize("leaver", ["sender", "receiver"])
async def test_who_leaves_in_the_middle(site: Site, browser: Browser, tmp_path: Path, leaver: str) -> None:
    lucia, juan = await in_the_middle(site, browser, tmp_path)
    leaving, staying = (lucia, juan) if leaver == "sender" else (juan, lucia)
    await leaving.page.click("#leave")
    await becomes(staying, "gone")
    assert "la otra persona ha salido" in await staying.page.inner_text(".file")


@pytest.mark.long
@pytest.mark.parametrize("who", ["sender", "receiver"])
async def test_cancelled_in_the_middle(site: Site, browser: Browser, tmp_path: Path, who: str) -> None:
    lucia, juan = await in_the_middle(site, browser, tmp_path)
    await (lucia if who == "sender" else juan).page.click('.file button:has-text("Cancelar")')
    await becomes(lucia, "cancelled")
    await becomes(juan, "cancelled")


@pytest.mark.long
async def test_a_hundred_megabytes_and_two_at_once(site: Site, browser: Browser, tmp_path: Path) -> None:
    lucia, juan = await two_with_chat(site, browser, receiver=PLACE)
    sizes = {"uno.bin": 100_000_000, "dos.bin": 70_000_000}
    await offer(lucia, *(on_disk(tmp_path, name, size) for name, size in sizes.items()))
    for name in sizes:
        await accept(juan, name)
    for name, size in sizes.items():
        await becomes(juan, "done", name)
        assert await juan.page.evaluate(READ_BACK, name) == hashlib.sha256(content(size)).hexdigest()
