"""The waiting room: who waits, and who lets him in."""

from typing import Literal

from wire.base import Id, Message, Timestamp
from wire.signaling.participant import Participant


class Waiting(Message):
    """The other answer to `join`: the guest waits until staff let him in, and is told so by `admitted`."""

    waiting: Literal[True]
    participant: Id
    secret: str
    now: Timestamp
    ends_at: Timestamp
    title: str


class WaitingRoom(Message):
    """`waiting_room`: everybody who waits to be let in, told to staff in the room whenever that changes."""

    guests: tuple[Participant, ...]


class Admit(Message):
    """`admit`: staff let somebody in who waits."""

    participant: Id


class Deny(Message):
    """`deny`: staff send somebody away who waits; his link does not open this room any more."""

    participant: Id
