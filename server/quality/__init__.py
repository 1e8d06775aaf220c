"""How good calls were: samples that robots and pages send, what people said, a verdict in words, and graphs."""

from server.quality.measured import Call, FullError, Person, add_of_participant, add_of_robot, read
from server.quality.rating import RatedError, rate

__all__ = [
    "Call",
    "FullError",
    "Person",
    "RatedError",
    "add_of_participant",
    "add_of_robot",
    "rate",
    "read",
]
