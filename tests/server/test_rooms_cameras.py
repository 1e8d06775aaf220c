"""A robot with several cameras: who may look through another one is checked before the robot is asked."""

from server.rooms.events import MediaChanged, Relayed, SocketLost
from tests.server.rooms_rig import GUEST, ROBOT, STAFF, Script, refused
from wire.signaling import Camera, Cameras, ChooseCamera, Choosers, ErrorCode, Media

HEAD, FLOOR = Camera(id="head", label="Cara"), Camera(id="floor", label="Suelo")


def offered(choosers: Choosers) -> Script:
    """A call with a robot that has two cameras."""
    script = Script()
    script.join("robot", ROBOT)
    script(MediaChanged("robot1", Media(cameras=Cameras(offered=(HEAD, FLOOR), shown="head", choosers=choosers))))
    script.join("guest", GUEST)
    script.join("nurse", STAFF)
    return script


def choose(script: Script, socket: str, camera: str = "floor", to: str = "robot") -> None:
    script(Relayed(socket, ChooseCamera(to=to, camera=camera)))


def test_the_others_know_what_there_is_to_choose_and_the_robot_is_asked() -> None:
    script = offered(Choosers.EVERYONE)
    assert script.room.members[0].shown.media.cameras is not None
    choose(script, "guest1")
    assert script.said("robot1") == [ChooseCamera(sender="guest", camera="floor")]
    assert script.said("nurse1") == []


def test_staff_only_means_staff_only() -> None:
    script = offered(Choosers.STAFF)
    choose(script, "guest1")
    assert refused(script.commands) is ErrorCode.NOT_ALLOWED
    choose(script, "nurse1")
    assert script.said("robot1") == [ChooseCamera(sender="nurse", camera="floor")]


def test_what_is_not_offered_is_not_asked_for() -> None:
    script = offered(Choosers.EVERYONE)
    choose(script, "guest1", "ceiling")
    assert refused(script.commands) is ErrorCode.NOT_ALLOWED
    script(MediaChanged("robot1", Media()))
    choose(script, "guest1")
    assert refused(script.commands) is ErrorCode.NOT_ALLOWED


def test_only_a_robot_is_asked() -> None:
    script = offered(Choosers.EVERYONE)
    cameras = Cameras(offered=(HEAD, FLOOR), shown="head", choosers=Choosers.EVERYONE)
    script(MediaChanged("nurse1", Media(cameras=cameras)))
    choose(script, "guest1", to="nurse")
    assert refused(script.commands) is ErrorCode.NOT_ALLOWED
    choose(script, "guest1", to="stranger")
    assert refused(script.commands) is ErrorCode.UNKNOWN_PARTICIPANT


def test_a_robot_in_its_grace_time_is_not_asked() -> None:
    script = offered(Choosers.EVERYONE)
    script(SocketLost("robot1"))
    choose(script, "guest1")
    assert refused(script.commands) is ErrorCode.NOT_CONNECTED
