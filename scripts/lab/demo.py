"""One whole visit on this machine: booked, attended by the robot, joined by a guest, ended.

Without options it prints the address of the portal with a supervisor's password, and the links of an example
resident's relatives, whose mails lie there as files. It keeps running, with the machine's own camera, sound and screen
where it has them. With `--once` a headless browser is the guest, and everything that happens is measured.
"""

import argparse
import asyncio
import json
import os
import socket
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from robotclient.media.audio.devices import list_devices
from robotclient.media.devices import list_cameras
from scripts.lab.display import Display
from scripts.lab.example import EXAMPLE, book_example
from scripts.lab.process import LabError
from scripts.lab.robot import LabRobot
from scripts.lab.server import LabServer, free_port
from scripts.lab.visit import hold_visit

USUAL_PORT = 3030


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="hold one visit with headless browsers and measure it")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what happened; pictures go beside it")
    parser.add_argument(
        "--participants", type=int, choices=(2, 3, 4, 5), default=2, help="the robot and so many less one browsers"
    )
    arguments = parser.parse_args()
    try:
        return _once(arguments.json, arguments.participants) if arguments.once else _stay()
    except LabError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def _once(report: Path | None, participants: int) -> int:
    report = (report or Path("out/demo.json")).resolve()
    report.parent.mkdir(parents=True, exist_ok=True)
    workspace = Path(tempfile.mkdtemp(prefix="telepresence-demo-"))
    result = asyncio.run(hold_visit(workspace, pictures=report.parent, guests=participants - 1))
    report.write_text(json.dumps(result, indent=2) + "\n")
    _print_timeline(result)
    print(f"{'All of it worked' if result['ok'] else 'NOT all of it worked'}; details: {report}, logs: {workspace}")
    return 0 if result["ok"] else 1


def _print_timeline(result: dict[str, Any]) -> None:
    moments = [(value, key) for key, value in result.items() if isinstance(value, float) and not key.endswith("_hz")]
    for at, what in sorted(moments):
        print(f"{at:8.2f} s  {what.replace('_', ' ')}")
    for key in ("robot_hears_hz", "guest_hears_hz", "leave_reason", "problems"):
        print(f"{key.replace('_', ' ')}: {result.get(key)}")


def _stay() -> int:
    workspace = Path(tempfile.mkdtemp(prefix="telepresence-demo-"))
    print("Starting the server and the robot ...")
    with ExitStack() as stack:
        server = stack.enter_context(LabServer(workspace, port=_port()))
        robot = LabRobot(workspace / "robot", server, **_devices(stack))
        stack.enter_context(robot)
        _show_portal(server, asyncio.run(book_example(server.config, robot.name)))
        print(f"Data and logs are in {workspace}. Ctrl-C ends it.")
        _follow(server, robot)
    return 1


def _show_portal(server: LabServer, links: dict[str, str]) -> None:
    """Say where the portal and the links are, and whose."""
    supervisor = server.json("create-supervisor", "ana", "--email", "ana@example.org", "--name", "Ana")
    print("\nThe portal, where staff book visits, with a password that is good for the first sign-in:\n")
    print(f"    {server.url}/sign-in    user name: ana    password: {supervisor['password']}\n")
    print(f"The links of {EXAMPLE.name}'s relatives, good for an hour, in browsers on this machine:\n")
    for email, link in links.items():
        print(f"    {link}    ({email})")
    print(f"\nTheir mails are files in {server.mails} and are shown in the portal as well.")


def _devices(stack: ExitStack) -> dict[str, Any]:
    """The machine's own camera, sound and screen, and something synthetic for each that it has not."""
    cameras, sound = list_cameras(), {each.direction for each in list_devices()}
    settings: dict[str, Any] = {
        "camera": {"device": str((cameras[0].paths or (cameras[0].node,))[0]) if cameras else "synthetic"},
        "audio": {
            "microphone": "default" if "microphone" in sound else "beep:440",
            "speaker": "default" if "speaker" in sound else "none",
        },
    }
    if os.environ.get("DISPLAY"):
        settings["screen"] = {"display": os.environ["DISPLAY"]}
    else:
        display = stack.enter_context(Display(1280, 720))
        settings["screen"] = {"display": display.name}
        print(f"There is no screen here; the robot draws on the virtual display {display.name}.")
    for part, chosen in (("camera", settings["camera"]["device"]), *settings["audio"].items()):
        print(f"{part}: {chosen}")
    return settings


def _follow(server: LabServer, robot: LabRobot) -> None:
    """Say what the robot does, until Ctrl-C or until a process dies."""
    last = ""
    while server.ended() is None and robot.ended() is None:
        state = str(robot.file().get("state", ""))
        if state != last:
            print(time.strftime("%H:%M:%S"), f"the robot is {state.replace('_', ' ')}")
            last = state
        time.sleep(0.5)
    raise LabError(f"a process ended by itself; read {server.log} and {robot.log}")


def _port() -> int:
    """The usual port where it is free."""
    with socket.socket() as probe:
        return USUAL_PORT if probe.connect_ex(("127.0.0.1", USUAL_PORT)) else free_port()


if __name__ == "__main__":
    sys.exit(main())
