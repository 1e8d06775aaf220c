"""What the screen can show, as the daemon says it."""

from datetime import datetime

from robotclient.media.channel import PipeMessage


class NextCall(PipeMessage):
    """The next visit; `starts_at` is aware."""

    starts_at: datetime
    title: str = ""


class IdleView(PipeMessage):
    """Between calls: a clock, the next visit, one line on the robot's state in the site's language."""

    next_call: NextCall | None = None
    state: str = ""
    clock_offset_seconds: float = 0
    """To add to this machine's clock: people are shown the server's."""


class Tile(PipeMessage):
    """One participant. `video` is whether he sends a picture; not `connected`, the last one stays dimmed."""

    participant: str
    name: str
    video: bool = True
    connected: bool = True


class CallView(PipeMessage):
    """In a call: everybody else. `starting`: the robot is on its way into the room and nobody can be shown yet."""

    tiles: tuple[Tile, ...] = ()
    notice: str | None = None
    starting: bool = False
