"""A robot on a machine of its own: installed by the project's script, started by its systemd, enrolled by hand."""

import json
from pathlib import Path
from typing import Any, Final

import yaml

from scripts.lab.machine import Machine
from scripts.lab.process import wait_for
from scripts.lab.server import LabServer

UNIT: Final = "robotclient.service"
DISPLAY: Final = ":90"
"""Far from those that Xvfb takes by itself: the abstract sockets of X11 belong to the network, which is shared."""
SCREEN: Final = f"""
[Service]
ExecStart=/usr/bin/Xvfb {DISPLAY} -screen 0 1280x720x24 -nolisten tcp -nolisten local -ac
Restart=always
[Install]
WantedBy=multi-user.target
"""


class RobotMachine(Machine):
    """One machine with one robot; Xvfb is its screen, a test picture and a tone its camera and microphone."""

    def __init__(self, directory: Path, server: LabServer, name: str = "Robot 1", **settings: Any) -> None:
        """`settings` are sections of robot.yaml, put over the lab's own."""
        directory.mkdir(parents=True, exist_ok=True)
        super().__init__("robot", directory / "machine.log")
        self.name = name
        self._code = server.json("add-robot", name)["code"]
        self._settings = {
            "language": "en",
            "server": {"url": server.url, "poll_seconds": 1},
            "camera": {"device": "synthetic", "width": 640, "height": 480},
            "audio": {"microphone": "tone:440", "speaker": "none"},
            "screen": {"display": DISPLAY},
            "visit": {"announce_seconds": 0},
            **settings,
        }

    @property
    def state(self) -> Path:
        """The robot's state directory on the machine's disk."""
        return self.disk / "var/lib/robotclient"

    def prepare(self) -> None:
        """Install the robot, configure it, switch the machine on and enrol."""
        self.install("--without-screen")
        (self.disk / "etc/systemd/system/robotscreen.service").write_text(SCREEN)
        (self.disk / "etc/robotclient/robot.yaml").write_text(yaml.safe_dump(self._settings))
        self.boot()
        self.run("systemctl", "enable", "--quiet", "--now", "robotscreen.service")
        self.run("robotclient", "enroll", self._code)
        self.run("systemctl", "start", UNIT)  # it returns with READY

    def show(self, *properties: str) -> dict[str, str]:
        """What systemd knows of the robot's unit."""
        printed = self.run("systemctl", "show", f"--property={','.join(properties)}", UNIT)
        return dict(line.split("=", 1) for line in printed.splitlines())

    def file(self) -> dict[str, Any]:
        """What the robot says of itself; empty while it says nothing."""
        try:
            answer: dict[str, Any] = json.loads((self.files / "run/robotclient/status.json").read_text())
        except (OSError, ValueError):
            return {}
        return answer

    def wait_for_state(self, state: str, within: float) -> dict[str, Any]:
        """Wait until the robot says that it is in this state."""
        return wait_for(
            lambda: status if (status := self.file()).get("state") == state else None, within, f"the robot is {state}"
        )
