"""Users and robots as supervisors manage them."""

from datetime import timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from server import audit, auth, robots, sessions, users
from server.config import ServerConfig
from server.database import Database
from server.errors import InputError, TakenError, UnknownError
from server.models import Audit, Role, Session
from server.users import UserData, UserForm
from tests.server.data_rig import NOON, add_robot
from tests.server.portal_rig import PASSWORD, add_user

DAY = timedelta(hours=24)
NEW = "another horse battery"
FORM = {"username": "ana", "name": "Ana", "email": "a@example.org", "role": "staff", "password": PASSWORD}


def data(**changes: str) -> UserData:
    return UserData.model_validate({"name": "Ana", "email": "a@example.org", "role": "staff"} | changes)


async def sessions_left(database: Database) -> int:
    async with database.read() as session:
        return len((await session.scalars(select(Session.id))).all())


@pytest.mark.parametrize("field", FORM)
def test_all_is_mandatory(field: str) -> None:
    for wrong in ({name: value for name, value in FORM.items() if name != field}, FORM | {field: ""}):
        with pytest.raises(ValidationError) as refused:
            UserForm.model_validate(wrong)
        assert {error["loc"][0] for error in refused.value.errors()} == {field}


@pytest.mark.parametrize(
    "password",
    [
        *("short", "a" * 20, "abababababab", "123456789012", "098765432109", "Password2026!", "passwordpassword"),
        *("contraseña123", "Qwertyuiop123", "supervisor-1234", "abcdefghijkl", "¡Bienvenido2026!"),
    ],
)
def test_weak_passwords_are_refused_and_not_repeated(password: str) -> None:
    with pytest.raises(ValidationError) as refused:
        UserForm.model_validate(FORM | {"password": password})
    assert refused.value.errors()[0]["loc"] == ("password",)
    assert password not in refused.value.errors()[0]["msg"]


@pytest.mark.parametrize("password", [PASSWORD, "todos los gatos", "x7#mQ2!vLp9z", "passwords are boring"])
def test_other_passwords_are_taken(password: str) -> None:
    assert UserForm.model_validate(FORM | {"password": password}).password == password


async def test_a_password_with_the_user_name_is_refused(database: Database) -> None:
    form = UserForm.model_validate(FORM | {"username": "horse"})
    with pytest.raises(InputError) as refused:
        await users.add(database, form, "system", NOON)
    assert refused.value.field == "password"


async def test_a_user_name_is_taken_once(database: Database) -> None:
    await add_user(database)
    with pytest.raises(TakenError, match="'ana'") as refused:
        await add_user(database)
    assert refused.value.field == "username"


async def test_who_is_deactivated_is_out_at_once_and_may_be_let_in_again(
    database: Database, config: ServerConfig
) -> None:
    user_id = await add_user(database)
    await sessions.start(database, user_id, NOON, config.sessions)
    await users.deactivate(database, user_id, "system", NOON)
    assert await sessions_left(database) == 0
    assert await auth.user_of_password(database, "ana", PASSWORD) is None
    fresh = await users.renew_password(database, user_id, "system", NOON)
    found = await auth.user_of_password(database, "ana", fresh)
    assert found is not None
    assert found.must_change_password


async def test_the_last_supervisor_stays(database: Database) -> None:
    chief = await add_user(database, "chief", Role.SUPERVISOR)
    with pytest.raises(InputError, match="last supervisor"):
        await users.deactivate(database, chief, chief, NOON)
    with pytest.raises(InputError, match="last supervisor") as refused:
        await users.edit(database, chief, data(), chief, NOON)
    assert refused.value.field == "role"
    other = await add_user(database, "other", Role.SUPERVISOR)
    await users.edit(database, chief, data(), other, NOON)
    assert (await users.get(database, chief)).role is Role.STAFF


async def test_another_role_ends_the_sessions_and_another_name_does_not(
    database: Database, config: ServerConfig
) -> None:
    user_id = await add_user(database)
    await sessions.start(database, user_id, NOON, config.sessions)
    await users.edit(database, user_id, data(name="Ana María"), "system", NOON)
    assert await sessions_left(database) == 1
    await users.edit(database, user_id, data(role="supervisor"), "system", NOON)
    assert await sessions_left(database) == 0


