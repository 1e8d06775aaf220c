"""How good a call is, in real Chromium: measured, shown, reported, adapted to, and rated."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from scripts.lab.network.bench import own_address
from scripts.lab.network.ends import Relay
from scripts.lab.network.impairment import Impairment
from scripts.lab.process import until
from tests.system.guests import Guest, Site
from tests.system.test_page import two_in_call

pytestmark = pytest.mark.system

THROUGH_RELAY = """
const own = RTCPeerConnection.prototype;
const { setLocalDescription, setRemoteDescription } = own;
own.setLocalDescription = async function (description) {
  await setLocalDescription.call(this, description);
  while (this.iceGatheringState !== "complete") {
    await new Promise((resolve) => this.addEventListener("icegatheringstatechange", resolve, { once: true }));
  }
};
own.setRemoteDescription = async function ({ type, sdp }) {
  return setRemoteDescription.call(this, { type, sdp: await window.redirect(sdp) });
};
own.addIceCandidate = async () => undefined; // all candidates are in the descriptions
"""
RECEIVED_PICTURE = """async () => {
  const found = { width: 0, frames: 0 };
  for (const connection of window.connections) {
    if (connection.connectionState !== "connected") continue;
    for (const entry of (await connection.getStats()).values()) {
      if (entry.type === "inbound-rtp" && entry.kind === "video") {
        found.width = entry.frameWidth ?? 0;
        found.frames = entry.framesDecoded ?? 0;
      }
    }
  }
  return found;
}"""
NARROW = Impairment(rate=45_000, queue=0.4)


@asynccontextmanager
async def through_relay(site: Site, browser: Browser, log: Path) -> AsyncIterator[tuple[Guest, Guest, Relay]]:
    """Two guests in a call, all of whose media pass a relay."""
    relay = Relay(own_address(), log)
    await relay.start()
    try:
        guests = []
        for name, other in (("Lucía", "b"), ("Juan", "a")):
            guest = await Guest.open(browser, "about:blank", name, THROUGH_RELAY)

            async def redirect(sdp: str, end: str = other) -> str:
                return await relay.redirect(end, sdp)

            await guest.page.expose_function("redirect", redirect)
            await guest.page.goto(site.link)
            await guest.enter()
            guests.append(guest)
        first, second = guests
        await first.sees_and_hears(second)
        await second.sees_and_hears(first)
        yield first, second, relay
    finally:
        await relay.stop()


def samples(site: Site) -> list[tuple[str, dict[str, Any]]]:
    """Who reported what."""
    with closing(sqlite3.connect(site.directory / "server.db")) as database:
        rows = database.execute("SELECT participant_id, sample FROM statistics").fetchall()
    return [(participant, json.loads(sample)) for participant, sample in rows]


def ratings(site: Site) -> list[tuple[str, str]]:
    """Who said what."""
    with closing(sqlite3.connect(site.directory / "server.db")) as database:
        return database.execute("SELECT name, rating FROM participants WHERE rating IS NOT NULL").fetchall()


@pytest.mark.long
async def test_both_pages_show_and_report_how_good_the_call_is_and_one_rates_it(site: Site, browser: Browser) -> None:
    first, second = await two_in_call(site, browser)
    await first.page.click('[data-panel="quality"]')
    await expect(first.page.locator("#quality-words")).to_contain_text("La conexión es")
    await expect(first.page.locator("#quality select")).to_have_text("Juan")
    pictures = first.page.locator("#quality figure", has_text="Imágenes por segundo").locator("figcaption")
    await expect(pictures).to_contain_text("se recibe")
    await expect(first.page.locator("#quality .hint")).to_contain_text(" × ")

    async def reported() -> bool:
        return len({participant for participant, _ in samples(site)}) == 2

    await until(reported, "both pages have reported")
    found = samples(site)
    people = {participant for participant, _ in found}
    assert {sample["peer"] for _, sample in found} == people
    assert all(participant != sample["peer"] for participant, sample in found)
    kinds = {(sample["direction"], sample["kind"]) for _, sample in found}
    assert kinds == {("sent", "audio"), ("sent", "video"), ("received", "audio"), ("received", "video")}
    assert all(sample["fps"] > 1 for _, sample in found if sample["kind"] == "video")
    await first.page.click("#leave")
    await first.page.click('#rating button[value="weak"]')
    await expect(first.page.locator("#rating-notice")).to_have_text("Gracias por decirlo.")
    await expect(first.page.locator("#rating")).to_be_hidden()
    assert ratings(site) == [("Lucía", "weak")]
    assert first.errors == second.errors == []


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_on_a_narrow_path_pictures_shrink_and_go_and_come_back_and_sound_stays(
    site: Site, browser: Browser, tmp_path: Path
) -> None:
    async with through_relay(site, browser, tmp_path / "relay.log") as (first, second, relay):

        async def width() -> int:
            return int((await first.page.evaluate(RECEIVED_PICTURE))["width"])

        async def is_large() -> bool:
            return await width() > 640

        async def is_small() -> bool:
            return 0 < await width() <= 640

        await until(is_large, "the picture is large", 60)
        await relay.impair(Impairment(rate=300_000, queue=0.4))
        await until(is_small, "the picture is smaller", 90)
        await relay.impair(NARROW)
        off = first.page.locator(f"{first.tile(second)} .tile-state")
        await expect(off).to_have_text("La red no da para su imagen. Se le oye.", timeout=120_000)
        await expect(second.page.locator("#quality-sign")).to_contain_text("su imagen volverá sola")
        before = await first.received()

        async def is_heard() -> bool:
            return bool((await first.received())["energy"] > before["energy"])

        await until(is_heard, "the sound goes on")
        await relay.impair(Impairment())
        await expect(off).to_be_hidden(timeout=120_000)
        await until(is_large, "the picture is large again", 180)
        await expect(second.page.locator("#quality-sign")).to_be_hidden(timeout=60_000)
        assert first.errors == second.errors == []
