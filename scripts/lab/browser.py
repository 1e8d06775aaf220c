"""A guest with a browser: Debian's Chromium with a picture and a sound of his own, driven through Playwright.

What the guest sees and hears is measured in the page from outside: the product's page knows nothing of it.
"""

import asyncio
import contextlib
import os
import secrets
import shlex
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from playwright.async_api import Browser, Page, async_playwright

from scripts.lab.display import Display
from scripts.lab.netns import Host
from scripts.lab.process import LabError
from scripts.lab.sound import beeps, write_wav

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
FAKE_DEVICES = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
CHROMIUM = "/usr/bin/chromium"
WATCH = Path(__file__).with_name("watch.js")
"""Keeps hold of the page's connections, notes when the first picture was decoded, and listens to each sound."""
HEAR = """
() => [...window.lab.ears.values()].map(analyser => {
  const bins = new Float32Array(analyser.frequencyBinCount); analyser.getFloatFrequencyData(bins);
  let best = 4; for (let i = 5; i < bins.length; i++) if (bins[i] > bins[best]) best = i;
  return {hertz: best * analyser.context.sampleRate / analyser.fftSize, decibels: bins[best]};
})
"""
STATISTICS = """
async () => {
  const all = [];
  for (const peer of window.lab.peers) {
    if (peer.connectionState !== 'connected') continue;
    const report = await peer.getStats();
    for (const stat of report.values()) if (stat.type === 'inbound-rtp' || stat.type === 'outbound-rtp')
      all.push({...stat, codec: report.get(stat.codecId)?.mimeType ?? ''});
  }
  return all;
}
"""


def write_picture(path: Path, colour: tuple[int, int, int], width: int, height: int) -> Path:
    """A y4m clip of one second: one colour (Y, U, V) and a bar that moves, so that no two frames are alike."""
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F30:1 Ip A1:1 C420jpeg\n".encode())
        luma, *chroma = colour
        planes = [np.full((height // 2, width // 2), each, np.uint8).tobytes() for each in chroma]
        for number in range(30):
            picture = np.full((height, width), luma, np.uint8)
            left = number * (width - width // 16) // 30
            picture[:, left : left + width // 16] = 235
            file.write(b"FRAME\n" + picture.tobytes() + b"".join(planes))
    return path


class Guest:
    """One browser with one page."""

    def __init__(self, page: Page, marker: str) -> None:
        self.page = page
        self._marker = marker

    async def enter(self, link: str, name: str) -> float:
        """Open the link, give a name and press the button; the Unix time at which it was pressed."""
        await self.page.goto(link)
        await self.page.fill("#name", name)
        await self.page.wait_for_selector("#enter:enabled", timeout=20_000)
        pressed = time.time()
        await self.page.click("#enter", timeout=20_000)
        await self.page.wait_for_selector("#call:not([hidden])", timeout=20_000)
        return pressed

    async def leave(self) -> None:
        """Press the button that leaves."""
        await self.page.click("#leave")

    def pid(self) -> int:
        """The browser's first process. Raises `LabError` where it has ended."""
        for process in psutil.process_iter(["cmdline", "pid"]):
            if self._marker in (process.info["cmdline"] or ()):
                return int(process.info["pid"])
        raise LabError("the browser has ended")

    def kill(self) -> None:
        """End the browser as a crash or an empty battery would; nothing where it has ended."""
        with contextlib.suppress(LabError, psutil.NoSuchProcess):
            browser = psutil.Process(self.pid())
            for process in (browser, *browser.children(recursive=True)):
                process.kill()

    async def first_frame(self, within: float) -> float:
        """When the first remote picture was decoded, as a Unix time. Raises `TimeoutError`."""
        milliseconds = await self.wait("() => window.lab.firstFrame", within)
        return float(milliseconds) / 1000

    async def wait(self, script: str, within: float) -> Any:
        """The first answer of a script that is true. Raises `TimeoutError`."""
        async with asyncio.timeout(within):
            while not (answer := await self.page.evaluate(script)):
                await asyncio.sleep(0.05)
            return answer

    async def connected(self) -> int:
        """How many connections carry media."""
        count: int = await self.page.evaluate("window.lab.peers.filter(p => p.connectionState === 'connected').length")
        return count

    async def hears(self) -> list[float]:
        """The loudest frequency of each sound that is heard now."""
        ears: list[dict[str, float]] = await self.page.evaluate(HEAR)
        return [round(each["hertz"], 1) for each in ears if each["decibels"] > -70]

    async def statistics(self) -> list[dict[str, Any]]:
        """The page's inbound and outbound RTP statistics (W3C webrtc-stats)."""
        found: list[dict[str, Any]] = await self.page.evaluate(STATISTICS)
        return found


@asynccontextmanager
async def guest(  # noqa: PLR0913  # each has its default
    directory: Path,
    *,
    colour: tuple[int, int, int] = (120, 90, 60),
    hertz: float = 880,
    size: tuple[int, int] = (640, 480),
    viewport: tuple[int, int] = (1280, 800),
    language: str = "en",
    clip: Path | None = None,
    display: Display | None = None,
    host: Host | None = None,
    trusted: str = "",
) -> AsyncIterator[Guest]:
    """A browser that shows `colour`, or a clip, and beeps at `hertz`; it ends with the block.

    It is headless, or a kiosk on `display`. `host` is where in a network it runs; a page of the origin `trusted` gets
    camera and microphone without HTTPS.
    """
    directory.mkdir(parents=True, exist_ok=True)
    marker = f"--lab-guest={secrets.token_hex(6)}"
    picture = clip or write_picture(directory / "camera.y4m", colour, *size)
    sound = write_wav(directory / "microphone.wav", beeps(hertz, 2, 0.5))
    async with async_playwright() as playwright:
        browser: Browser = await playwright.chromium.launch(
            executable_path=_program(directory, host),
            headless=display is None,
            env={**os.environ, "DISPLAY": display.name if display else ""},
            args=[
                *FLAGS,
                *FAKE_DEVICES,
                *(("--kiosk",) if display else ()),
                marker,
                *((f"--unsafely-treat-insecure-origin-as-secure={trusted}",) if trusted else ()),
                f"--use-file-for-fake-video-capture={picture}",
                f"--use-file-for-fake-audio-capture={sound}",
            ],
        )
        context = await browser.new_context(
            viewport={"width": viewport[0], "height": viewport[1]},
            locale=language,
            permissions=["camera", "microphone"],
        )
        await context.add_init_script(path=WATCH)
        visitor = Guest(await context.new_page(), marker)
        try:
            yield visitor
        finally:
            if browser.is_connected():
                await browser.close()
            visitor.kill()


def _program(directory: Path, host: Host | None) -> str:
    """Chromium, or a script that starts it on a host; Playwright talks to it by file descriptors, not by a port."""
    if host is None:
        return CHROMIUM
    script = directory / "chromium"
    script.write_text(f'#!/bin/sh\nexec {shlex.join([*host.prefix, CHROMIUM])} "$@"\n')
    script.chmod(0o755)
    return str(script)
