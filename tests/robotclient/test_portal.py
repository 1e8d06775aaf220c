"""The robot's REST side against a server on a real socket that says what each test wants."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web

from robotclient import portal as portal_module
from robotclient.clock import ServerClock
from robotclient.portal import NotAuthorisedError, PollFailed, Portal, PortalError, ScheduleFetched
from tests.robotclient.test_schedule import NOON, reservation
from wire.rest import EnrolmentRequest, Problem, ReservationList, RobotState, RobotStatus

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
LISTED = ReservationList(now=NOON, items=(reservation("a", 0, 30),))


@asynccontextmanager
async def serving(answer: Answer, token: str | None = "token") -> AsyncIterator[tuple[Portal, ServerClock]]:
    application = web.Application()
    application.router.add_route("*", "/api/v1/{path:.*}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    clock = ServerClock()
    try:
        async with Portal(f"http://127.0.0.1:{runner.addresses[0][1]}", token, clock, None) as portal:
            yield portal, clock
    finally:
        await runner.cleanup()


def problem(status: int, title: str) -> web.Response:
    body = Problem(title=title, status=status).model_dump_json()
    return web.Response(status=status, text=body, content_type="application/problem+json")


async def test_an_unchanged_schedule_costs_no_body_and_still_tells_the_time() -> None:
    seen: list[str | None] = []

    async def answer(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer token"
        seen.append(request.headers.get("If-None-Match"))
        now = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        headers = {"ETag": '"one"', "X-Server-Now": now}
        if seen[-1] == '"one"':
            return web.Response(status=304, headers=headers)
        return web.Response(text=LISTED.model_dump_json(), headers=headers, content_type="application/json")

    async with serving(answer) as (portal, clock):
        assert (await portal.reservations()).items == LISTED.items
        assert (await portal.reservations()).items == LISTED.items
        assert seen == [None, '"one"']
        assert abs((clock.now() - datetime.now(UTC)).total_seconds() - 3600) < 1


async def refuse_token(request: web.Request) -> web.Response:
    del request
    return problem(401, "Unknown robot")


async def fail(request: web.Request) -> web.Response:
    del request
    return problem(503, "The database is busy")


async def talk_nonsense(request: web.Request) -> web.Response:
    del request
    return web.Response(text='{"items": 7}', content_type="application/json")


async def redirect(request: web.Request) -> web.Response:
    raise web.HTTPFound("http://192.0.2.1/")


async def flood(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(40):
        await response.write(b" " * 65536)
    return response


@pytest.mark.parametrize(
    ("answer", "kind", "text"),
    [
        (refuse_token, NotAuthorisedError, "the server refused (401): Unknown robot"),
        (fail, PortalError, "the server refused (503): The database is busy"),
        (talk_nonsense, PortalError, "the server's answer to GET /robot/reservations is not usable"),
        (redirect, PortalError, "the server refused (302): Found"),
        (flood, PortalError, "the server's answer is larger than 1048576 bytes"),
    ],
)
async def test_a_bad_answer_is_one_kind_of_error_with_a_clear_text(
    answer: Answer, kind: type[Exception], text: str
) -> None:
    async with serving(answer) as (portal, _clock):
        with pytest.raises(kind) as caught:
            await portal.reservations()
        assert str(caught.value).startswith(text)


async def test_a_server_that_never_answers_costs_the_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portal_module, "TIMEOUT", aiohttp.ClientTimeout(total=0.2))

    async def hang(request: web.Request) -> web.Response:
        del request
        await asyncio.sleep(2)
        return web.Response()

    async with serving(hang) as (portal, _clock):
        with pytest.raises(PortalError, match="does not answer"):
            await portal.reservations()


async def test_a_server_that_is_not_there_is_named() -> None:
    async with Portal("http://127.0.0.1:9", "token", ServerClock(), None) as portal:
        with pytest.raises(PortalError, match=r"the server at http://127.0.0.1:9/api/v1 cannot be reached"):
            await portal.reservations()


async def test_enrolment_and_reports_say_what_the_contract_says() -> None:
    got: dict[str, str] = {}

    async def answer(request: web.Request) -> web.Response:
        got[f"{request.method} {request.path}"] = await request.text()
        if request.path.endswith("enrolment"):
            return web.json_response({"robot_id": "r1", "name": "Robot", "token": "t", "of_a_newer_server": 1})
        return web.Response(status=204)

    async with serving(answer) as (portal, _clock):
        identity = await portal.enrol(EnrolmentRequest(code="ABCD-1234", hostname="host", version="1"))
        assert identity.token == "t"
        status = RobotStatus(state=RobotState.IDLE, version="1", hostname="host")
        await portal.put_status(status)
    assert EnrolmentRequest.model_validate_json(got["POST /api/v1/robot/enrolment"]).code == "ABCD-1234"
    assert RobotStatus.model_validate_json(got["PUT /api/v1/robot/status"]) == status


async def test_polling_goes_on_through_failures() -> None:
    answers = iter((fail, talk_nonsense))

    async def answer(request: web.Request) -> web.StreamResponse:
        failing = next(answers, None)
        if failing is not None:
            return await failing(request)
        return web.Response(text=LISTED.model_dump_json(), content_type="application/json")

    told: asyncio.Queue[ScheduleFetched | PollFailed] = asyncio.Queue()
    async with serving(answer) as (portal, _clock):
        polling = asyncio.create_task(portal.poll(lambda: 0.01, told.put_nowait))
        async with asyncio.timeout(20):
            kinds = [type(await told.get()) for _ in range(4)]
        polling.cancel()
    assert kinds == [PollFailed, PollFailed, ScheduleFetched, ScheduleFetched]
