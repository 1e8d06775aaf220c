"""A real server process with one visit, and guests in real Chromium windows."""

import asyncio
import json
import signal
import socket
import sqlite3
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import socketio
from playwright.async_api import Browser, Page, Playwright, expect
from sqlalchemy import update

from scripts.lab.browser import FAKE_DEVICES, FLAGS
from scripts.lab.process import until
from server import audit, bookings, configfile, robots, schema, secret, sessions, tokens
from server.booking import Wish
from server.database import Database
from server.models import Language, Link, Reservation, Role, User
from server.times import utc_now
from wire import VERSION

COMMAND = Path(sys.executable).with_name("robotserver")
CHROMIUM = "/usr/bin/chromium"
DEADLINE = 45.0
ALONE_SECONDS = 3
STRANGERS_TOKEN = "a-link-that-was-passed-on-to-eve"
expect.set_options(timeout=1000 * DEADLINE)

WATCH = """
window.connections = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...settings) {
    super(...settings);
    window.connections.push(this);
  }
};
"""
RECEIVED = """async () => {
  const sums = { frames: 0, energy: 0, codecs: [] };
  for (const connection of window.connections) {
    if (connection.connectionState === "closed") continue;
    const report = await connection.getStats();
    for (const entry of report.values()) {
      if (entry.type !== "inbound-rtp") continue;
      sums.frames += entry.framesDecoded ?? 0;
      sums.energy += entry.totalAudioEnergy ?? 0;
      sums.codecs.push(report.get(entry.codecId)?.mimeType);
    }
  }
  return sums;
}"""
BRIGHTNESS = """(video) => {
  const canvas = new OffscreenCanvas(32, 18);
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0, 32, 18);
  return Math.max(...context.getImageData(0, 0, 32, 18).data.filter((_, index) => index % 4 !== 3));
}"""


@dataclass
class Site:
    """A `robotserver run` process, its database, and the link of one visit that is open now."""

    directory: Path
    url: str
    process: asyncio.subprocess.Process | None = None
    link: str = ""
    room: str = ""
    code: str = ""

    @classmethod
    def make(cls, directory: Path) -> "Site":
        """Write the configuration; nothing runs yet."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        settings = {
            "public_url": url,
            "data_directory": str(directory),
            "listen": {"port": port},
            "database": {"url": f"sqlite+aiosqlite:///{directory}/server.db"},
            "rooms": {"alone_seconds": ALONE_SECONDS},
        }
        (directory / "server.yaml").write_text(json.dumps(settings))  # JSON is YAML
        return cls(directory, url)

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(COMMAND, "run", "--config", self.directory / "server.yaml")
        async with httpx.AsyncClient() as http:
            await until(lambda: answers(http, f"{self.url}/healthz"), "the server answers")

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is None or self.process.returncode is not None:
            return
        self.process.send_signal(how)
        async with asyncio.timeout(DEADLINE):
            await self.process.wait()

    async def book(self, starts_in: timedelta = timedelta()) -> None:
        """Book a visit; its link becomes the site's."""
        config = configfile.load(self.directory / "server.yaml")
        database = Database(config.database.url)
        await schema.upgrade(database)
        now = utc_now()
        self.code = await robots.add(database, "Robot 1", audit.SYSTEM, now, timedelta(hours=1))
        robot = await robots.find(database, "Robot 1")
        start = now + starts_in
        wish = Wish(robot_id=robot.id, title="Visita a Carmen", starts_at=start, ends_at=start + timedelta(minutes=30))
        booked = await bookings.book(database, config, secret.load(self.directory), wish, audit.SYSTEM, now)
        self.link, self.room = f"{self.url}/r/{booked.token}", booked.reservation.room
        await database.close()

    async def guard(self, language: Language = Language.SPANISH) -> str:
        """Let guests wait, add a link, `STRANGERS_TOKEN`, and a nurse; returns the token of her session."""
        config = configfile.load(self.directory / "server.yaml")
        database = Database(config.database.url)
        now = utc_now()
        nurse = User(
            username="nora",
            name="Nora",
            email="nora@example.org",
            password_hash="",
            role=Role.STAFF,
            language=language,
            created_at=now,
        )
        async with database.write() as session:
            found = update(Reservation).where(Reservation.room == self.room).values(waiting_room=True)
            reservation = (await session.execute(found.returning(Reservation.id))).scalar_one()
            session.add(Link(reservation_id=reservation, token_hash=tokens.digest(STRANGERS_TOKEN), created_at=now))
            session.add(nurse)
        token = await sessions.start(database, nurse.id, now, config.sessions)
        await database.close()
        return token

    async def close_room(self) -> None:
        """As staff do it by command."""
        process = await asyncio.create_subprocess_exec(
            COMMAND, "close-room", self.room, "--config", self.directory / "server.yaml"
        )
        async with asyncio.timeout(DEADLINE):
            assert await process.wait() == 0

    async def robot(self) -> socketio.AsyncClient:
        """The visit's robot in its room, without any media."""
        async with httpx.AsyncClient(base_url=self.url) as http:
            request = {"code": self.code, "hostname": "test", "version": "0"}
            token = (await http.post("/api/v1/robot/enrolment", json=request)).raise_for_status().json()["token"]
        robot = socketio.AsyncClient(reconnection=False)
        await robot.connect(self.url, auth={"token": token}, transports=["websocket"])
        joined = await robot.call("join", {"version": VERSION, "room": self.room}, timeout=DEADLINE)
        assert "error" not in joined
        return robot

    def participants(self) -> int:
        """How many participants the visit has had in all."""
        with sqlite3.connect(self.directory / "server.db") as database:
            count: int = database.execute("SELECT count(*) FROM participants").fetchone()[0]
        database.close()
        return count


