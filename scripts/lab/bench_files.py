"""How fast a file goes from one browser to another in a call, beside the bare data channel in the same run.

Two Chromiums on this machine, in a call with sound and pictures; the file goes through the page as people send it, its
digest is compared, and the receiver's disk is left out. Prints a row for docs/benchmarks.md.
"""

import argparse
import asyncio
import hashlib
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

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
        bare = await pour(sender, receiver, size)
        file, memory = await send(sender, receiver, folder, size)
    print("| size MB | bare channel MB/s | file MB/s | share | most memory of both browsers above before, MB |")
    print("|---|---|---|---|---|")
    print(f"| {size / MEGABYTE:.0f} | {bare:.1f} | {file:.1f} | {file / bare:.2f} | {memory:.0f} |")


async def pour(sender: Guest, receiver: Guest, size: int) -> float:
    """Zeros over a channel of their own, in MB/s."""
    await receiver.page.evaluate(LISTEN)
    began = time.monotonic()
    await sender.page.evaluate(POUR, size)
    await receiver.wait(f"() => window.bare >= {size}", WITHIN)
    return size / MEGABYTE / (time.monotonic() - began)


async def send(sender: Guest, receiver: Guest, folder: Path, size: int) -> tuple[float, float]:
    """A file as people send it: MB/s from the click that accepts it to the receipt, and the memory that it took."""
    path = folder / "file.bin"
    path.write_bytes(hashlib.shake_128(b"file").digest(size))
    await sender.page.set_input_files("#chat-files", path)
    before = most = memory(sender, receiver)
    began = time.monotonic()
    await receiver.page.click(".file[data-state=asked] button.primary")
    while not await sender.page.query_selector('.file:not([data-state="asked"], [data-state="moving"])'):
        most = max(most, memory(sender, receiver))
        await asyncio.sleep(0.1)
    took = time.monotonic() - began
    if await sender.page.locator('.file[data-state="done"]').count() != 1:
        raise LabError(f"the file did not arrive: {await sender.page.inner_text('.file')}")
    return size / MEGABYTE / took, (most - before) / MEGABYTE


def memory(*guests: Guest) -> int:
    """Unshared bytes of all processes of their browsers."""
    browsers = [psutil.Process(each.pid()) for each in guests]
    return sum(each.memory_full_info().uss for browser in browsers for each in (browser, *browser.children(True)))


if __name__ == "__main__":
    main()
