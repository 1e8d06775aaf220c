"""What routes depend on: the parts of the running server, and who asks."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from math import ceil
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBasic, HTTPBasicCredentials, HTTPBearer

from server import auth
from server.config import ServerConfig
from server.database import Database
from server.limits import Buckets
from server.models import Robot, User


@dataclass(frozen=True)
class Parts:
    """What the routes share; kept as `app.state.parts`."""

    config: ServerConfig
    database: Database
    clock: Callable[[], datetime]
    enrolments: Buckets
    sign_ins: Buckets


def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


Shared = Annotated[Parts, Depends(_parts)]


def per_minute(count: int) -> Buckets:
    """So many per minute, all of which may come at once."""
    return Buckets(rate=count / 60, burst=count)


def _throttle(buckets: Buckets, request: Request) -> None:
    """Refuse with 429 an address that asks too often; a peer without an address (a UNIX socket) shares one bucket."""
    wait = buckets.take(request.client.host if request.client else None, time.monotonic())
    if wait:
        headers = {"Retry-After": str(ceil(wait))}
        raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, "too many attempts; try again later", headers)


def may_enrol(request: Request, parts: Shared) -> None:
    """Let an address try only so many codes."""
    _throttle(parts.enrolments, request)


async def _robot(
    parts: Shared, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]
) -> Robot:
    robot = await auth.robot_of_token(parts.database, credentials.credentials) if credentials else None
    if robot is None:
        headers = {"WWW-Authenticate": "Bearer"}
        raise HTTPException(HTTPStatus.UNAUTHORIZED, "this needs the token of an enrolled robot", headers)
    return robot


async def _user(
    request: Request,
    parts: Shared,
    credentials: Annotated[HTTPBasicCredentials | None, Depends(HTTPBasic(auto_error=False))],
) -> User:
    if credentials is not None:
        _throttle(parts.sign_ins, request)
        user = await auth.user_of_password(parts.database, credentials.username, credentials.password)
        if user is not None:
            return user
    headers = {"WWW-Authenticate": 'Basic realm="telepresence", charset="UTF-8"'}
    raise HTTPException(HTTPStatus.UNAUTHORIZED, "this needs a user's name and password", headers)


CurrentRobot = Annotated[Robot, Depends(_robot)]
CurrentUser = Annotated[User, Depends(_user)]
