"""The product's own TURN server: a real coturn with the configuration that `robotserver` makes."""

import sys
from pathlib import Path
from typing import Any

from scripts.lab.netns import Host
from scripts.lab.process import LabError, Process, run, wait_for
from scripts.lab.server import free_port
from server import turn
from server.config import ServerConfig
from server.ice import IceServers
from server.times import utc_now
from wire.signaling import IceServer

READY_WITHIN = 20.0
KEY = bytes(range(32))
CONNECT = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=1)"


class LabTurn(Process):
    """coturn at an address of this machine, or on a host of the lab's network."""

    def __init__(
        self,
        directory: Path,
        address: str = "127.0.0.1",
        credential_minutes: float = 60,
        host: Host | None = None,
        name: str | None = None,
        **settings: Any,
    ) -> None:
        """`name` is what participants are told instead of the address; `settings` are those of the section `turn`."""
        directory.mkdir(parents=True, exist_ok=True)
        self._prefix = host.prefix if host else ()
        address = host.address if host else address
        values = {"address": address, "host": name or address, "port": free_port(), "tls_port": free_port(), **settings}
        ice = {"credential_minutes": credential_minutes}
        self.server = ServerConfig.model_validate({"turn": values, "ice": ice})
        self.port = self.server.turn.port
        self.address = address
        configuration = directory / "turnserver.conf"
        configuration.write_text(turn.configuration(self.server, KEY))
        files = (f"--userdb={directory}/users", f"--pidfile={directory}/pid")
        super().__init__([*self._prefix, "turnserver", "-c", str(configuration), *files], directory / "turn.log")

    def start(self) -> None:
        """Start it, and wait until it listens."""
        super().start()
        wait_for(self._listens, READY_WITHIN, f"coturn listens; read {self.log}")

    def ice_server(self, participant: str = "somebody") -> IceServer:
        """What a participant is told of it, with credentials made now."""
        (server,) = IceServers(self.server, KEY).of(participant, utc_now())
        return server

    def section(self, *transports: str) -> dict[str, Any]:
        """The section `ice` of a server that names this one for STUN, and for TURN over `udp` or `tcp`."""
        urls = [f"turn:{self.address}:{self.port}?transport={each}" for each in transports]
        relays = [{"urls": urls, "secret": turn.shared_secret(KEY)}] if urls else []
        return {"servers": [{"urls": [f"stun:{self.address}:{self.port}"]}, *relays]}

    def _listens(self) -> bool:
        try:
            run([*self._prefix, sys.executable, "-c", CONNECT, self.address, str(self.port)])
        except LabError:
            return False
        return True
