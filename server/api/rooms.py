"""What a page may ask before it joins: the room is named as in `join`, a guest's by his link's token."""

from http import HTTPStatus

from fastapi import APIRouter, HTTPException, Request, Response

from server import bookings
from server.access import Parts, Shared, session_user
from server.models import User
from server.problems import documented
from wire import rest
from wire.base import Id
from wire.signaling import ErrorCode

router = APIRouter()


@router.get("/rooms/{room}/ice_servers", responses=documented(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND))
async def ice_servers(room: Id, request: Request, parts: Shared, response: Response) -> rest.IceServerList:
    """Give a page what it may try before its visit, while the room is open to it."""
    admission = await _admit(room, await session_user(request, parts), parts)
    if admission.denied:
        raise HTTPException(HTTPStatus.FORBIDDEN, "staff sent the holder of this link away")
    response.headers["Cache-Control"] = "no-store"
    user = admission.link or admission.reservation_id
    return rest.IceServerList(items=parts.ice.of(user, parts.clock()))


async def _admit(room: str, user: User | None, parts: Parts) -> bookings.Admission:
    rules, now = parts.config.rooms, parts.clock()
    try:
        return await bookings.admit_person(parts.database, room, user, now, rules)
    except bookings.RefusedError as error:
        unknown = error.refusal.error is ErrorCode.UNKNOWN_ROOM
        raise HTTPException(HTTPStatus.NOT_FOUND if unknown else HTTPStatus.FORBIDDEN, str(error)) from error
