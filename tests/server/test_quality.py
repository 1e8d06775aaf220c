"""Samples and ratings of calls, over REST on a real socket and a real database: whose, how many, for how long."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from server import quality, retention
from server.app import REPORTS_PER_MINUTE
from server.config import LimitsSection, RoomsSection, ServerConfig
from server.database import Database
from server.models import Statistics
from tests.server.data_rig import NOON, Clock, add_robot, book, mark_ended, serving
from tests.server.portal_rig import add_user, reader, words
from tests.server.quality_rig import SECRET, attend, measure
from tests.server.test_api import bearer, problem
from wire.rest import Quality
from wire.signaling import ParticipantKind

NAMES = {ParticipantKind.ROBOT: "Robot 1", ParticipantKind.GUEST: "Ana"}
SAMPLE = {"at": "2026-11-20T12:00:00Z", "peer": "robot-1", "direction": "received", "kind": "video", "fps": 25}


@dataclass(frozen=True)
class Call:
    """A visit with its robot and a guest in the room, and the tokens of the two."""

    id: str
    robot: str
    guest: str

    @property
    def statistics(self) -> str:
        return f"/api/v1/robot/calls/{self.id}/statistics"

    @property
    def rating(self) -> str:
        return f"/api/v1/calls/{self.id}/rating"


async def hold(database: Database, number: int = 1) -> Call:
    robot, token = await add_robot(database, f"Robot {number}")
    visit = (await book(database, robot, NOON)).reservation.id
    await attend(database, visit, NOON, NAMES, number)
    return Call(visit, token, f"guest-{number}.{SECRET}")


@pytest.fixture
async def call(database: Database) -> Call:
    return await hold(database)


def report(*samples: dict[str, Any]) -> dict[str, Any]:
    return {"interval": 10, "samples": samples or (SAMPLE,)}


async def test_robot_and_guest_report_and_each_is_known_by_it(
    client: httpx.AsyncClient, database: Database, call: Call
) -> None:
    of_robot = SAMPLE | {"peer": "guest-1", "direction": "sent"}
    assert (await client.post(call.statistics, headers=bearer(call.robot), json=report(of_robot))).status_code == 204
    stranger = SAMPLE | {"peer": "nobody-here"}
    answer = await client.post(call.statistics, headers=bearer(call.guest), json=report(SAMPLE, stranger))
    assert answer.status_code == 204
    found = await quality.read(database, call.id)
    assert {(each.reporter, each.peer) for each in found.samples} == {("robot", "guest-1"), ("guest-1", "robot")}
    assert {id_: person.kind for id_, person in found.people.items()} == {"robot": "robot", "guest-1": "guest"}


async def test_nobody_else_reports_or_rates(client: httpx.AsyncClient, database: Database, call: Call) -> None:
    other = await hold(database, 2)
    for token in (".", "guest-1", "guest-1.", "guest-1.wrong", "nobody." + SECRET):
        problem(await client.post(call.statistics, headers=bearer(token), json=report()), 401)
        problem(await client.post(call.rating, headers=bearer(token), json={"quality": "good"}), 401)
    for token in (other.robot, other.guest):
        problem(await client.post(call.statistics, headers=bearer(token), json=report()), 404)
    problem(await client.post(call.rating, headers=bearer(other.guest), json={"quality": "good"}), 404)
    problem(await client.post(call.rating, headers=bearer(call.robot), json={"quality": "good"}), 401)
    assert await rows(database) == 0


async def test_a_report_must_be_one(client: httpx.AsyncClient, call: Call) -> None:
    for wrong in (
        {"direction": "sideways"},
        {"audio_level": 2},
        {"peer": "no id!"},
        {"at": "2026-11-20T12:00:00"},
    ):
        problem(await client.post(call.statistics, headers=bearer(call.guest), json=report(SAMPLE | wrong)), 422)
    problem(await client.post(call.statistics, headers=bearer(call.guest), json=report(*[SAMPLE] * 201)), 422)
    nan = b'{"interval": 1, "samples": [{"at": "2026-11-20T12:00:00Z", "peer": "p", "direction": "sent", '
    nan += b'"kind": "video", "fps": NaN}]}'
    problem(await client.post(call.statistics, headers=bearer(call.guest), content=nan), 422)


async def test_samples_of_a_call_have_an_end_for_each_who_reports(
    config: ServerConfig, database: Database, clock: Clock, call: Call
) -> None:
    limits = LimitsSection(statistics_per_reservation=100)
    limited = config.model_copy(update={"limits": limits})
    share = 100 // config.rooms.max_participants
    async with serving(limited, clock) as client:
        for token, most in ((call.robot, 100), (call.guest, share)):
            full = report(*[SAMPLE] * most)
            assert (await client.post(call.statistics, headers=bearer(token), json=full)).status_code == 204
            problem(await client.post(call.statistics, headers=bearer(token), json=report()), 413)
    assert await rows(database) == 100 + share


async def test_who_joins_again_and_again_reports_no_more_than_all_may(
    config: ServerConfig, database: Database, clock: Clock, call: Call
) -> None:
    sections = {"limits": LimitsSection(statistics_per_reservation=100), "rooms": RoomsSection(max_participants=2)}
    async with serving(config.model_copy(update=sections), clock) as client:
        for number, most in ((1, 50), (11, 50), (12, 0)):
            if number > 1:
                await attend(database, call.id, NOON, {ParticipantKind.GUEST: "Ana"}, number)
            token = f"guest-{number}.{SECRET}"
            if most:
                full = report(*[SAMPLE] * most)
                assert (await client.post(call.statistics, headers=bearer(token), json=full)).status_code == 204
            problem(await client.post(call.statistics, headers=bearer(token), json=report()), 413)
        assert (await client.post(call.statistics, headers=bearer(call.robot), json=report())).status_code == 204
    assert await rows(database) == 101


async def test_nobody_reports_without_end(client: httpx.AsyncClient, call: Call) -> None:
    for _ in range(3 * REPORTS_PER_MINUTE):  # a slow machine gives some back meanwhile
        answer = await client.post(call.statistics, headers=bearer(call.guest), json=report())
        if answer.status_code != 204:
            break
    problem(answer, 429)
    assert int(answer.headers["retry-after"]) > 0


async def test_a_phone_in_another_time_is_not_believed(
    client: httpx.AsyncClient, database: Database, call: Call
) -> None:
    late = SAMPLE | {"at": "2031-01-01T00:00:00Z"}
    await client.post(call.statistics, headers=bearer(call.guest), json=report(late))
    assert [each.sample.at for each in (await quality.read(database, call.id)).samples] == [NOON]


async def test_a_call_is_rated_once(client: httpx.AsyncClient, database: Database, call: Call) -> None:
    problem(await client.post(call.rating, headers=bearer(call.guest), json={"quality": "excellent"}), 422)
    answer = await client.post(call.rating, headers=bearer(call.guest), json={"quality": "weak"})
    assert answer.status_code == 204
    again = await client.post(call.rating, headers=bearer(call.guest), json={"quality": "good"})
    assert "already" in problem(again, 409).detail
    people = (await quality.read(database, call.id)).people
    assert people["guest-1"].rating is Quality.WEAK


async def test_samples_are_forgotten_with_the_names(
    client: httpx.AsyncClient, database: Database, config: ServerConfig, call: Call
) -> None:
    await client.post(call.statistics, headers=bearer(call.guest), json=report())
    await mark_ended(database, call.id, NOON)
    await retention.purge(database, config, NOON + timedelta(days=config.retention.days))
    assert await rows(database) == 1
    await retention.purge(database, config, NOON + timedelta(days=config.retention.days, seconds=1))
    for token in (call.robot, call.guest):
        problem(await client.post(call.statistics, headers=bearer(token), json=report()), 404)
    assert await rows(database) == 0


@pytest.mark.parametrize(
    ("language", "frozen", "said"),
    [
        ("en", 0, "Good. What they said: Ana: fair"),
        ("en", 40, "Bad. For 40 seconds the picture stood still. The network between Robot 1 and Ana was weak."),
        ("es", 40, "Mala. La imagen estuvo parada 40 segundos. La red entre Robot 1 y Ana era débil."),
    ],
)
async def test_the_portal_says_in_words_and_graphs_how_it_was(
    config: ServerConfig, database: Database, clock: Clock, call: Call, language: str, frozen: float, said: str
) -> None:
    await measure(database, call.id, NOON, frozen)
    await add_user(database, language=language)
    async with reader(config, database, clock) as ana:
        await ana.sign_in()
        page = await ana.open(f"/reservations/{call.id}")
    assert said in words(page)
    assert page.text.count("<svg viewBox") == 7
    assert page.text.count("<polyline") == 14
    assert "66 · 72" in words(page)  # there and back: the median and the highest
    assert " style=" not in page.text


async def test_of_a_visit_that_was_not_measured_nothing_is_said(
    config: ServerConfig, database: Database, clock: Clock, call: Call
) -> None:
    await add_user(database)
    async with reader(config, database, clock) as ana:
        await ana.sign_in()
        assert "How good the call was" not in words(await ana.open(f"/reservations/{call.id}"))


async def rows(database: Database) -> int:
    async with database.read() as session:
        return len((await session.scalars(select(Statistics.id))).all())
