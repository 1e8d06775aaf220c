"""Whether the call may be recorded."""

from pydantic import StrictBool

from wire.base import Message


class MayRecord(Message):
    """`may_record`: the visit was changed; staff in the room may record it from now on, or have to end it."""

    may_record: StrictBool
