"""PURE: somebody who was here already comes back: whether he is who he says, and on which socket he is now."""

import hmac
from collections.abc import Iterable
from dataclasses import replace

from server.rooms.commands import Close, Command, Send, ServerEvent
from server.rooms.events import Joined
from server.rooms.room import Member
from wire.signaling import CloseReason, RoomClosed


def proved(member: Member, event: Joined) -> bool:
    """Whether the newcomer has this member's secret."""
    return event.proof is not None and hmac.compare_digest(member.secret_hash, event.proof.secret_hash)


def former(members: Iterable[Member], event: Joined) -> Member | None:
    """Who of these the newcomer is: by his secret, or by asking twice on one socket."""
    known = tuple(members)
    claimed = next((m for m in known if event.proof and m.id == event.proof.participant), None)
    if claimed is not None and claimed.kind is event.kind and proved(claimed, event):
        return claimed
    return next((member for member in known if member.socket == event.socket), None)


def moved(member: Member, event: Joined) -> Member:
    """The member on his new socket; without proof he gets a new secret."""
    return replace(
        member,
        name=event.name,
        media=event.media,
        secret_hash=member.secret_hash if proved(member, event) else event.secret_hash,
        socket=event.socket,
        grace_until=None,
    )


def displaced(member: Member, event: Joined) -> tuple[Command, ...]:
    """What is said to the member's older socket, if he has one: the newest wins."""
    if member.socket is None or member.socket == event.socket:
        return ()
    told = Send((member.socket,), ServerEvent.ROOM_CLOSED, RoomClosed(reason=CloseReason.REPLACED))
    return told, Close(member.socket)
