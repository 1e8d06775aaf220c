"""The server's REST side: enrolment, the polled schedule, the status report, statistics, and the server's clock."""

import asyncio
import logging
import random
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from types import TracebackType
from typing import Self

import aiohttp
from pydantic import ValidationError

from robotclient import retryafter
from robotclient.clock import ServerClock
from wire.rest import (
    EnrolmentRequest,
    EnrolmentResponse,
    IceServerList,
    Problem,
    ReservationList,
    RobotStatus,
    StatisticsReport,
)
from wire.signaling import IceServer

log = logging.getLogger(__name__)

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)
LONGEST_PAUSE = 60.0
BODY_LIMIT = 1024 * 1024


class PortalError(Exception):
    """The server could not be asked, or said no; the text is for people."""

    retry_after = 0.0
    """Seconds for which the server wants to be left alone."""


class NotAuthorisedError(PortalError):
    """The server does not know this robot, or no longer."""


@dataclass(frozen=True)
class ScheduleFetched:
    """The server's answer to a poll; `reservations` is complete, also where nothing has changed."""

    fetched: ReservationList


@dataclass(frozen=True)
class PollFailed:
    """The server could not be asked; the cached schedule stands."""

    reason: str


class Portal:
    """One HTTP session with the server. The only place that polls and retries over REST."""

    def __init__(self, url: str, token: str | None, clock: ServerClock, ssl_context: ssl.SSLContext | None) -> None:
        self._base = url.rstrip("/") + "/api/v1"
        self._clock = clock
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._session = aiohttp.ClientSession(
            headers=headers,
            timeout=TIMEOUT,
            connector=aiohttp.TCPConnector(ssl=ssl_context or True),
        )
        self._etag: str | None = None
        self._last: ReservationList | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def enrol(self, request: EnrolmentRequest) -> EnrolmentResponse:
        """Trade the one-time code for an identity. Raises `PortalError`."""
        async with self._request("POST", "/robot/enrolment", request.model_dump_json()) as response:
            return EnrolmentResponse.model_validate_json(await _body(response))

    async def reservations(self) -> ReservationList:
        """Ask for the schedule; 304 gives the last one with the server's new time. Raises `PortalError`."""
        headers = {"If-None-Match": self._etag} if self._etag and self._last else {}
        sent = time.monotonic()
        async with self._request("GET", "/robot/reservations", headers=headers) as response:
            self._observe(response, sent)
            if response.status == HTTPStatus.NOT_MODIFIED and self._last is not None:
                return self._last
            self._last = ReservationList.model_validate_json(await _body(response))
            self._etag = response.headers.get("ETag")
            return self._last

    async def ice_servers(self) -> tuple[IceServer, ...]:
        """The STUN and TURN servers that may be tried now. Raises `PortalError`."""
        async with self._request("GET", "/robot/ice_servers") as response:
            return IceServerList.model_validate_json(await _body(response)).items

    async def put_status(self, status: RobotStatus) -> None:
        """Report what the robot does. Raises `PortalError`."""
        async with self._request("PUT", "/robot/status", status.model_dump_json()):
            pass

    async def post_statistics(self, reservation: str, report: StatisticsReport) -> None:
        """Report the quality of a call. Raises `PortalError`."""
        async with self._request("POST", f"/robot/calls/{reservation}/statistics", report.model_dump_json()):
            pass

    async def poll(self, interval: Callable[[], float], tell: Callable[[ScheduleFetched | PollFailed], None]) -> None:
        """Ask for the schedule for ever: every `interval()` seconds, less often while the server cannot be reached."""
        failures = 0
        while True:
            try:
                tell(ScheduleFetched(await self.reservations()))
                failures = 0
                pause = interval() * random.uniform(0.9, 1.1)  # noqa: S311
            except PortalError as error:
                failures += 1
                tell(PollFailed(str(error)))
                pause = interval() + random.uniform(0, min(LONGEST_PAUSE, 2.0**failures))  # noqa: S311
                pause = max(pause, error.retry_after)
            await asyncio.sleep(pause)

    @asynccontextmanager
    async def _request(
        self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """One request, its body read within the time limit. All that can go wrong comes out as `PortalError`."""
        sent = {"Content-Type": "application/json", **(headers or {})}
        try:
            async with self._session.request(
                method, self._base + path, data=body, headers=sent, allow_redirects=False
            ) as response:
                await _raise_if_refused(response)
                yield response
        except aiohttp.ClientConnectorError as error:
            raise PortalError(f"the server at {self._base} cannot be reached: {error.strerror or error}") from error
        except TimeoutError as error:
            raise PortalError(f"the server at {self._base} does not answer") from error
        except ValidationError as error:  # whose own words have names in them
            words = f"the server's answer to {method} {path} is not usable: {error.error_count()} errors"
            raise PortalError(words) from error
        except aiohttp.ClientError as error:
            raise PortalError(f"the server's answer to {method} {path} is not usable: {error}") from error

    def _observe(self, response: aiohttp.ClientResponse, sent: float) -> None:
        stamp = response.headers.get("X-Server-Now")
        if stamp is None:
            return
        try:
            self._clock.observe(datetime.fromisoformat(stamp), sent, time.monotonic())
        except ValueError:
            log.warning("the server's X-Server-Now is not a time")


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = await response.content.read(BODY_LIMIT + 1)
    while len(body) <= BODY_LIMIT and (more := await response.content.read(BODY_LIMIT)):
        body += more
    if len(body) > BODY_LIMIT:
        raise PortalError(f"the server's answer is larger than {BODY_LIMIT} bytes")
    return body


async def _raise_if_refused(response: aiohttp.ClientResponse) -> None:
    if response.status < HTTPStatus.MULTIPLE_CHOICES or response.status == HTTPStatus.NOT_MODIFIED:
        return
    try:
        problem = Problem.model_validate_json(await _body(response))
        text = f"{problem.title} {problem.detail}".strip()
    except ValidationError:
        text = response.reason or "no reason given"
    refused = response.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    error = (NotAuthorisedError if refused else PortalError)(f"the server refused ({response.status}): {text}")
    error.retry_after = retryafter.seconds(response.headers.get("Retry-After"), datetime.now(UTC))
    raise error
