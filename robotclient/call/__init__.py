"""The life of one attendance: when the robot announces, joins, opens camera and microphone, is alone, leaves. Pure.

    IDLE -> EXPECTING -> JOINING -> WAITING -> ANNOUNCING <-> TOGETHER <-> ALONE -> LEAVING -> IDLE

`step(state, event, now, rules)` gives the new state and the commands for the daemon. Three rules hold everywhere:

1. The reservation is the leash. Whatever the link and the others do, a robot whose reservation is over, cancelled or
   moved away leaves at the next event, and never joins outside of it.
2. Only what the server says of the room counts as knowledge about it. While the link is down nobody is known to have
   left, so neither the no-show time nor the time alone runs out.
3. Media is open for `state.admitted` alone: who is in the room, was announced, and was consented to. What was stopped
   beside the robot only its button brings back (`consent`).

Every join ends in exactly one `Leave`, and the daemon answers every `Leave` with `Left`, by a deadline of its own.
"""

from robotclient.call.commands import Announce, Command, Hush, Join, Leave, LeaveReason
from robotclient.call.consent import held, quiet_hours
from robotclient.call.events import (
    ButtonPressed,
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
from robotclient.call.leaving import CLOSE_REASONS, FINAL_REFUSALS
from robotclient.call.machine import step, wake_at
from robotclient.call.state import Announcement, Continuity, Phase, Rules, State

__all__ = [
    "CLOSE_REASONS",
    "FINAL_REFUSALS",
    "Announce",
    "Announcement",
    "ButtonPressed",
    "Command",
    "Continuity",
    "Event",
    "Hush",
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
    "held",
    "quiet_hours",
    "step",
    "wake_at",
]
