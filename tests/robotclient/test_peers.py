"""Two robots' meshes joined by a relay in memory: real connections, real DTLS and RTP over the loopback interface."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest

from robotclient import pair as pair_module
from robotclient.peer import Incoming, split_candidates
from robotclient.tracks import PacketTrack
from robotclient.transport import attach
from scripts.lab.mesh import Mesh, joined
from scripts.lab.process import until
from wire.signaling import Answer, Directed, Joined, Offer, Renegotiate, Source, Track

attach.install()
OPUS_SILENCE = bytes.fromhex("f8fffe")


class Side(Mesh):
    """One of two: what it was sent, and what became of it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            name,
            on_connected=lambda _participant, up: self.up.append(up),
            on_board=lambda _peer, text: self.written.append(text),
        )
        self.other: Side | None = None
        self.relayed: list[Directed] = []
        self.deaf = False
        """Whether the relay loses what is sent to it."""
        self.missed = 0
        self.tracks: list[PacketTrack] = []
        self.incoming: list[Track | None] = []
        self.up: list[bool] = []
        self.written: list[str] = []
        """On the whiteboard's channel."""

    def outgoing(self, participant: str) -> dict[Source, PacketTrack]:
        made = super().outgoing(participant)
        self.tracks += made.values()
        return made

    async def send(self, message: Directed) -> bool:
        assert self.other is not None
        if self.other.deaf:
            self.other.missed += 1
            return False
        self.other.relayed.append(message)
        stamped = message.model_copy(update={"to": None, "sender": self.name})
        asyncio.get_running_loop().call_soon(asyncio.ensure_future, self.other.peers.receive(stamped))
        return True

    async def consume(self, participant: str, incoming: Incoming) -> None:
        self.incoming.append(incoming.carries)
        await super().consume(participant, incoming)

    def joined(self, *others: str, resumed: bool = False) -> Joined:
        return joined(self.name, *others, resumed=resumed)

    @property
    def connected(self) -> bool:
        return bool(self.peers.connected())

    def has_ended(self, tracks: int) -> bool:
        """Whether so many tracks were made, and the newest has ended."""
        return len(self.tracks) == tracks and self.tracks[-1].readyState == "ended"

    async def talk(self) -> None:
        """Put loud packets of sound into the newest microphone track for ever."""
        number = 0
        while True:
            microphone = [track for track in self.tracks if track.kind == "audio"][-1]
            microphone.put(bytes(200), 960 * number, keyframe=True)
            number += 1
            await asyncio.sleep(0.02)

    def plug_ears(self) -> None:
        """What is sent to this side's connections is not heard from now on; nobody is told."""
        for peer in self.peers.connected().values():
            for protocol in peer.pc.getSenders()[0].transport.transport._connection._protocols:
                protocol.transport.pause_reading()  # type: ignore[attr-defined]  # the loop's own has it

    def speak(self) -> None:
        """Put half a second of silence into the newest microphone track."""
        microphone = [track for track in self.tracks if track.kind == "audio"][-1]
        for number in range(25):
            microphone.put(OPUS_SILENCE, 960 * number, keyframe=True)


@asynccontextmanager
async def two_sides() -> AsyncIterator[tuple[Side, Side]]:
    robot, guest = Side("robot"), Side("guest")
    robot.other, guest.other = guest, robot
    try:
        yield robot, guest
    finally:
        await robot.peers.close()
        await guest.peers.close()
        assert robot.errors == guest.errors == []


async def test_the_newcomer_offers_and_sound_flows_both_ways() -> None:
    async with two_sides() as (robot, guest):
        await robot.peers.enter(robot.joined())
        await guest.peers.enter(guest.joined("robot"))
        await until(lambda: robot.connected and guest.connected)
        robot.speak()
        guest.speak()
        await until(lambda: robot.packets > 5 and guest.packets > 5)
        assert [type(each) for each in robot.relayed] == [Offer]
        assert [type(each) for each in guest.relayed] == [Answer]
        wanted = {
            Track(participant="guest", source=Source.MICROPHONE),
            Track(participant="guest", source=Source.CAMERA),
        }
        assert set(robot.incoming) == wanted


async def test_a_participant_who_left_is_closed() -> None:
    async with two_sides() as (robot, guest):
        await guest.peers.enter(guest.joined("robot"))
        await until(lambda: robot.connected and guest.connected)
        tracks = list(robot.tracks)
        await robot.peers.drop("guest")
        assert not robot.connected
        await until(lambda: all(track.readyState == "ended" for track in tracks))


async def test_a_connection_that_fails_is_replaced_by_its_offerer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pair_module, "LONGEST_PAUSE", 0.2)
    async with two_sides() as (robot, guest):
        await guest.peers.enter(guest.joined("robot"))
        await until(lambda: robot.connected and guest.connected)
        first = robot.peers.connected()["guest"].connection
        await guest.peers.connected()["robot"].pc.close()
        await until(lambda: robot.connected and robot.peers.connected()["guest"].connection != first)
        await until(lambda: guest.connected)


async def test_the_offerer_answers_renegotiate_with_a_new_connection() -> None:
    async with two_sides() as (robot, guest):
        await guest.peers.enter(guest.joined("robot"))
        await until(lambda: robot.connected and guest.connected)
        first = robot.peers.connected()["guest"].connection
        await robot.send(Renegotiate(to="guest", connection=first))
        await until(lambda: guest.connected and guest.peers.connected()["robot"].connection != first)
        await until(lambda: robot.connected and robot.peers.connected()["guest"].connection != first)
        assert robot.up == [True, True], "the old connection was broken before the new one was made"


