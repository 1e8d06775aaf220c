"""The robot as systemd runs it: `robotclient run` with a configuration file, after `robotclient enroll`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil
import yaml

from scripts.lab.netns import Host
from scripts.lab.process import LabError, Process, program, run, wait_for
from scripts.lab.server import LabServer


class LabRobot(Process):
    """One robot with its state in a directory, enrolled at the server under `name`."""

    def __init__(
        self,
        directory: Path,
        server: LabServer,
        name: str = "Robot 1",
        environment: Mapping[str, str] | None = None,
        host: Host | None = None,
        url: str = "",
        **settings: Any,
    ) -> None:
        """`settings` are sections of robot.yaml, put over the lab's own; `environment` is that of `run` alone.

        `host` is where in a network it runs, `url` another name for the server.
        """
        directory.mkdir(parents=True, exist_ok=True)
        self._prefix = host.prefix if host else ()
        self.name = name
        self.runtime = directory / "run"
        self.speaker = directory / "speaker.wav"
        self.config = directory / "robot.yaml"
        values = {
            "language": "en",
            "state_directory": str(directory / "state"),
            "runtime_directory": str(self.runtime),
            "server": {"url": url or server.url, "poll_seconds": 1},
            "camera": {"device": "synthetic", "width": 640, "height": 480},
            "audio": {"microphone": "tone:440", "speaker": f"file:{self.speaker}"},
            "visit": {"announce_seconds": 0},
            **settings,
        }
        self.config.write_text(yaml.safe_dump(values))
        command = [*self._prefix, program("robotclient"), "run", "--config", str(self.config)]
        super().__init__(command, directory / "robot.log", environment)
        code = server.json("add-robot", name)["code"]
        self.command("enroll", code)

    def command(self, *words: str) -> str:
        """Run `robotclient WORDS...`; returns what it printed. Raises `LabError`."""
        return run([*self._prefix, program("robotclient"), words[0], "--config", str(self.config), *words[1:]])

    def status(self) -> dict[str, Any]:
        """What the robot says of itself; empty before it has said anything."""
        try:
            answer: dict[str, Any] = json.loads(self.command("status", "--json"))
        except LabError:
            return {}
        return answer

    def file(self) -> dict[str, Any]:
        """The same, straight from the file: quick enough to be asked often."""
        try:
            answer: dict[str, Any] = json.loads((self.runtime / "status.json").read_text())
        except FileNotFoundError:
            return {}
        return answer

    def kill_child(self, name: str) -> None:
        """SIGKILL one of its device children: `camera`, `audio` or `screen`."""
        for child in psutil.Process(self.pid).children():
            if f"robotclient.media.{name}" in child.cmdline():
                child.kill()
                return
        raise LabError(f"the robot has no {name} child")

    def wait_for_state(self, state: str, within: float) -> dict[str, Any]:
        """Wait until the robot says that it is in this state."""
        return wait_for(
            lambda: status if (status := self.file()).get("state") == state else None,
            within,
            f"the robot is {state}; read {self.log}",
        )

    def wait_for_call(self, key: str, within: float) -> dict[str, Any]:
        """Wait until the running or last call has that time noted; returns the call."""

        def noted() -> dict[str, Any] | None:
            call: dict[str, Any] | None = self.file().get("call")
            return call if call and call.get(key) else None

        return wait_for(noted, within, f"the robot's call has {key}; read {self.log}")
