"""What a robot's own tests mean for staff, in plain words: what is wrong, and what to do. Pure."""

from collections.abc import Sequence
from typing import Final

from server.languages import mark
from wire.rest import Check, Finding, RobotStatus

PROBLEMS: Final = {
    Check.CAMERA: mark("The camera shows nothing, or its picture stands still."),
    Check.SOUND: mark("The microphone does not hear the loudspeaker."),
    Check.SERVER: mark("The robot did not reach this server."),
    Check.RELAY: mark("The relay gives the robot no address: relatives outside this house may see and hear nothing."),
    Check.CLOCK: mark("The robot's own clock is wrong."),
    Check.DISK: mark("The robot's disk is nearly full."),
    Check.TEMPERATURE: mark("The robot's computer is too hot."),
    Check.BATTERY: mark("The battery is nearly empty, and the robot is not at its charger."),
}
REMEDIES: Final = {
    Check.CAMERA: mark("Is the lens covered, or the room dark? Is the camera's cable plugged in?"),
    Check.SOUND: mark("Are both plugged in and switched on, and the volume turned up?"),
    Check.SERVER: mark("Is the network cable plugged in, or the Wi-Fi in reach?"),
    Check.RELAY: mark("Tell your IT department that the TURN server does not work from the robot."),
    Check.CLOCK: mark("Visits start on time all the same; tell your IT department."),
    Check.DISK: mark("Tell your IT department."),
    Check.TEMPERATURE: mark("Give it air: nothing should lie on it or stand against it."),
    Check.BATTERY: mark("Put the robot on its charger now."),
}


def problems(status: RobotStatus | None) -> Sequence[Finding]:
    """What the robot found wrong with itself when it last looked."""
    if status is None or status.readiness is None:
        return ()
    return [each for each in status.readiness.findings if not each.good]


def worse(before: RobotStatus | None, now: RobotStatus) -> bool:
    """Whether something is wrong that was not wrong at the look before."""
    known = {each.check for each in problems(before)}
    return any(each.check not in known for each in problems(now))
