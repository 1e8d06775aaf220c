"""Where the log goes: to the journal with fields of its own under systemd, to stderr elsewhere."""

import logging
import os
import sys

from systemd.journal import JournalHandler

QUIET = ("aiortc", "aioice", "engineio", "socketio", "av", "libav")


class CallFields(logging.Filter):
    """Adds the journal's fields CALL and STATE to each record. No names, no room tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.call = ""
        self.state = ""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mark the record; all records pass."""
        record.CALL = self.call
        record.STATE = self.state
        return True


def set_up(level: int) -> CallFields:
    """Configure logging for the daemon; returns the fields to keep up to date."""
    fields = CallFields()
    if "JOURNAL_STREAM" in os.environ:
        handler: logging.Handler = JournalHandler(SYSLOG_IDENTIFIER="robotclient")
    else:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(fields)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    return fields