async def test_the_offerer_answers_renegotiate_for_a_replacement_that_it_has_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with two_sides() as (robot, guest):
        await guest.peers.enter(guest.joined("robot"))
        await until(lambda: robot.connected and guest.connected)
        first = robot.peers.connected()["guest"].connection
        monkeypatch.setattr(pair_module, "CONNECT_DEADLINE", 0.3)
        guest.deaf = True  # its replacement is never answered, and given up; the connection before is good for it
        await guest.peers.receive(Renegotiate(sender="robot", connection=first))
        await until(lambda: guest.has_ended(4) and guest.missed > 0)
        monkeypatch.undo()
        guest.deaf = False
        given_up = next(each.connection for each in reversed(robot.relayed) if isinstance(each, Offer))
        assert given_up != first
        await robot.send(Renegotiate(to="guest", connection=given_up))
        await until(lambda: guest.connected and guest.peers.connected()["robot"].connection not in (first, given_up))


async def test_an_offer_that_was_not_relayed_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pair_module, "LONGEST_PAUSE", 0.2)
    async with two_sides() as (robot, guest):
        robot.deaf = True
        await guest.peers.enter(guest.joined("robot"))
        await until(lambda: len(guest.tracks) > 2)
        robot.deaf = False
        await until(lambda: robot.connected and guest.connected)


async def test_offers_that_cross_leave_one_connection() -> None:
    async with two_sides() as (robot, guest):
        await asyncio.gather(
            robot.peers.enter(robot.joined("guest")),
            guest.peers.enter(guest.joined("robot")),
        )
        await until(lambda: robot.connected and guest.connected)
        ours, theirs = robot.peers.connected()["guest"], guest.peers.connected()["robot"]
        assert ours.connection == theirs.connection


async def test_who_resumed_keeps_his_connection() -> None:
    async with two_sides() as (robot, guest):
        await guest.peers.enter(guest.joined("robot"))
        await until(lambda: robot.connected and guest.connected)
        before = robot.peers.connected()["guest"]
        await robot.peers.enter(robot.joined("guest", resumed=True))
        await guest.peers.enter(guest.joined("robot", resumed=True))
        assert robot.peers.connected()["guest"] is before
        await robot.peers.enter(robot.joined(resumed=True))
        assert not robot.connected


async def test_a_hostile_description_costs_its_connection_only() -> None:
    async with two_sides() as (robot, guest):
        await guest.peers.enter(guest.joined("robot"))
        await until(lambda: robot.connected and guest.connected)
        guest.relayed.clear()
        hostile = ("v=0", "m=", "garbage\r\n" * 100, "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 97\r\na=mid:0\r\n")
        for number, sdp in enumerate(hostile):
            made = 2 * (number + 2)
            await robot.peers.receive(Offer(sender="guest", connection=f"hostile-{number}", sdp=sdp, tracks={}))
            await until(partial(robot.has_ended, made))
        assert robot.connected
        assert guest.relayed == [], "nothing is wrong with what there is"


@pytest.mark.slow
@pytest.mark.parametrize("deaf", ["robot", "guest"])
async def test_n1_a_connection_over_which_nothing_comes_is_replaced_beside_the_old_one(deaf: str) -> None:
    async with two_sides() as (robot, guest):
        await guest.peers.enter(guest.joined("robot"))
        await until(lambda: robot.connected and guest.connected)
        first = robot.peers.connected()["guest"].connection
        talking = [asyncio.create_task(side.talk()) for side in (robot, guest)]
        await until(lambda: min(robot.packets, guest.packets) > 110)
        side = robot if deaf == "robot" else guest
        side.plug_ears()
        await until(lambda: not side.connected, every=0.01)
        await until(lambda: side.connected)
        await until(lambda: robot.connected and robot.peers.connected()["guest"].connection != first)
        await until(lambda: robot.up == guest.up == [True, True])  # the old one was not closed before
        for task in talking:
            task.cancel()


async def test_n4_in_another_network_a_new_connection_is_made_at_once() -> None:
    async with two_sides() as (robot, guest):
        await guest.peers.enter(guest.joined("robot"))
        await until(lambda: robot.connected and guest.connected)
        first = robot.peers.connected()["guest"].connection
        guest.relayed.clear()
        robot.peers.doubt()
        await until(lambda: robot.connected and robot.peers.connected()["guest"].connection != first)
        await until(lambda: guest.connected)
        assert [type(each) for each in guest.relayed] == [Renegotiate, Answer], "at most one is on its way"
        assert robot.up == [True, True]


async def test_who_may_not_offer_asks_until_he_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pair_module, "ASKED_WITHIN", 0.2)
    async with two_sides() as (robot, guest):
        await guest.peers.enter(guest.joined("robot"))
        await until(lambda: robot.connected and guest.connected)
        first = robot.peers.connected()["guest"].connection
        guest.deaf = True
        robot.plug_ears()
        robot.peers.doubt()
        await until(lambda: guest.missed > 1)
        guest.deaf = False
        await until(lambda: robot.connected and robot.peers.connected()["guest"].connection != first)


def test_multicast_dns_candidates_leave_the_description() -> None:
    sdp = (
        "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n"
        "a=candidate:1 1 udp 2122260223 192.0.2.1 50000 typ host\r\n"
        "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n"
        "a=candidate:2 1 udp 2122260223 0b1c.local 50001 typ host generation 0\r\n"
    )
    kept, later = split_candidates(sdp)
    assert ".local" not in kept
    assert "192.0.2.1" in kept
    assert [(each.sdp_m_line_index, each.candidate[:11]) for each in later] == [(1, "candidate:2")]