@dataclass
class Guest:
    """Somebody at the site with a browser window of his own."""

    page: Page
    name: str
    errors: list[str]

    @classmethod
    async def open(cls, browser: Browser, link: str, name: str, script: str = "") -> "Guest":
        """Open the link in a fresh window."""
        context = await browser.new_context(locale="es-ES")
        await context.add_init_script(WATCH + script)
        page = await context.new_page()
        guest = cls(page, name, [])
        page.on("pageerror", lambda error: guest.errors.append(str(error)))
        await page.goto(link)
        return guest

    async def enter(self) -> None:
        """Give the name and go in."""
        await self.page.fill("#name", self.name)
        await self.page.click("#enter:enabled", timeout=1000 * DEADLINE)
        await self.page.wait_for_selector("#call:visible", timeout=1000 * DEADLINE)

    def tile(self, other: "Guest") -> str:
        """The selector of another guest's tile."""
        return f'.tile:has(.tile-name:text-is("{other.name}"))'

    async def received(self) -> dict[str, Any]:
        """Frames decoded and sound energy so far, over all connections that are not closed."""
        sums: dict[str, Any] = await self.page.evaluate(RECEIVED)
        return sums

    async def sees_and_hears(self, other: "Guest") -> None:
        """Wait until new frames and new sound of the other one come, and its tile is not black."""
        await self.page.wait_for_selector(f'{self.tile(other)}[data-state="connected"]', timeout=1000 * DEADLINE)
        before = await self.received()

        async def comes() -> bool:
            now = await self.received()
            return bool(now["frames"] >= before["frames"] + 5 and now["energy"] > before["energy"])

        await until(comes, f"{self.name} receives pictures and sound of {other.name}")
        video = self.page.locator(f"{self.tile(other)} video")
        assert await video.evaluate(BRIGHTNESS) > 60

    async def notice(self, words: str, deadline: float = DEADLINE) -> None:
        """Wait until the page's notice says this."""
        await self.page.wait_for_selector(f'#notice:has-text("{words}")', timeout=1000 * deadline)


async def launch(playwright: Playwright, *, devices: bool = True) -> Browser:
    """Chromium, with or without an artificial camera and microphone."""
    flags = [*FLAGS, *FAKE_DEVICES] if devices else FLAGS
    return await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)


async def answers(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url)).is_success
    except httpx.TransportError:
        return False
