"""PURE: who may look through another camera of a robot."""

from server.rooms.room import Member
from wire.signaling import Choosers, ParticipantKind


def may_choose(sender: Member, robot: Member, camera: str) -> bool:
    """Whether the robot offers this camera, to people like the sender."""
    cameras = robot.media.cameras
    if robot.kind is not ParticipantKind.ROBOT or cameras is None:
        return False
    allowed = cameras.choosers is Choosers.EVERYONE or sender.kind is ParticipantKind.STAFF
    return allowed and any(camera == each.id for each in cameras.offered)
