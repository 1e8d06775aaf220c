"""The life of one attendance: when the robot joins, waits, is together with somebody, is left alone, leaves. Pure.

    IDLE -> JOINING -> WAITING -> TOGETHER <-> ALONE -> LEAVING -> IDLE

`step(state, event, now, rules)` gives the new state and the commands for the daemon. Two rules hold everywhere:

1. The reservation is the leash. Whatever the link and the others do, a robot whose reservation is over, cancelled or
   moved away leaves at the next event, and never joins outside of it.
2. Only what the server says of the room counts as knowledge about it. While the link is down nobody is known to have
   left, so neither the no-show time nor the time alone runs out.

Every join ends in exactly one `Leave`, and the daemon answers every `Leave` with `Left`, by a deadline of its own.
"""

from robotclient.call.commands import Command, Join, Leave, LeaveReason
from robotclient.call.events import (
    Event,
    Joined,
    Left,
    LinkLost,
    ParticipantJoined,
    ParticipantLeft,
    Refused,
    RoomClosed,
    ScheduleKnown,
    StopRequested,
    Tick,
)
from robotclient.call.machine import CLOSE_REASONS, FINAL_REFUSALS, media_wanted, step, wake_at
from robotclient.call.state import Phase, Rules, State

__all__ = [
    "CLOSE_REASONS",
    "FINAL_REFUSALS",
    "Command",
    "Event",
    "Join",
    "Joined",
    "Leave",
    "LeaveReason",
    "Left",
    "LinkLost",
    "ParticipantJoined",
    "ParticipantLeft",
    "Phase",
    "Refused",
    "RoomClosed",
    "Rules",
    "ScheduleKnown",
    "State",
    "StopRequested",
    "Tick",
    "media_wanted",
    "step",
    "wake_at",
]