async def test_a_password_is_changed_by_who_knows_it(database: Database, config: ServerConfig) -> None:
    user_id = await add_user(database, fresh=True)
    await sessions.start(database, user_id, NOON, config.sessions)
    for current, new, field in (
        ("wrong", NEW, "current"),
        (PASSWORD, PASSWORD, "new"),
        (PASSWORD, "ana has a horse", "new"),
    ):
        with pytest.raises(InputError) as refused:
            await users.change_password(database, user_id, current, new, NOON)
        assert refused.value.field == field
    await users.change_password(database, user_id, PASSWORD, NEW, NOON)
    assert await sessions_left(database) == 0
    assert await auth.user_of_password(database, "ana", PASSWORD) is None
    found = await auth.user_of_password(database, "ana", NEW)
    assert found is not None
    assert not found.must_change_password


async def test_users_are_listed_active_ones_first(database: Database) -> None:
    for name in ("zoe", "ana", "bea"):
        await add_user(database, name)
    await users.deactivate(database, (await users.list_users(database))[0].id, "system", NOON)
    assert [user.username for user in await users.list_users(database)] == ["bea", "zoe", "ana"]


async def test_a_revoked_robot_is_out_until_it_enrols_again(database: Database) -> None:
    robot_id, token = await add_robot(database)
    await robots.revoke(database, robot_id, "system", NOON)
    assert await auth.robot_of_token(database, token) is None
    code = await robots.renew_code(database, robot_id, "system", NOON, DAY)
    assert await auth.robot_of_token(database, token) is None, "the old token must not come back with the new code"
    _, fresh = await robots.enrol(database, code, NOON)
    assert await auth.robot_of_token(database, fresh) is not None


async def test_a_robot_is_renamed_to_what_is_free(database: Database) -> None:
    robot_id, _ = await add_robot(database)
    await add_robot(database, "Robot 2")
    with pytest.raises(TakenError):
        await robots.rename(database, robot_id, "Robot 2", "system", NOON)
    assert (await robots.rename(database, robot_id, "Robot 3", "system", NOON)).name == "Robot 3"
    await robots.revoke(database, robot_id, "system", NOON)
    assert [robot.name for robot in await robots.list_robots(database)] == ["Robot 2", "Robot 3"]


@pytest.mark.parametrize("what", [users.get, robots.get])
async def test_the_unknown_is_said_to_be_unknown(database: Database, what: object) -> None:
    with pytest.raises(UnknownError):
        await what(database, "nobody")  # type: ignore[operator]


async def test_every_change_is_in_the_audit_without_a_name(database: Database) -> None:
    chief = await add_user(database, "chief", Role.SUPERVISOR)
    user_id = await add_user(database)
    await users.edit(database, user_id, data(name="Ana María"), chief, NOON)
    await users.renew_password(database, user_id, chief, NOON)
    await users.deactivate(database, user_id, chief, NOON)
    await users.change_password(database, chief, PASSWORD, NEW, NOON)
    robot_id, _ = await add_robot(database)
    await robots.rename(database, robot_id, "Robot 2", chief, NOON)
    await robots.revoke(database, robot_id, chief, NOON)
    async with database.read() as session:
        entries = (await session.scalars(select(Audit).order_by(Audit.id))).all()
    assert [(entry.actor, entry.action, entry.object_kind) for entry in entries] == [
        (audit.SYSTEM, "add", "user"),
        (audit.SYSTEM, "add", "user"),
        (chief, "change", "user"),
        (chief, "renew_password", "user"),
        (chief, "deactivate", "user"),
        (chief, "change_password", "user"),
        (audit.SYSTEM, "add", "robot"),
        (f"robot:{robot_id}", "enrol", "robot"),
        (chief, "rename", "robot"),
        (chief, "revoke", "robot"),
    ]
    written = " ".join(f"{entry.object_id} {entry.detail}" for entry in entries)
    assert not [name for name in ("Ana", "chief", "Chief", "Robot 2", "@") if name in written]
