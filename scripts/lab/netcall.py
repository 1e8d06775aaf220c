"""A call over the lab's own network: server and coturn in the open, a robot and a guest behind their routers."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scripts.lab.browser import Guest, guest
from scripts.lab.display import Display
from scripts.lab.netns import SERVER_NAME, STREET, Nat, Network, network
from scripts.lab.robot import LabRobot
from scripts.lab.server import LabServer
from scripts.lab.turn import LabTurn

WITHIN: Final = 60.0
PATH: Final = """async () => {
  for (const peer of window.lab.peers.toReversed()) {
    if (peer.connectionState !== 'connected') continue;
    const report = await peer.getStats();
    for (const stat of report.values()) if (stat.type === 'transport' && stat.selectedCandidatePairId) {
      const pair = report.get(stat.selectedCandidatePairId);
      const local = report.get(pair.localCandidateId), remote = report.get(pair.remoteCandidateId);
      return [local.candidateType, remote.candidateType, local.relayProtocol ?? local.protocol];
    }
  }
}"""
TILES: Final = "() => document.querySelectorAll('#tiles > li:not([data-kind=self])').length"
BOTH_ONCE: Final = (1, 2)
"""What is counted where the guest sees the robot, and nobody has come back as somebody else."""


@dataclass
class NetworkCall:
    """Everything that takes part; `visitor` is in the call once `meet` has returned."""

    network: Network
    server: LabServer
    turn: LabTurn
    robot: LabRobot
    visitor: Guest
    booked: dict[str, Any]

    async def meet(self) -> None:
        """The guest enters, and both see each other. Raises `TimeoutError`, `LabError`."""
        await self.visitor.enter(self.booked["link"], "Carmen")
        await self.visitor.first_frame(WITHIN)
        self.robot.wait_for_call("first_picture_at", WITHIN)

    async def path(self) -> list[str]:
        """Kinds of the guest's and the robot's candidate in use, as the guest knows them, and how the guest sends."""
        found: list[str] = await self.visitor.wait(PATH, WITHIN)
        return found

    async def counted(self) -> tuple[int, int]:
        """How many others the guest's page shows, and how many participants the visit has had; see `BOTH_ONCE`."""
        tiles: int = await self.visitor.page.evaluate(TILES)
        return tiles, len(self.server.participants(self.booked["reservation"]))


@asynccontextmanager
async def over(directory: Path, nat: Nat, *relays: str, minutes: float = 60) -> AsyncIterator[NetworkCall]:
    """A robot that waits for its guest, whose browser is open; `relays` are coturn's transports, `udp` or `tcp`."""
    async with AsyncExitStack() as stack:
        net = stack.enter_context(network(nat))
        display = stack.enter_context(Display(640, 480))
        turn = stack.enter_context(LabTurn(directory / "turn", host=net.server, reachable=[STREET]))
        server = stack.enter_context(LabServer(directory / "server", host=net.server, ice=turn.section(*relays)))
        robot = LabRobot(
            directory / "robot",
            server,
            host=net.robot,
            url=server.url.replace(net.server.address, SERVER_NAME),
            screen={"display": display.name},
            camera={"device": "synthetic", "width": 320, "height": 240},
        )
        stack.enter_context(robot)
        robot.wait_for_state("idle", WITHIN)
        words = ("--robot", robot.name, "--starts", "now+0s", "--minutes", str(minutes), "--title", "Una visita")
        booked = server.json("book", *words)
        visitor = await stack.enter_async_context(
            guest(directory / "guest", size=(320, 240), host=net.guest, trusted=server.url)
        )
        robot.wait_for_call("joined_at", WITHIN)
        yield NetworkCall(net, server, turn, robot, visitor, booked)
