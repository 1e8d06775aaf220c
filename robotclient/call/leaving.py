"""Why the robot leaves: by the time, by the button, or because the server says so. Pure."""

from datetime import datetime, timedelta

from robotclient.call import consent
from robotclient.call.commands import LeaveReason
from robotclient.call.state import Phase, Rules, State
from wire.rest import Reservation
from wire.signaling import CloseReason, ErrorCode

FINAL_REFUSALS = {ErrorCode.UNKNOWN_ROOM, ErrorCode.ENDED, ErrorCode.CANCELLED, ErrorCode.CLOSED}
"""Trying again cannot help; every other refusal may pass, the signaling link tries again by itself."""

CLOSE_REASONS = {
    CloseReason.CLOSED: LeaveReason.CLOSED,
    CloseReason.CANCELLED: LeaveReason.CANCELLED,
    CloseReason.ENDED: LeaveReason.OVER,
    CloseReason.LAST_PARTICIPANT: LeaveReason.LAST_PARTICIPANT,
    CloseReason.REPLACED: LeaveReason.REPLACED,
    CloseReason.DENIED: LeaveReason.REFUSED,
    CloseReason.REMOVED: LeaveReason.REFUSED,
    CloseReason.DECLINED: LeaveReason.DECLINED,
    CloseReason.QUIET_HOURS: LeaveReason.QUIET_HOURS,
}
BARRING = {LeaveReason.LOCAL_STOP, LeaveReason.DECLINED, LeaveReason.QUIET_HOURS}
"""After these only the button brings the robot back."""
SET_BACK = timedelta(seconds=5)
"""By so much less than a visit's start the clock was wrong when the robot set out for it."""


def reason(state: State, reservation: Reservation, now: datetime, rules: Rules) -> LeaveReason | None:
    """The first reason that holds; None to stay (or, before the visit, to go on towards it)."""
    outside = state.phase in (Phase.EXPECTING, Phase.JOINING)
    quiet = state.announcement is not None and state.announcement.quiet
    reasons = (
        (state.stopped, LeaveReason.STOPPED),
        (now >= reservation.ends_at, LeaveReason.OVER),
        (_unlisted(state, now, rules), LeaveReason.CANCELLED),
        (outside and _too_early(state, reservation, now, rules), LeaveReason.MOVED),
        (not outside and state.is_barred and not rules.stop_mutes, LeaveReason.LOCAL_STOP),
        (consent.unanswered(state, now), LeaveReason.QUIET_HOURS if quiet else LeaveReason.DECLINED),
        (state.phase is Phase.WAITING and _out_of_patience(state, now), LeaveReason.NO_SHOW),
        (_out_of_patience(state, now), LeaveReason.LAST_PARTICIPANT),
    )
    return next((each for holds, each in reasons if holds), None)


def _unlisted(state: State, now: datetime, rules: Rules) -> bool:
    since = state.unlisted_since
    return since is not None and (not state.linked or now >= since + rules.last_word)


def _too_early(state: State, reservation: Reservation, now: datetime, rules: Rules) -> bool:
    ahead = rules.announce if state.phase is Phase.EXPECTING else timedelta()
    return now < reservation.starts_at - ahead - SET_BACK


def _out_of_patience(state: State, now: datetime) -> bool:
    return state.linked and state.patience_ends is not None and now >= state.patience_ends
