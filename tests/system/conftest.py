"""The whole product as real processes: server, robots, browsers, a virtual screen."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, async_playwright

from scripts.lab.browser import Guest, guest
from scripts.lab.display import Display
from scripts.lab.robot import LabRobot
from scripts.lab.server import LabServer
from scripts.lab.visit import COLOURS, GUEST_HERTZ
from tests.system.guests import Site, launch


@pytest.fixture(scope="session")
def display() -> Iterator[Display]:
    with Display(1280, 720) as screen:
        yield screen


class Lab:
    """What one test has started; all of it ends with the test."""

    def __init__(self, directory: Path, display: Display, stack: AsyncExitStack) -> None:
        self._directory = directory
        self._display = display
        self._stack = stack
        self.server = stack.enter_context(LabServer(directory / "server", rooms={"linger_seconds": 1}))
        self._guests = 0

    def robot(self, name: str = "Robot 1", *, running: bool = True, **settings: Any) -> LabRobot:
        """An enrolled robot that runs, unless told otherwise."""
        settings = {"screen": {"display": self._display.name}, **settings}
        robot = LabRobot(self._directory / name, self.server, name, **settings)
        if running:
            self._stack.enter_context(robot)
            robot.wait_for_state("idle", 45)
        return robot

    def book(self, robot: LabRobot, starts: str = "now+0s", minutes: float = 10) -> dict[str, Any]:
        """Book a visit."""
        words = ("--robot", robot.name, "--starts", starts, "--minutes", str(minutes), "--title", "Una visita")
        return self.server.json("book", *words)

    async def guest(self, **settings: Any) -> Guest:
        """One more browser, with a picture and a tone of its own."""
        number, self._guests = self._guests, self._guests + 1
        own = {"colour": COLOURS[number], "hertz": GUEST_HERTZ[number], **settings}
        return await self._stack.enter_async_context(guest(self._directory / f"guest-{number}", **own))

    async def together(self, robot: LabRobot, **settings: Any) -> tuple[dict[str, Any], Guest]:
        """A call that has begun: the robot and a guest who sees it and is seen."""
        visitor = await self.guest(**settings)
        booked = self.book(robot)
        await visitor.enter(booked["link"], "Carmen")
        await visitor.first_frame(45)
        robot.wait_for_call("first_picture_at", 45)
        return booked, visitor


@pytest.fixture
async def lab(tmp_path: Path, display: Display) -> AsyncIterator[Lab]:
    async with AsyncExitStack() as stack:
        yield Lab(tmp_path, display, stack)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """A server with a visit that is open now."""
    site = Site.make(tmp_path)
    await site.book()
    await site.start()
    yield site
    await site.stop()
