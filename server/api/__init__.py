"""REST under `/api/v1`, thin faces of what is below: `robot` for robots, `quality` for guests too, others for staff."""

from http import HTTPStatus

from fastapi import APIRouter

from server.api import audit, mails, quality, reservations, residents, robot, robots, rooms, users
from server.api.robot import health
from server.problems import documented

ALWAYS = (
    HTTPStatus.BAD_REQUEST,  # a body that is not UTF-8
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.SERVICE_UNAVAILABLE,
)

router = APIRouter(prefix="/api/v1", responses=documented(*ALWAYS))
for part in (robot, quality, rooms, residents, reservations, robots, users, mails, audit):
    router.include_router(part.router)

__all__ = ["health", "router"]
