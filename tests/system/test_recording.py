"""Recording in real Chromium: staff record in their browser, the guest knows, the file has what was seen and heard."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import av
import numpy as np
import pytest
from playwright.async_api import Browser, expect

from scripts.lab.process import until
from tests.system.guests import Guest, Site
from tests.system.test_waiting import PHONE, open_as_staff

pytestmark = pytest.mark.system

LEAST_SECONDS = 2.0
FULL_AFTER_TWO_PIECES = """() => {
  let pieces = 0;
  const write = FileSystemWritableFileStream.prototype.write;
  FileSystemWritableFileStream.prototype.write = function (part) {
    if (++pieces > 2) return this.abort().then(() => { throw new DOMException("full", "QuotaExceededError"); });
    return write.call(this, part);
  };
  window.showSaveFilePicker = async () => {
    const folder = await navigator.storage.getDirectory();
    return folder.getFileHandle("call.webm", { create: true });
  };
}"""
CHOSEN_LATE = """() => {
  const sink = { write: async () => {}, close: async () => {}, abort: async () => { window.aborted = true; } };
  window.showSaveFilePicker = () => new Promise((resolve) => {
    window.choose = () => resolve({ createWritable: async () => sink });
  });
}"""


@pytest.fixture
async def call(tmp_path: Path, browser: Browser) -> AsyncIterator[tuple[Site, Guest, Guest]]:
    """A guest, and staff at a phone who may record."""
    site = Site.make(tmp_path)
    settings = json.loads((tmp_path / "server.yaml").read_text())
    settings["rooms"]["recording"] = True
    (tmp_path / "server.yaml").write_text(json.dumps(settings))
    await site.book()
    token = await site.guard()
    with closing(sqlite3.connect(tmp_path / "server.db")) as database:
        database.execute("UPDATE reservations SET waiting_room = 0, recording = 1")
        database.commit()
    await site.start()
    try:
        guest = await Guest.open(browser, site.link, "Lucía")
        await guest.enter()
        nora = await open_as_staff(browser, site, token, PHONE)
        await nora.enter()
        await nora.sees_and_hears(guest)
        yield site, guest, nora
        assert guest.errors == nora.errors == []
    finally:
        await site.stop()


async def test_staff_record_the_guest_knows_and_the_file_holds_picture_and_sound(
    tmp_path: Path, call: tuple[Site, Guest, Guest]
) -> None:
    site, guest, nora = call
    await nora.page.evaluate("delete window.showSaveFilePicker")  # a headless browser has nobody to ask
    assert await guest.page.locator("#record").is_hidden()
    await press(nora)
    await expect(guest.page.locator("#recording-sign")).to_have_text("Nora está grabando esta videollamada.")
    await expect(nora.page.locator("#recording-sign")).to_have_text("Está grabando esta videollamada. Todos lo saben.")
    began = (await nora.received())["frames"]

    async def has_something() -> bool:
        return bool((await nora.received())["frames"] >= began + 60)

    await until(has_something, "some seconds were seen while they were recorded")
    async with nora.page.expect_download() as download:
        await press(nora)
    await (await download.value).save_as(tmp_path / "call.webm")
    await expect(guest.page.locator("#recording-sign")).to_be_empty()
    assert audited(site) == ["start_recording", "stop_recording"]
    check(tmp_path / "call.webm")


@pytest.mark.long
async def test_a_disk_that_is_full_ends_the_recording_and_what_was_recorded_is_there(
    tmp_path: Path, call: tuple[Site, Guest, Guest]
) -> None:
    site, guest, nora = call
    await nora.page.evaluate(FULL_AFTER_TWO_PIECES)
    async with nora.page.expect_download() as download:
        await press(nora)
        await expect(guest.page.locator("#recording-sign")).to_have_text("Nora está grabando esta videollamada.")
    await (await download.value).save_as(tmp_path / "call.webm")
    await expect(nora.page.locator("#recording-notice")).to_contain_text("está en las descargas")
    await expect(nora.page.locator("#recording-sign")).to_be_empty()
    await expect(guest.page.locator("#recording-sign")).to_be_empty()
    assert audited(site) == ["start_recording", "stop_recording"]
    check(tmp_path / "call.webm")


@pytest.mark.long
async def test_nothing_is_recorded_when_the_call_was_left_while_a_place_was_chosen(
    call: tuple[Site, Guest, Guest],
) -> None:
    site, _, nora = call
    await nora.page.evaluate(CHOSEN_LATE)
    await press(nora)
    await nora.page.click("#leave")
    await nora.page.wait_for_selector("#closing:visible")
    await nora.page.evaluate("window.choose()")
    await nora.page.wait_for_function("window.aborted")
    assert await nora.page.evaluate("document.querySelector('#record').ariaPressed") == "false"
    assert audited(site) == []


async def press(nora: Guest) -> None:
    """The button is in the menu on a phone."""
    await nora.page.click("#more")
    await nora.page.click("#record:enabled")


def audited(site: Site) -> list[str]:
    with closing(sqlite3.connect(site.directory / "server.db")) as database:
        query = "SELECT action FROM audit WHERE action LIKE '%_recording' ORDER BY id"
        return [action for (action,) in database.execute(query)]


def check(file: Path) -> None:
    """Both tiles are green somewhere, and the sound is not silence."""
    with av.open(str(file)) as opened:
        frames = [frame.to_ndarray(format="rgb24") for frame in opened.decode(video=0)]
    with av.open(str(file)) as opened:
        sound = np.concatenate([frame.to_ndarray().ravel() for frame in opened.decode(audio=0)])
        rate = opened.streams.audio[0].rate
    last = frames[-1]
    assert last.shape == (720, 1280, 3)
    for half in (last[:, :640], last[:, 640:]):
        green = (half[..., 1] > 90) & (half[..., 0] < 90)
        assert green.mean() > 0.2
    assert len(sound) / rate > LEAST_SECONDS
    assert np.abs(sound).max() > 0.01
