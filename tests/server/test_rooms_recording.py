"""Who may record a call, what the others are told of it, and what the audit keeps."""

from dataclasses import replace

import pytest

from server.rooms.commands import Command, RecordRecording, Refuse
from server.rooms.events import Joined, Left, MediaChanged, Proof, SocketLost, Tick, VisitChanged
from tests.server.rooms_rig import GUEST, NOON, ROBOT, STAFF, VISIT, Script, refused
from wire.signaling import ErrorCode, MayRecord, Media, Participant, ParticipantKind

RECORDS = Media(recording=True)


def call(*, allowed: bool = True) -> Script:
    script = Script(visit=replace(VISIT, recording=allowed))
    script.call()
    script.join("nurse", STAFF)
    return script


def recorded(script: Script) -> list[tuple[str, bool, str]]:
    return [(each.member.id, each.on, each.actor) for each in script.commands if isinstance(each, RecordRecording)]


def test_staff_record_everybody_is_told_and_the_audit_knows_who() -> None:
    script = call()
    script(MediaChanged("nurse1", RECORDS, "u1"))
    assert recorded(script) == [("nurse", True, "u1")]
    for socket in ("robot1", "guest1"):
        (told,) = script.said(socket)
        assert isinstance(told, Participant)
        assert told.media.recording
    script(MediaChanged("nurse1", Media(audio=False, recording=True), "u1"))
    assert recorded(script) == []
    script(MediaChanged("nurse1", Media(), "u1"))
    assert recorded(script) == [("nurse", False, "u1")]


@pytest.mark.parametrize("who", ["guest1", "robot1"])
def test_nobody_else_may_say_so(who: str) -> None:
    script = call()
    before = script.room
    assert refused(script(MediaChanged(who, RECORDS))) is ErrorCode.NOT_ALLOWED
    assert script.room == before


def test_nor_staff_where_the_visit_does_not_allow_it() -> None:
    script = call(allowed=False)
    assert refused(script(MediaChanged("nurse1", RECORDS, "u1"))) is ErrorCode.NOT_ALLOWED


@pytest.mark.parametrize("newcomer", [GUEST, ROBOT])
def test_nobody_else_comes_in_recording(newcomer: ParticipantKind) -> None:
    script = Script(visit=replace(VISIT, recording=True))
    script(Joined("x1", "x", "hash", newcomer, "X", RECORDS))
    assert refused(script.commands) is ErrorCode.NOT_ALLOWED
    assert script.ids == []


def test_who_waits_may_not_say_so_either() -> None:
    script = Script(visit=replace(VISIT, recording=True, waiting_room=True))
    script.join("guest")
    assert refused(script(MediaChanged("guest1", RECORDS))) is ErrorCode.NOT_ALLOWED


def test_a_nurse_who_comes_back_still_records_and_one_who_is_gone_does_not() -> None:
    script = call()
    script(MediaChanged("nurse1", RECORDS, "u1"))
    script(SocketLost("nurse1"))
    assert recorded(script) == []
    script(Tick(), after=60)
    assert recorded(script) == [("nurse", False, "")]
    again = Joined("nurse2", "other", "hash", STAFF, "Nurse", RECORDS, actor="u1")
    script(again)
    assert recorded(script) == [("other", True, "u1")]
    script(Left("nurse2", actor="u1"))
    assert recorded(script) == [("other", False, "u1")]


def test_the_end_of_the_visit_ends_it() -> None:
    script = call()
    script(MediaChanged("nurse1", RECORDS, "u1"))
    commands: tuple[Command, ...] = script(Tick(), after=(VISIT.ends_at - NOON).total_seconds())
    assert recorded(script) == [("nurse", False, "")]
    assert not any(isinstance(each, Refuse) for each in commands)


def test_where_it_is_forbidden_meanwhile_staff_are_told_and_may_say_everything_else() -> None:
    script = call()
    script(MediaChanged("nurse1", RECORDS, "u1"))
    script(VisitChanged(VISIT))
    assert script.said("nurse1") == [MayRecord(may_record=False)]
    assert script.said("guest1") == script.said("robot1") == []
    muted = script(MediaChanged("nurse1", Media(audio=False, recording=True), "u1"))
    assert not any(isinstance(each, Refuse) for each in muted)
    assert recorded(script) == []
    script(MediaChanged("nurse1", Media(audio=False), "u1"))
    assert recorded(script) == [("nurse", False, "u1")]
    assert refused(script(MediaChanged("nurse1", RECORDS, "u1"))) is ErrorCode.NOT_ALLOWED
    script(VisitChanged(replace(VISIT, recording=True)))
    assert script.said("nurse1") == [MayRecord(may_record=True)]
    script(VisitChanged(replace(VISIT, recording=True)))
    assert script.said("nurse1") == []


@pytest.mark.parametrize("resumed", [True, False])
def test_who_was_away_when_it_was_forbidden_comes_in_without_it(*, resumed: bool) -> None:
    script = call()
    script(MediaChanged("nurse1", RECORDS, "u1"))
    script(SocketLost("nurse1"))
    script(VisitChanged(VISIT))
    proof = Proof("nurse", "hash of nurse") if resumed else None
    script(Joined("nurse2", "other", "hash", STAFF, "Nurse", RECORDS, proof, actor="u1"))
    assert not any(isinstance(each, Refuse) for each in script.commands)
    assert recorded(script) == ([("nurse", False, "u1")] if resumed else [])
    nurse = script.room.at("nurse2")
    assert nurse is not None
    assert not nurse.media.recording


def test_who_is_dropped_while_another_one_speaks_is_not_said_to_be_ended_by_him() -> None:
    script = call()
    script.join("doctor", STAFF)
    script(MediaChanged("nurse1", RECORDS, "u1"))
    script(SocketLost("nurse1"))
    script(MediaChanged("doctor1", RECORDS, "u2"), after=60)
    assert recorded(script) == [("doctor", True, "u2"), ("nurse", False, "")]


def test_what_is_stored_of_one_who_is_gone_says_that_he_records_no_more() -> None:
    script = call()
    script(MediaChanged("nurse1", RECORDS, "u1"))
    (begun,) = [each for each in script.commands if isinstance(each, RecordRecording)]
    assert begun.member.media.recording
    script(Left("nurse1", actor="u1"))
    (ended,) = [each for each in script.commands if isinstance(each, RecordRecording)]
    assert not ended.member.media.recording
