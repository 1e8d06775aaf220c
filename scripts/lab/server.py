"""The server as an operator runs it: `robotserver run` with a configuration file, the rest by its command line."""

import json
import socket
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from scripts.lab.netns import Host
from scripts.lab.process import LabError, Process, program, run, wait_for

READY_WITHIN = 90.0
ASK = (
    "import ssl, sys, urllib.request; "
    "urllib.request.urlopen(sys.argv[1], timeout=2, context=ssl._create_unverified_context())"
)


def free_port() -> int:
    """A port of the loopback interface that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class LabServer(Process):
    """One server with its data in a directory."""

    def __init__(self, directory: Path, *, port: int | None = None, host: Host | None = None, **settings: Any) -> None:
        """`settings` are sections of server.yaml, put over the lab's own; `host` is where in a network it runs."""
        directory.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self._prefix = host.prefix if host else ()
        address = host.address if host else "127.0.0.1"
        secure = settings.get("listen", {}).get("tls") in {"files", "site_ca"}
        self.url = f"{'https' if secure else 'http'}://{address}:{self.port}"
        self.config = directory / "server.yaml"
        self._database = directory / "server.db"
        self.database_url = f"sqlite+aiosqlite:///{self._database}"
        self.mails = directory / "data/mails"
        values = {
            "listen": {"host": address, "port": self.port, "tls": "none" if host is None else "proxy"},
            "public_url": self.url,
            "data_directory": str(directory / "data"),
            "database": {"url": self.database_url},
            **settings,
        }
        self.config.write_text(yaml.safe_dump(values))
        command = [*self._prefix, program("robotserver"), "run", "--config", str(self.config)]
        super().__init__(command, directory / "server.log")
        self.command("migrate")

    def command(self, *words: str) -> str:
        """Run `robotserver WORDS...`; returns what it printed. Raises `LabError`."""
        return run([program("robotserver"), words[0], "--config", str(self.config), *words[1:]])

    def json(self, *words: str) -> dict[str, Any]:
        """The same with `--json`."""
        answer: dict[str, Any] = json.loads(self.command(*words, "--json"))
        return answer

    def start(self) -> None:
        """Start it, and wait until it answers."""
        super().start()
        wait_for(self._answers, READY_WITHIN, f"the server answers; read {self.log}")

    def visit(self, reservation: str) -> dict[str, Any]:
        """What the database holds of a visit; times are UTC."""
        row = self._select("SELECT * FROM reservations WHERE id = ?", reservation)[0]
        return {key: f"{value}+00:00" if key.endswith("_at") and value else value for key, value in row.items()}

    def participants(self, reservation: str) -> set[str]:
        """The ids of all who are, or were, in a visit's room."""
        return {row["id"] for row in self._select("SELECT id FROM participants WHERE reservation_id = ?", reservation)}

    def joined(self, reservation: str) -> list[datetime]:
        """When its participants came, by the server's clock."""
        rows = self._select("SELECT joined_at FROM participants WHERE reservation_id = ?", reservation)
        return sorted(datetime.fromisoformat(row["joined_at"]).replace(tzinfo=UTC) for row in rows)

    def _select(self, query: str, *values: str) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, values)]

    def _answers(self) -> bool:
        try:
            run([*self._prefix, sys.executable, "-c", ASK, f"{self.url}/healthz"])
        except LabError:
            return False
        return True
