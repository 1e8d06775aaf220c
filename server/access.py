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

from server import auth, sessions
from server.config import ServerConfig
from server.database import Database
from server.ice import IceServers
from server.limits import Buckets
from server.models import Participant, Robot, Role, User


@dataclass(frozen=True)
class Parts:
    """What the routes share; kept as `app.state.parts`."""

    config: ServerConfig
    database: Database
    secret: bytes
    """Of which guests' links are made (`server.secret`)."""
    ice: IceServers
    clock: Callable[[], datetime]
    enrolments: Buckets
    sign_ins: Buckets
    """By address."""
    accounts: Buckets
    """Sign-ins by user name, whether there is such a user or not."""
    reports: Buckets
    """Of call quality, by robot and by participant."""


def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


Shared = Annotated[Parts, Depends(_parts)]


def per_minute(count: int) -> Buckets:
    """So many per minute, all of which may come at once."""
    return Buckets(rate=count / 60, burst=count)


def _throttle(buckets: Buckets, key: str | None) -> None:
    """Refuse with 429 whoever comes too often; peers without an address (a UNIX socket) share one bucket."""
    wait = buckets.take(key, time.monotonic())
    if wait:
        headers = {"Retry-After": str(ceil(wait))}
        raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, "too many attempts; try again later", headers)


def _address(request: Request) -> str | None:
    return request.client.host if request.client else None


def may_enrol(request: Request, parts: Shared) -> None:
    """Let an address try only so many codes."""
    _throttle(parts.enrolments, _address(request))


BearerToken = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


async def _robot(parts: Shared, credentials: BearerToken) -> Robot:
    robot = await auth.robot_of_token(parts.database, credentials.credentials) if credentials else None
    if robot is None:
        headers = {"WWW-Authenticate": "Bearer"}
        raise HTTPException(HTTPStatus.UNAUTHORIZED, "this needs the token of an enrolled robot", headers)
    return robot


async def _participant(parts: Shared, credentials: BearerToken) -> Participant:
    found = await auth.participant_of_token(parts.database, credentials.credentials) if credentials else None
    if found is None:
        headers = {"WWW-Authenticate": "Bearer"}
        raise HTTPException(HTTPStatus.UNAUTHORIZED, "this needs <participant>.<secret> of a call", headers)
    _throttle(parts.reports, found.id)
    return found


async def _reporter(parts: Shared, credentials: BearerToken) -> Robot | Participant:
    robot = await auth.robot_of_token(parts.database, credentials.credentials) if credentials else None
    if robot is None:
        return await _participant(parts, credentials)
    _throttle(parts.reports, robot.id)
    return robot


async def check_password(request: Request, parts: Parts, username: str, password: str) -> User | None:
    """The active user of this name and password, or None. Only failures count, for the address and for the name.

    Raises `HTTPException` with 429, for names that nobody has as well.
    """
    keys = ((parts.sign_ins, _address(request)), (parts.accounts, username[:64].lower()))
    for buckets, key in keys:
        _throttle(buckets, key)
    # What cannot be a user's name may be something that a database refuses to look for.
    user = await auth.user_of_password(parts.database, username if username.isprintable() else "", password)
    if user is not None:
        for buckets, key in keys:
            buckets.put_back(key)
    return user


async def session_user(request: Request, parts: Shared) -> User | None:
    """Who is signed in with this browser, if anybody is."""
    return await sessions.user_of_cookies(parts.database, request.cookies, parts.clock(), parts.config)


async def _user(
    request: Request,
    parts: Shared,
    credentials: Annotated[HTTPBasicCredentials | None, Depends(HTTPBasic(auto_error=False))],
) -> User:
    if credentials is not None:
        user = await check_password(request, parts, credentials.username, credentials.password)
    else:
        user = await session_user(request, parts)
    if user is None:
        headers = {"WWW-Authenticate": 'Basic realm="telepresence", charset="UTF-8"'}
        raise HTTPException(HTTPStatus.UNAUTHORIZED, "this needs a user's name and password", headers)
    if user.must_change_password:
        raise HTTPException(HTTPStatus.FORBIDDEN, "sign in at the portal and choose a password of your own first")
    return user


CurrentRobot = Annotated[Robot, Depends(_robot)]
CurrentParticipant = Annotated[Participant, Depends(_participant)]
CurrentReporter = Annotated[Robot | Participant, Depends(_reporter)]
CurrentUser = Annotated[User, Depends(_user)]


async def _supervisor(user: CurrentUser) -> User:
    if user.role is not Role.SUPERVISOR:
        raise HTTPException(HTTPStatus.FORBIDDEN, "only a supervisor may do this")
    return user


CurrentSupervisor = Annotated[User, Depends(_supervisor)]
