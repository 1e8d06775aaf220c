"""Robots' tokens, enrolment codes and users' passwords."""

import re
from datetime import timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import select, update

from server import audit, auth, robots, tokens, users
from server.database import Database
from server.errors import TakenError, UnknownError
from server.models import Robot, Role, User
from tests.server.data_rig import NOON, add_robot

PASSWORD = "correct horse battery"
DAY = timedelta(hours=24)


def new_user(**changes: str) -> users.UserForm:
    values = {"username": "anna", "name": "Anna", "email": "a@example.org", "role": "staff", "password": PASSWORD}
    return users.UserForm.model_validate(values | changes)


async def test_a_token_is_its_robot_s_and_the_database_does_not_hold_it(database: Database) -> None:
    robot_id, token = await add_robot(database)
    other_id, other_token = await add_robot(database, "Robot 2")
    found = await auth.robot_of_token(database, token)
    assert found is not None
    assert found.id == robot_id
    assert token not in (found.token_hash, found.enrolment_code_hash)
    for wrong in ("", robot_id, f"{robot_id}.", token[:-1], f"{other_id}.{token.partition('.')[2]}"):
        assert await auth.robot_of_token(database, wrong) is None
    assert await auth.robot_of_token(database, other_token) is not None


async def test_a_robot_that_never_enrolled_has_no_token(database: Database) -> None:
    await robots.add(database, "Robot 1", audit.SYSTEM, NOON, DAY)
    robot = await robots.find(database, "Robot 1")
    assert await auth.robot_of_token(database, f"{robot.id}.") is None


async def test_a_revoked_robot_is_nobody(database: Database) -> None:
    robot_id, token = await add_robot(database)
    code = await robots.renew_code(database, "Robot 1", audit.SYSTEM, NOON, DAY)
    async with database.write() as session:
        await session.execute(update(Robot).where(Robot.id == robot_id).values(revoked_at=NOON))
    assert await auth.robot_of_token(database, token) is None
    with pytest.raises(robots.EnrolmentError):
        await robots.enrol(database, code, NOON)


async def test_enrolling_again_makes_the_old_token_worthless(database: Database) -> None:
    _, old = await add_robot(database)
    code = await robots.renew_code(database, "Robot 1", audit.SYSTEM, NOON, DAY)
    assert await auth.robot_of_token(database, old) is not None
    _, new = await robots.enrol(database, code, NOON)
    assert await auth.robot_of_token(database, old) is None
    assert await auth.robot_of_token(database, new) is not None


async def test_only_the_newest_code_counts(database: Database) -> None:
    first = await robots.add(database, "Robot 1", audit.SYSTEM, NOON, DAY)
    await robots.renew_code(database, "Robot 1", audit.SYSTEM, NOON, DAY)
    with pytest.raises(robots.EnrolmentError):
        await robots.enrol(database, first, NOON)


async def test_names_are_taken_once(database: Database) -> None:
    await robots.add(database, "Robot 1", audit.SYSTEM, NOON, DAY)
    with pytest.raises(TakenError, match="Robot 1"):
        await robots.add(database, "Robot 1", audit.SYSTEM, NOON, DAY)
    with pytest.raises(UnknownError, match=r"Robot 2.*robots: Robot 1"):
        await robots.find(database, "Robot 2")
    with pytest.raises(UnknownError):
        await robots.renew_code(database, "Robot 2", audit.SYSTEM, NOON, DAY)
    await users.add(database, new_user(), audit.SYSTEM, NOON)
    with pytest.raises(TakenError, match="anna"):
        await users.add(database, new_user(email="b@example.org"), audit.SYSTEM, NOON)


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "two\nlines", "bell\x07"])
async def test_a_robot_s_name_is_for_people(database: Database, name: str) -> None:
    with pytest.raises(ValidationError):
        await robots.add(database, name, audit.SYSTEM, NOON, DAY)


async def test_passwords_are_argon2id_and_checked(database: Database) -> None:
    await users.add(database, new_user(), audit.SYSTEM, NOON)
    async with database.read() as session:
        stored = (await session.scalars(select(User))).one()
    assert stored.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert stored.role is Role.STAFF
    assert await auth.user_of_password(database, "anna", PASSWORD) is not None
    for name, password in (("anna", PASSWORD.upper()), ("anna", ""), ("bert", PASSWORD)):
        assert await auth.user_of_password(database, name, password) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("password", "elevenchars"),
        ("password", "aaaaaaaaaaaaaaaa"),
        ("password", "x1y2" * 40),
        ("username", "a"),
        ("username", "An na"),
        ("email", "anna"),
        ("email", "anna@example.org\nBcc: all@example.org"),
        ("name", ""),
        ("role", "king"),
    ],
)
def test_bad_users_are_refused_by_field(field: str, value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        new_user(**{field: value})
    assert [error["loc"] for error in refused.value.errors()] == [(field,)]
    assert "pass" not in repr(new_user()).lower()


def test_codes_are_easy_to_read() -> None:
    codes = {tokens.new_code() for _ in range(100)}
    assert len(codes) == 100
    assert all(re.fullmatch(r"[2-9A-HJKMNP-TV-Z]{4}(-[2-9A-HJKMNP-TV-Z]{4}){2}", code) for code in codes)
