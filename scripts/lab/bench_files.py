"""How fast a file goes from one browser to another in a call, beside the bare data channel in the same run.

Two Chromiums on this machine, in a call with sound and pictures; the file goes through the page as people send it, its
digest is compared, and the receiver's disk is left out. Prints a row for docs/benchmarks.md.
"""

import argparse
import asyncio
import contextlib
import hashlib
import tempfile
import time
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from scripts.lab.browser import Guest, guest
from scripts.lab.process import LabError
from scripts.lab.server import LabServer

MEGABYTE = 1_000_000
WITHIN = 900.0
PLACE = """() => {
  window.showSaveFilePicker = async () => ({
    createWritable: async () => ({ write: async () => {}, close: async () => {}, abort: async () => {} }),
  });
}"""
"""A file that keeps nothing, in the place of one that a person chose: what is left is the page's own memory. The pages'
own folder would not do, because it is in memory in a window like these."""
LISTEN = """() => {
  const peer = window.lab.peers.find((each) => each.connectionState === "connected");
  window.bare = 0;
  peer.addEventListener("datachannel", ({ channel }) => {
    if (channel.label !== "bare") return;
    channel.binaryType = "arraybuffer";
    channel.addEventListener("message", ({ data }) => (window.bare += data.byteLength));
  });
}"""
POUR = """async (bytes) => {
  const peer = window.lab.peers.find((each) => each.connectionState === "connected");
  const channel = peer.createDataChannel("bare");
  await new Promise((resolve) => channel.addEventListener("open", resolve, { once: true }));
  channel.bufferedAmountLowThreshold = 1 << 20;
  const part = new Uint8Array(1 << 16);
  for (let sent = 0; sent < bytes; sent += part.length) {
    if (channel.bufferedAmount > 2 << 20)
      await new Promise((resolve) => channel.addEventListener("bufferedamountlow", resolve, { once: true }));
    channel.send(part);
  }
}"""

OVER = """() => document.querySelector('.file:not([data-state="asked"], [data-state="moving"])') !== null"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench-files", description=__doc__)
    parser.add_argument("--megabytes", type=int, default=200)
    megabytes: int = parser.parse_args().megabytes
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), megabytes * MEGABYTE))
    return 0


async def measure(folder: Path, size: int) -> None:
    """One call, first the bare channel, then the file."""
    async with AsyncExitStack() as stack:
        server = stack.enter_context(LabServer(folder / "server"))
        server.command("add-robot", "Robot 1")
        words = ("--robot", "Robot 1", "--starts", "now+0s", "--minutes", "60", "--title", "Files")
        link: str = server.json("book", *words)["link"]
        sender, receiver = [await stack.enter_async_context(guest(folder / name)) for name in ("Ana", "Luis")]
        for each, name in ((sender, "Ana"), (receiver, "Luis")):
            await each.enter(link, name)
            await each.page.evaluate(PLACE)
        for each in (sender, receiver):
            await each.first_frame(60)
            await each.page.click("[data-panel=chat]")
        browsers = [psutil.Process(each.pid()) for each in (sender, receiver)]
        watched = [each for browser in browsers for each in (browser, *browser.children(recursive=True))]
        await receiver.page.evaluate(LISTEN)
        bare = await measured(pour(sender, receiver, size), watched)
        path = folder / "file.bin"
        path.write_bytes(hashlib.shake_128(b"file").digest(size))
        await sender.page.set_input_files("#chat-files", path)
        file = await measured(send(sender, receiver), watched)
    speeds = [size / MEGABYTE / each.seconds for each in (bare, file)]
    cells = [f"{size / MEGABYTE:.0f}", *(f"{each:.1f}" for each in speeds), f"{speeds[1] / speeds[0]:.2f}"]
    cells += [f"{each.memory / MEGABYTE:.0f}" for each in (bare, file)]
    print("| size MB | bare channel MB/s | file MB/s | share | most memory above before MB, bare channel | file |")
    print("|---|---|---|---|---|---|")
    print("| " + " | ".join(cells) + " |")


async def pour(sender: Guest, receiver: Guest, size: int) -> None:
    """Zeros over a channel of their own, until all are there. Raises `TimeoutError`."""
    await sender.page.evaluate(POUR, size)
    await receiver.wait(f"() => window.bare >= {size}", WITHIN)


async def send(sender: Guest, receiver: Guest) -> None:
    """The file as people send it, from the click that accepts it to the receipt. Raises `LabError`, `TimeoutError`."""
    await receiver.page.click(".file[data-state=asked] button.primary")
    await sender.wait(OVER, WITHIN)
    if await sender.page.locator('.file[data-state="done"]').count() != 1:
        raise LabError(f"the file did not arrive: {await sender.page.inner_text('.file')}")


@dataclass(frozen=True)
class Cost:
    """Of one way of moving the bytes."""

    seconds: float
    memory: int
    """The most bytes above those before, looked at once a second: each look costs the browsers' cores some time."""


async def measured(work: Coroutine[Any, Any, None], watched: Sequence[psutil.Process]) -> Cost:
    """What the work costs in these processes."""
    before = most = memory(watched)
    task = asyncio.create_task(_timed(work))
    while not (await asyncio.wait({task}, timeout=1))[0]:
        most = max(most, await asyncio.to_thread(memory, watched))
    return Cost(await task, most - before)


async def _timed(work: Coroutine[Any, Any, None]) -> float:
    began = time.monotonic()
    await work
    return time.monotonic() - began


def memory(watched: Sequence[psutil.Process]) -> int:
    """Unshared bytes of those processes that have not ended."""
    found = 0
    for each in watched:
        with contextlib.suppress(psutil.NoSuchProcess):
            found += each.memory_full_info().uss
    return found


if __name__ == "__main__":
    main()
