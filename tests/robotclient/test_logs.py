"""What the journal is told beside the words."""

import logging

import pytest

from robotclient.logs import CallFields
from tests.robotclient.test_schedule import reservation


@pytest.fixture
def fields() -> CallFields:
    return CallFields()


def record(fields: CallFields, **extra: str) -> logging.LogRecord:
    made = logging.getLogger("robot").makeRecord("robot", logging.INFO, "", 0, "hello", (), None, extra=extra)
    assert fields.filter(made)
    return made


def test_a_record_in_a_call_names_call_state_and_device(fields: CallFields) -> None:
    fields.note(reservation("a", 0, 30), "TOGETHER")
    marked = record(fields, DEVICE="camera").__dict__
    assert (marked["CALL"], marked["STATE"], marked["DEVICE"]) == ("a", "TOGETHER", "camera")


def test_the_room_is_told_by_a_fingerprint_alone(fields: CallFields) -> None:
    visit = reservation("a", 0, 30)
    fields.note(visit, "TOGETHER")
    first = record(fields).__dict__["ROOM"]
    assert len(first) == 12
    assert visit.room not in first
    assert record(fields).__dict__["ROOM"] == first
    fields.note(visit.model_copy(update={"room": "another"}), "TOGETHER")
    assert record(fields).__dict__["ROOM"] != first


def test_without_a_call_the_fields_are_empty(fields: CallFields) -> None:
    fields.note(None, "IDLE")
    marked = record(fields).__dict__
    assert (marked["CALL"], marked["ROOM"], marked["DEVICE"]) == ("", "", "")
