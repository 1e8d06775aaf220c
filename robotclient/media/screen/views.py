"""What the screen can show, as the daemon says it."""

from datetime import datetime
from enum import StrEnum

from robotclient.media.channel import PipeMessage


class Caller(PipeMessage):
    """Somebody who is expected; `relation` in the resident's language, such as `hija`."""

    name: str
    relation: str = ""


class NextCall(PipeMessage):
    """The next visit; `starts_at` is aware."""

    starts_at: datetime
    title: str = ""
    callers: tuple[Caller, ...] = ()


class Trouble(StrEnum):
    """What is not as it should be, each with a sign of its own."""

    SERVER = "server"
    CAMERA = "camera"
    MICROPHONE = "microphone"
    SPEAKER = "speaker"
    CLOCK = "clock"
    CONFIGURATION = "configuration"


class IdleView(PipeMessage):
    """Between calls: a clock, the next visit, one line on the robot's state in the site's language."""

    next_call: NextCall | None = None
    soon: bool = False
    """The visit begins within minutes: it is said larger than the clock."""
    state: str = ""
    troubles: tuple[Trouble, ...] = ()
    off: bool = False
    """Quiet hours: the screen is dark, but for the sign that the camera is open."""
    live: bool = False
    """As in `CallView`: between calls the robot tries its camera, and should it ever stay open, that is seen."""
    clock_offset_seconds: float = 0
    """To add to this machine's clock: people are shown the server's."""


class Ask(StrEnum):
    """Whether somebody must press the button before camera and microphone open."""

    NOTHING = "nothing"
    BUTTON = "button"
    STAFF = "staff"


class AnnouncementView(PipeMessage):
    """Who calls, and a countdown to `opens_at` (aware, the server's clock). In the resident's language."""

    callers: tuple[Caller, ...] = ()
    language: str = ""
    """Empty: the site's."""
    opens_at: datetime
    ask: Ask = Ask.NOTHING
    live: bool = False
    clock_offset_seconds: float = 0


class StoppedView(PipeMessage):
    """Somebody pressed the button to stop the visit; pressed again it goes on."""

    language: str = ""
    live: bool = False


BOARD = "board"
"""In the place of a participant: the tile of the whiteboard. The server issues longer ids."""


class Tile(PipeMessage):
    """One participant. `video` is whether he sends a picture; not `connected`, the last one stays dimmed."""

    participant: str
    name: str
    video: bool = True
    audio: bool = True
    speaking: bool = False
    connected: bool = True
    hand: bool = False
    """Raised."""


class Message(PipeMessage):
    """One line of the chat."""

    sender: str
    text: str


class CallView(PipeMessage):
    """In a call: everybody else. `starting`: the robot is on its way into the room and nobody can be shown yet."""

    tiles: tuple[Tile, ...] = ()
    notice: str | None = None
    starting: bool = False
    live: bool = False
    """The camera's own process says that it is open: the sign follows the device, not somebody's intention."""
    messages: tuple[Message, ...] = ()
    """What was written lately, oldest first."""
    recorded: bool = False
    """Somebody records the call."""


View = IdleView | AnnouncementView | StoppedView | CallView
