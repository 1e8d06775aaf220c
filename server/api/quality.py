"""How good calls are: what robots and pages measure, and what people say."""

from http import HTTPStatus

from fastapi import APIRouter

from server import quality
from server.access import CurrentParticipant, CurrentReporter, Shared
from server.models import Robot
from server.problems import documented
from wire import rest
from wire.base import Id

router = APIRouter(
    responses=documented(HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS),
)


@router.post("/robot/calls/{reservation}/statistics", status_code=HTTPStatus.NO_CONTENT)
async def post_statistics(
    reservation: Id, report: rest.StatisticsReport, reporter: CurrentReporter, parts: Shared
) -> None:
    """Keep samples of a call's quality, by its robot or a participant; 413 once there are as many as there may be."""
    most = parts.config.limits.statistics_per_reservation
    if isinstance(reporter, Robot):
        await quality.add_of_robot(parts.database, reporter, reservation, report.samples, most)
    else:
        share = most // parts.config.rooms.max_participants
        now = parts.clock()
        await quality.add_of_participant(parts.database, reporter, reservation, report.samples, share, most, now)


@router.post(
    "/calls/{reservation}/rating",
    status_code=HTTPStatus.NO_CONTENT,
    responses=documented(HTTPStatus.CONFLICT),
)
async def rate(reservation: Id, rating: rest.Rating, participant: CurrentParticipant, parts: Shared) -> None:
    """Keep what a participant thinks of the call; 409 where he said it before."""
    await quality.rate(parts.database, participant, reservation, rating.quality)
