"""Where the log goes: to the journal with fields of its own under systemd, to stderr elsewhere."""

import hashlib
import logging
import os
import sys

from systemd.journal import JournalHandler

from wire.rest import Reservation

QUIET = ("aiortc", "aioice", "engineio", "socketio", "av", "libav")


class CallFields(logging.Filter):
    """Adds the journal's fields CALL, ROOM and STATE to each record, and DEVICE, which the caller may give as `extra`.

    No names and no room tokens: ROOM is a fingerprint, the same for one room and of no use to enter it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._call = ""
        self._room = ""
        self._state = ""

    def note(self, reservation: Reservation | None, state: str) -> None:
        """From now on records belong to this call, or to none, and to this state of it."""
        self._call = reservation.id if reservation else ""
        self._room = hashlib.sha256(reservation.room.encode()).hexdigest()[:12] if reservation else ""
        self._state = state

    def filter(self, record: logging.LogRecord) -> bool:
        """Mark the record; all records pass."""
        record.CALL, record.ROOM, record.STATE = self._call, self._room, self._state
        record.DEVICE = getattr(record, "DEVICE", "")
        return True


def set_up(level: int) -> CallFields:
    """Configure logging for the daemon; returns the fields to keep up to date."""
    fields = CallFields()
    if "JOURNAL_STREAM" in os.environ:
        handler: logging.Handler = JournalHandler(SYSLOG_IDENTIFIER="robotclient")
        handler.setFormatter(logging.Formatter("%(message)s"))
    else:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(fields)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    return fields
