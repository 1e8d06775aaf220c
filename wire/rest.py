"""What is said over HTTPS under `/api/v1`: enrolment, a robot's reservations, status, statistics, ratings, problems."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from wire.base import Id, Message, Name, Seconds, Timestamp
from wire.signaling import IceServer

Volume = Annotated[int, Field(ge=0, le=100)]
"""Percent: 0 is silence, 100 as loud as the sound came."""
ShortText = Annotated[str, StringConstraints(max_length=200)]


class Problem(Message):
    """An error, as `application/problem+json` (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    errors: tuple[dict[str, str], ...] = ()
    """For bad input: one `{field, message}` per mistake."""


class EnrolmentRequest(Message):
    """`POST /robot/enrolment`: a robot trades its one-time code for a token of its own."""

    code: Annotated[str, StringConstraints(min_length=4, max_length=64)]
    hostname: ShortText
    version: ShortText


class EnrolmentResponse(Message):
    """The robot's identity. `token` is shown this once; the server keeps only its hash."""

    robot_id: Id
    name: Name
    token: str


class Consent(StrEnum):
    """What must happen beside the robot before its camera opens."""

    AUTOMATIC = "automatic"
    BUTTON = "button"
    STAFF_PRESENT = "staff_present"


ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""`HH:MM` on the site's clock."""


class Policy(Message):
    """The resident's rules for this visit."""

    consent: Consent = Consent.AUTOMATIC
    quiet_from: ClockTime | None = None
    """From here until `quiet_until`, which may be on the next day, nothing chimes and nobody is answered by itself."""
    quiet_until: ClockTime | None = None


class Caller(Message):
    """Somebody who is expected, as the resident knows him."""

    name: Name
    relation: ShortText = ""
    """What he is to the resident, in the resident's language, such as `hija`; empty where nobody wrote it down."""


class Reservation(Message):
    """One booked visit of the robot that asks. Only visits that can still happen are listed."""

    id: Id
    room: Id
    starts_at: Timestamp
    ends_at: Timestamp
    title: ShortText
    policy: Policy = Policy()
    occupied: bool = False
    """Somebody other than the robot is in the room now."""
    callers: Annotated[tuple[Caller, ...], Field(max_length=20)] = ()
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] | None = None
    """The resident's; a reader that does not speak it uses its own."""


class ReservationList(Message):
    """`GET /robot/reservations`. `now` is the server's clock and is not part of the ETag."""

    now: Timestamp
    items: tuple[Reservation, ...]
    volume: Volume | None = None
    """How loud staff want this robot; null: as its own configuration says."""


class RobotState(StrEnum):
    """What the robot does, as staff see it."""

    IDLE = "idle"
    ANNOUNCING = "announcing"
    """The resident is told of the visit, or asked; camera and microphone are closed."""
    JOINING = "joining"
    WAITING = "waiting"
    IN_CALL = "in_call"
    LEAVING = "leaving"


class DeviceKind(StrEnum):
    """The parts of the robot that can fail one by one."""

    CAMERA = "camera"
    MICROPHONE = "microphone"
    SPEAKER = "speaker"
    SCREEN = "screen"
    BUTTON = "button"


class DeviceState(StrEnum):
    """`off` is on purpose, `lost` is not."""

    OFF = "off"
    OPENING = "opening"
    WORKING = "working"
    LOST = "lost"


class DeviceStatus(Message):
    """One device: which, in what state, and in plain words why."""

    kind: DeviceKind
    state: DeviceState
    name: ShortText = ""
    detail: ShortText = ""


class Check(StrEnum):
    """What a robot proves before a visit."""

    CAMERA = "camera"
    """Its picture moves and is not black."""
    SOUND = "sound"
    """Its microphone hears its speaker."""
    SERVER = "server"
    RELAY = "relay"
    """A TURN server gave it an address."""
    CLOCK = "clock"
    DISK = "disk"
    TEMPERATURE = "temperature"
    BATTERY = "battery"


class Finding(Message):
    """What came of one check. `detail` is for those who look closer; what to do follows from `check`."""

    check: Check
    good: bool
    detail: ShortText = ""


class Readiness(Message):
    """The robot's last look at itself."""

    at: Timestamp
    findings: Annotated[tuple[Finding, ...], Field(max_length=20)]


class IceServerList(Message):
    """`GET …/ice_servers`: what a robot or a page may try before a visit; credentials are good for some minutes."""

    items: tuple[IceServer, ...]


class RobotStatus(Message):
    """`PUT /robot/status`: what staff should know of the robot now."""

    state: RobotState
    version: ShortText
    hostname: ShortText
    devices: tuple[DeviceStatus, ...] = ()
    reservation: Id | None = None
    last_error: Annotated[str, StringConstraints(max_length=500)] = ""
    readiness: Readiness | None = None
    """None before its first look."""


class MediaSample(Message, allow_inf_nan=False):
    """The quality of one medium in one direction between two participants over the last interval.

    Counts are since the connection was made. What the sender of the sample cannot tell is None.
    """

    at: Timestamp
    peer: Id
    direction: Literal["sent", "received"]
    kind: Literal["audio", "video"]
    codec: ShortText = ""
    width: int = 0
    height: int = 0
    fps: float = 0
    kbps: float = 0
    packets_lost: int = 0
    jitter_ms: float = 0
    round_trip_ms: float | None = None
    estimated_kbps: float | None = None
    """Sent video: what congestion control allows for all that goes to this peer."""
    loss_percent: float | None = None
    """Of the packets of the last seconds; robots tell it of sent video only."""
    jitter_buffer_ms: float | None = None
    """Received audio: how long packets wait until they are played."""
    concealed_percent: float | None = None
    """Received audio: guessed, because no packet was there."""
    nacks: int | None = None
    """Packets that the receiving side asked for again."""
    keyframe_requests: int | None = None
    """By PLI or FIR of the receiving side."""
    retransmissions: int | None = None
    """Packets sent again, or received after they were asked for."""
    freezes: int | None = None
    """Received video: pauses of more than 0.3 s that the sender did not make."""
    frozen_seconds: float | None = None
    audio_level: Annotated[float, Field(ge=0, le=1)] | None = None
    """Sound: how loud, of full scale."""


class StatisticsReport(Message):
    """`POST /robot/calls/{reservation}/statistics`: samples since the last report."""

    interval: Seconds
    samples: Annotated[tuple[MediaSample, ...], Field(max_length=200)]


class Quality(StrEnum):
    """How good a call is, in three steps."""

    GOOD = "good"
    WEAK = "weak"
    BAD = "bad"


class Rating(Message):
    """`POST /calls/{reservation}/rating`: what a participant thinks of the call, said once."""

    quality: Quality
