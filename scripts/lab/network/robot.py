"""The robot's end of the bench's call: the product's peer, transport, coder and playout, in a process of its own.

Pictures and sound come from the clip and the voice of the bench, not from devices. Each line on the standard input is
an order, `{"do": "answer", "sdp": ...}`, `{"do": "look"}` or `{"do": "close"}`; each is answered by one line.
"""

import argparse
import asyncio
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from robotclient.peer import Peer
from robotclient.transport import attach
from robotclient.uplink import INTERVAL, Uplink
from scripts.lab.network.devices import MOST, Camera, Ear, Eye, Microphone
from wire.signaling import Offer, Source


class Robot:
    """One call after another."""

    def __init__(self, camera: Camera, microphone: Microphone, eye: Eye) -> None:
        self._camera = camera
        self._microphone = microphone
        self._eye = eye
        self._ear = Ear()
        self._uplink = Uplink(MOST, camera.set_rates)
        self._peer: Peer | None = None
        self._connected_at: float | None = None

    async def adapt(self) -> None:
        """Follow the network, for ever."""
        while True:
            await asyncio.sleep(INTERVAL)
            if self._peer is not None and self._peer.connected:
                self._uplink.adapt({"guest": self._peer}, time.monotonic())

    async def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """Carry out one order."""
        match order["do"]:
            case "answer":
                return {"sdp": await self._answer(order["sdp"])}
            case "look":
                return await self._look()
        await self._close()
        return {}

    async def _answer(self, sdp: str) -> str:
        self._ear, self._connected_at = Ear(), None
        tracks = {Source.MICROPHONE: self._microphone.track(), Source.CAMERA: self._camera.track()}
        self._peer = Peer(
            "guest",
            f"bench-{time.monotonic_ns()}",
            ice_servers=(),
            outgoing=tracks,
            on_track=lambda incoming: (self._eye if incoming.track.kind == "video" else self._ear).take(incoming.track),
            on_state=self._take_state,
            on_board=lambda _peer, _text: None,
        )
        answer = await self._peer.make_answer(Offer(connection=self._peer.connection, sdp=sdp, tracks={}), "robot")
        return answer.sdp

    def _take_state(self, peer: Peer, state: str) -> None:
        if peer is self._peer and state == "connected":
            self._connected_at = time.time()

    async def _look(self) -> dict[str, Any]:
        assert self._peer is not None
        return {
            "at": time.time(),
            "cpu": time.process_time(),
            "connected_at": self._connected_at,
            "seen": self._eye.seen(),
            "similarities": self._eye.similarities(),
            "estimate": self._estimate(),
            "statistics": [self._ear.statistics(), *await self._sent()],
        }

    def _estimate(self) -> dict[str, Any] | None:
        assert self._peer is not None
        found = (attach.sending_counts(sender) for sender in self._peer.pc.getSenders())
        return next((asdict(each) for each in found if each is not None), None)

    async def _sent(self) -> list[dict[str, Any]]:
        assert self._peer is not None
        reports = [(sender.kind, await sender.getStats()) for sender in self._peer.pc.getSenders()]
        return [
            {"type": "outbound-rtp", "kind": kind, "bytesSent": each.bytesSent}
            for kind, report in reports
            for each in report.values()
            if each.type == "outbound-rtp"
        ]

    async def _close(self) -> None:
        peer, self._peer = self._peer, None
        if peer is not None:
            await peer.close()


async def _serve(robot: Robot) -> None:
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(await robot.obey(json.loads(line))), flush=True)


async def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=Path)
    parser.add_argument("voice", type=Path)
    parser.add_argument("width", type=int)
    parser.add_argument("height", type=int)
    arguments = parser.parse_args()
    attach.install()
    loop = asyncio.get_running_loop()
    camera = Camera(arguments.directory, arguments.width, arguments.height, loop)
    microphone = Microphone(arguments.voice, loop)
    robot = Robot(camera, microphone, Eye(camera.clip))
    async with asyncio.TaskGroup() as group:
        adapting = group.create_task(robot.adapt())
        await _serve(robot)
        adapting.cancel()


if __name__ == "__main__":
    asyncio.run(_main())
