"""`robotclient test-call`: a visit of the robot with itself, through its own camera, coder, connection and screen.

Nothing leaves the machine. The far end is a second connection in this process: its picture is shown, its sound counted
and not played, because a loudspeaker beside its own microphone howls.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Final

from aiortc.mediastreams import MediaStreamError

import robotclient.status
from robotclient.body import Body, Occurrences
from robotclient.clock import ServerClock
from robotclient.config import RobotConfig
from robotclient.media.screen.views import CallView, Tile
from robotclient.peer import Incoming, Peer
from robotclient.tracks import PacketTrack
from robotclient.transport import attach
from wire.rest import DeviceKind, DeviceState, DeviceStatus
from wire.signaling import Source

FRESH: Final = timedelta(seconds=15)
MIRROR: Final = "mirror"
START_WITHIN: Final = 30.0
LOOK_EVERY: Final = 0.1
LEAST_SOUNDS: Final = 25
"""Packets a second; there are 50."""


class DaemonRunsError(Exception):
    """The daemon has the devices."""


@dataclass(frozen=True)
class Report:
    """What came through; sound in packets of 20 ms."""

    good: bool
    seconds: float
    pictures: int
    width: int
    height: int
    sounds: int
    missing: tuple[str, ...]


def test_call(config: RobotConfig, *, seconds: float, as_json: bool) -> bool:
    """Hold it and print what came through; True where picture and sound did. Raises `DaemonRunsError`."""
    known = robotclient.status.read(config.runtime_directory)
    if known is not None and ServerClock().now() - known.at < FRESH:
        raise DaemonRunsError("the robot is running and has its devices; first: systemctl stop robotclient")
    attach.install()
    report = asyncio.run(_hold(config, seconds))
    print(json.dumps(asdict(report)) if as_json else _words(report))
    return report.good


async def _hold(config: RobotConfig, seconds: float) -> Report:
    mirror = Mirror(config)
    running = asyncio.create_task(mirror.body.run())
    try:
        return await mirror.hold(seconds)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def _words(report: Report) -> str:
    lines = (
        f"picture  {report.width}x{report.height}, {report.pictures / report.seconds:.0f} pictures/s",
        f"sound    {report.sounds / report.seconds:.0f} packets/s",
        *(f"BAD      {each}" for each in report.missing),
        f"The robot could {'' if report.good else 'NOT '}hold a visit.",
    )
    return "\n".join(lines)


class Mirror:
    """The robot's body, seen and heard by itself."""

    def __init__(self, config: RobotConfig) -> None:
        self.body = Body(config, Occurrences(device_changed=self._note, picture_drawn=lambda _participant: None))
        self.devices: dict[DeviceKind, DeviceStatus] = {}
        self.sounds = 0
        """Packets that came through."""

    async def hold(self, seconds: float) -> Report:
        """Connect, let it run once both media flow or their time is over, and say what came through."""
        near, far = self._peer(self.body.outgoing(MIRROR)), self._peer({})
        try:
            self.body.admit(frozenset({MIRROR}))
            self.body.show(CallView(tiles=(Tile(participant=MIRROR, name="test-call"),), live=True))
            offer = await near.make_offer("robot")
            await near.take_answer(await far.make_answer(offer, MIRROR))
            await self._wait_for_media()
            pictures, sounds = self.pictures(), self.sounds
            await asyncio.sleep(seconds)
            return self._report(seconds, self.pictures() - pictures, self.sounds - sounds)
        finally:
            await asyncio.gather(near.close(), far.close())

    def _peer(self, outgoing: Mapping[Source, PacketTrack]) -> Peer:
        return Peer(
            MIRROR,
            "test-call",
            ice_servers=(),
            outgoing=outgoing,
            on_track=self._take,
            on_state=lambda _peer, _state: None,
            on_board=lambda _peer, _text: None,
        )

    async def _take(self, incoming: Incoming) -> None:
        if incoming.track.kind == "video":
            await self.body.consume(MIRROR, incoming)
            return
        try:
            while True:
                await incoming.track.recv()
                self.sounds += 1
        except MediaStreamError:
            return

    async def _wait_for_media(self) -> None:
        for _ in range(round(START_WITHIN / LOOK_EVERY)):
            if self.pictures() and self.sounds:
                return
            await asyncio.sleep(LOOK_EVERY)

    def pictures(self) -> int:
        """How many came through and were decoded."""
        reception = self.body.received.get(MIRROR)
        return reception.frames if reception else 0

    def _report(self, seconds: float, pictures: int, sounds: int) -> Report:
        missing = tuple(
            f"{each.kind}: {each.detail or each.name}"
            for each in self.devices.values()
            if each.state is DeviceState.LOST
        )
        reception = self.body.received.get(MIRROR)
        return Report(
            good=not missing and pictures > seconds and sounds > LEAST_SOUNDS * seconds,
            seconds=seconds,
            pictures=pictures,
            width=reception.width if reception else 0,
            height=reception.height if reception else 0,
            sounds=sounds,
            missing=missing,
        )

    def _note(self, status: DeviceStatus) -> None:
        self.devices[status.kind] = status
