"""PURE: what is said to somebody whose event is not accepted: the code for programs, what to do for people."""

from typing import Final

from wire.signaling import CloseReason, ErrorCode, Refusal

_ENDED = Refusal(error=ErrorCode.ENDED, message="This visit has ended; ask the staff for a new one.")
_UNANSWERED = Refusal(
    error=ErrorCode.ENDED, message="Nobody answered beside the robot; ask the staff for another time."
)

OVER: Final = {
    CloseReason.CANCELLED: Refusal(
        error=ErrorCode.CANCELLED, message="This visit was cancelled; ask the staff for a new one."
    ),
    CloseReason.CLOSED: Refusal(
        error=ErrorCode.CLOSED, message="The staff closed this visit; ask them if you need another one."
    ),
    CloseReason.ENDED: _ENDED,
    CloseReason.LAST_PARTICIPANT: _ENDED,
    CloseReason.REPLACED: _ENDED,
    CloseReason.DECLINED: _UNANSWERED,
    CloseReason.QUIET_HOURS: _UNANSWERED,
}
"""By the reason for which the visit ended."""

FULL: Final = Refusal(
    error=ErrorCode.FULL, message="The room is full; try again when somebody has left.", retry_after=10
)
TWICE: Final = Refusal(
    error=ErrorCode.ALREADY_CONNECTED,
    message="This robot is connected already; stop its other process, or revoke its token if there is none.",
    retry_after=10,
)
DENIED: Final = Refusal(
    error=ErrorCode.DENIED, message="The staff did not let you in; call them if you think that this is a mistake."
)
NOT_ALLOWED: Final = Refusal(error=ErrorCode.NOT_ALLOWED, message="Only staff let somebody in or send him away.")
NOT_RECORDED: Final = Refusal(
    error=ErrorCode.NOT_ALLOWED,
    message="Only staff record, where site (rooms.recording) and visit allow it; say `media` without `recording`.",
)
NOBODY_WAITS: Final = Refusal(
    error=ErrorCode.UNKNOWN_PARTICIPANT, message="`participant` does not wait (any more); take ids from `waiting_room`."
)
NOT_IN_ROOM: Final = Refusal(error=ErrorCode.NOT_IN_ROOM, message="You are not in a room; join first.")
STRANGER: Final = Refusal(
    error=ErrorCode.UNKNOWN_PARTICIPANT, message="`to` is nobody else in this room; take ids from the roster."
)
NO_CHOICE: Final = Refusal(
    error=ErrorCode.NOT_ALLOWED,
    message="`camera` is not offered by `to`, or not to you; take it from `media.cameras` of the robot.",
)
AWAY: Final = Refusal(
    error=ErrorCode.NOT_CONNECTED, message="`to` has lost its connection; send again when it is back.", retry_after=1
)
