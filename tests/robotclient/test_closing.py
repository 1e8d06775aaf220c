"""Connections that do not close well (fault R11): the daemon goes on, and neither sockets nor tasks stay."""

import asyncio
import gc
import weakref

import psutil
import pytest

from robotclient import closing
from robotclient.body import Body, Occurrences
from robotclient.config import RobotConfig
from robotclient.tasks import Tasks
from robotclient.tracks import PacketTrack
from scripts.lab.process import until
from scripts.lab.soak_calls import Unstoppable, soak
from tests.robotclient.test_peers import Side
from wire.signaling import Source

pytestmark = pytest.mark.slow


class Deaf(PacketTrack):
    """A track whose reader does not heed that it is cancelled until it is let go."""

    def __init__(self) -> None:
        super().__init__("audio", lambda: None)
        self.let_go = asyncio.Event()

    async def recv(self) -> object:  # type: ignore[override]  # aiortc's own type is wrong for packets too
        try:
            return await super().recv()
        except asyncio.CancelledError:
            await self.let_go.wait()
            raise


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "CLOSE_DEADLINE", 1.0)
    monkeypatch.setattr(closing, "PART_DEADLINE", 1.0)


class Robot(Side):
    """One that sends this track and nothing else."""

    def __init__(self, track: PacketTrack) -> None:
        self.track = track
        super().__init__("robot")

    def outgoing(self, _participant: str) -> dict[Source, PacketTrack]:
        return {Source.MICROPHONE: self.track}


@pytest.mark.parametrize("kind", [Unstoppable, Deaf])
async def test_r11_a_track_that_cannot_be_ended_costs_its_connection_only(
    kind: type[PacketTrack], caplog: pytest.LogCaptureFixture
) -> None:
    sockets = len(psutil.Process().net_connections("udp"))
    track = Unstoppable("audio", lambda: None) if kind is Unstoppable else Deaf()
    robot, guest = Robot(track), Side("guest")
    robot.other, guest.other = guest, robot
    await guest.peers.enter(guest.joined("robot"))
    await until(lambda: robot.connected and guest.connected)
    async with asyncio.timeout(30):
        await guest.peers.close()  # first, or the guest would make a new connection
        await robot.peers.close()
    assert robot.errors == guest.errors == []
    assert ("is abandoned" in caplog.text) is isinstance(track, Deaf)
    assert len(psutil.Process().net_connections("udp")) == sockets
    if isinstance(track, Deaf):
        track.let_go.set()
    await until(lambda: len(asyncio.all_tasks()) == 1)


async def test_a_wait_that_is_given_up_does_not_end_what_is_waited_for() -> None:
    done = asyncio.Event()
    tasks = Tasks(lambda error: pytest.fail(str(error)))

    async def work() -> None:
        await asyncio.sleep(0.2)
        done.set()

    tasks.spawn(work(), "work")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await tasks.wait()
    await asyncio.wait_for(done.wait(), 10)


def test_tracks_that_have_ended_are_forgotten_though_nothing_is_sent_meanwhile() -> None:
    body = Body(RobotConfig(), Occurrences(device_changed=lambda _: None, picture_drawn=lambda _: None))
    ended = []
    for _ in range(3):
        tracks = body.outgoing("guest")
        for each in tracks.values():
            each.stop()
            ended.append(weakref.ref(each))
    del tracks, each
    body.outgoing("guest")
    gc.collect()
    assert [each() for each in ended] == [None] * 6


async def test_two_dozen_visits_leave_nothing_behind() -> None:
    traces = [each async for each in soak(24, 12)]
    assert traces[-1].more_than(traces[0]) == []
