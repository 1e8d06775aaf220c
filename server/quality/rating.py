"""What people say of a call."""

from server.database import Database
from server.errors import UnknownError
from server.models import Participant
from wire.rest import Quality


class RatedError(Exception):
    """The participant has rated the call before."""


async def rate(database: Database, participant: Participant, reservation_id: str, quality: Quality) -> None:
    """Keep it, once.

    Raises `UnknownError` or `RatedError`.
    """
    if participant.reservation_id != reservation_id:
        raise UnknownError("this participant has no such reservation")
    async with database.write() as session:
        row = await session.get_one(Participant, participant.id, with_for_update=True)
        if row.rating is not None:
            raise RatedError("you have rated this call already")
        row.rating = quality
