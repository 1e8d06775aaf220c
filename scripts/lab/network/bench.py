"""One call after another over the relay: the robot with a browser, then two browsers, on the same path."""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from aiohttp import web
from numpy import frombuffer, uint8
from playwright.async_api import async_playwright

from scripts.lab.browser import FAKE_DEVICES, FLAGS
from scripts.lab.network.ends import Counters, End, PageEnd, Relay, RobotEnd
from scripts.lab.network.figures import Look, Way, recovery, way
from scripts.lab.network.pictures import load_clip, similarity
from scripts.lab.network.rows import Row, Step
from scripts.lab.process import LabError

HERE = Path(__file__).parent
KEEP_AWAKE = (
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--mute-audio",
)
CONNECT_WITHIN = 25.0


@dataclass(frozen=True)
class Call:
    """Both ways of a call with a guest in a browser."""

    connected_after: float | None
    to_robot: Way
    to_guest: Way
    state: str
    """Of the guest's connection at the end."""
    path: Counters
    """The relay's counters, of the measured time; `a` is the guest, who sends to the robot."""
    robot_cpu: float | None = None
    """Seconds of CPU per second."""
    estimates: tuple[int, ...] = ()
    """Of the robot's congestion control, second by second, in kbit/s."""


class Bench:
    """Everything that outlives a call."""

    def __init__(self, directory: Path, voice: Path, size: tuple[int, int], relay: Relay) -> None:
        self.relay = relay
        self._clip = load_clip(directory, *size)
        self._similarities: dict[str, list[float]] = {"a": [], "b": []}
        self.robot = RobotEnd(directory, voice, *size, log=directory / "robot.log")
        self.pages: dict[str, PageEnd] = {}

    def application(self) -> web.Application:
        """What the pages load, and where they show what they see."""
        application = web.Application(client_max_size=1 << 24)
        application.router.add_get("/clip", self._give_clip)
        application.router.add_post("/picture", self._take_picture)
        application.router.add_static("/", HERE)
        return application

    async def call(self, robot: bool, row: Row, warm_up: float, seconds: float) -> Call:
        """One call on the row's path. Raises `LabError` where it does not come up."""
        await self.relay.impair(row.steps[0].impairment if row.steps else row.path)
        guest, other = self.pages["a"], self.robot if robot else self.pages["b"]
        connected = await self.connect(guest, other)
        if connected is None:
            raise LabError(f"no connection: {row.name}")
        try:
            if not row.steps:
                await asyncio.sleep(warm_up)
            return await self._measure(guest, other, row, seconds, connected)
        finally:
            await guest.close()
            await other.close()

    async def connect(self, guest: PageEnd, other: End) -> float | None:
        """Make the call; how long it took from the answer on."""
        offer = await self.relay.redirect("a", await guest.offer())
        await guest.accept(await self.relay.redirect("b", await other.answer(offer)))
        return await guest.connected_after(CONNECT_WITHIN)

    async def _measure(self, guest: PageEnd, other: End, row: Row, seconds: float, connected: float) -> Call:
        for found in self._similarities.values():
            found.clear()
        looks: dict[str, list[Look]] = {"a": [await guest.look()], "b": [await other.look()]}
        for each in looks.values():
            each[0].pop("similarities", None)
        before = await self.relay.counters()
        for step in row.steps or (Step(seconds, row.path),):
            if row.steps:
                await self.relay.impair(step.impairment)
            for _ in range(round(step.seconds)):
                await asyncio.sleep(max(0.0, looks["a"][-1]["at"] + 1 - _now()))
                looks["a"].append(await guest.look())
                looks["b"].append(await other.look())
        path = await self.relay.counters() if row.steps else _grown(before, await self.relay.counters())
        robot_similarities = [each for look in looks["b"] for each in look.get("similarities", ())]
        return Call(
            connected_after=round(connected, 3),
            to_robot=_with_recovery(
                row, way(looks["b"], looks["a"], robot_similarities or self._similarities["b"], path["a"])
            ),
            to_guest=_with_recovery(row, way(looks["a"], looks["b"], self._similarities["a"], path["b"])),
            state=await guest.state(),
            path=path,
            robot_cpu=_cpu(looks["b"]),
            estimates=tuple(look["estimate"]["estimate"] // 1000 for look in looks["b"] if look.get("estimate")),
        )

    async def _give_clip(self, request: web.Request) -> web.Response:
        del request
        return web.Response(body=self._clip.tobytes())

    async def _take_picture(self, request: web.Request) -> web.Response:
        number, width, height = (int(request.query[name]) for name in ("number", "width", "height"))
        luma = frombuffer(await request.read(), uint8).reshape(height, width)
        if number < len(self._clip):
            source = self._clip[number][: self._clip.shape[1] * 2 // 3]
            found = await asyncio.to_thread(similarity, source, luma)
            self._similarities[request.query["end"]].append(found)
        return web.Response()


def _with_recovery(row: Row, found: Way) -> Way:
    if not row.steps:
        return found
    first, last = row.steps[0].seconds, sum(step.seconds for step in row.steps[:-1])
    return replace(found, recovered=recovery(found.kbps_by_second, first, last))


def _grown(before: Counters, after: Counters) -> Counters:
    return {end: {name: value - before[end][name] for name, value in found.items()} for end, found in after.items()}


def _cpu(looks: list[Look]) -> float | None:
    if "cpu" not in looks[0]:
        return None
    first, last = looks[0], looks[-1]
    return round(float((last["cpu"] - first["cpu"]) / (last["at"] - first["at"])), 3)


def _now() -> float:
    return time.time()


def own_address() -> str:
    """This machine's address on its way out; nothing is sent there. aiortc and browsers offer no loopback address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])


@asynccontextmanager
async def bench(directory: Path, voice: Path, size: tuple[int, int]) -> AsyncIterator[Bench]:
    """A bench with its browser, relay and robot; all end with the block."""
    async with AsyncExitStack() as stack:
        relay = Relay(own_address(), directory / "relay.log")
        await relay.start()
        stack.push_async_callback(relay.stop)
        made = Bench(directory, voice, size, relay)
        await made.robot.start()
        stack.push_async_callback(made.robot.stop)
        runner = web.AppRunner(made.application())
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            env={**os.environ},
            args=[*FLAGS, *FAKE_DEVICES, *KEEP_AWAKE, f"--use-file-for-fake-audio-capture={voice}"],
        )
        stack.push_async_callback(browser.close)
        context = await browser.new_context(permissions=["camera", "microphone"])
        for end in "ab":
            made.pages[end] = PageEnd(await context.new_page())
            query = f"end={end}&width={size[0]}&height={size[1]}"
            await made.pages[end].load(f"http://127.0.0.1:{port}/endpoint.html?{query}")
        yield made
