"""Users: who of the staff can sign in, what they may do, and their passwords."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, passwords, sessions, tokens
from server.config import Address
from server.database import Database
from server.errors import InputError, TakenError, UnknownError
from server.models import Language, Role, User
from server.passwords import Password
from wire.base import Name


def _plain(username: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,63}", username):
        text = "must be 2 to 64 small letters, digits, dots, dashes and underscores"
        raise PydanticCustomError("username", text)
    return username


class UserData(BaseModel):
    """What may be changed of a user."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    email: Annotated[Address, Field(max_length=254)]
    role: Role
    language: Language = Language.SPANISH


class UserForm(UserData):
    """A user to be, with the password for the first sign-in."""

    username: Annotated[str, AfterValidator(_plain)]
    password: Password


async def list_users(database: Database) -> Sequence[User]:
    """All users, active ones first, by user name."""
    async with database.read() as session:
        return (await session.scalars(select(User).order_by(User.active.desc(), User.username))).all()


async def get(database: Database, user_id: str) -> User:
    """One user.

    Raises `UnknownError`.
    """
    async with database.read() as session:
        user = await session.get(User, user_id)
    if user is None:
        raise UnknownError("there is no such user")
    return user


async def add(
    database: Database, form: UserForm, actor: str, now: datetime, *, must_change_password: bool = True
) -> User:
    """Add a user, who has to choose a password of his own at the first sign-in.

    Raises `TakenError` where the user name is taken.
    """
    _check_own(form.username, form.password)
    password_hash = await passwords.hashed(form.password)
    async with database.write() as session:
        if (await session.scalars(select(User).where(User.username == form.username))).first() is not None:
            raise TakenError("username", "there is a user named %(name)s already", name=repr(form.username))
        user = User(
            **form.model_dump(exclude={"password"}),
            password_hash=password_hash,
            must_change_password=must_change_password,
            created_at=now,
        )
        session.add(user)
        await session.flush()
        audit.write(session, now, actor, "add", "user", user.id, role=user.role)
    return user


async def edit(database: Database, user_id: str, data: UserData, actor: str, now: datetime) -> User:
    """Change a user's data; who gets another role is signed out.

    Raises `UnknownError`, or `InputError` where no supervisor would be left.
    """
    async with database.write() as session:
        user = await _find(session, user_id)
        values = data.model_dump()
        changed = [field for field, value in values.items() if getattr(user, field) != value]
        if "role" in changed:
            await _keep_a_supervisor(session, user, "role")
            await sessions.end_all(session, user.id)
        for field in changed:
            setattr(user, field, values[field])
        if changed:
            audit.write(session, now, actor, "change", "user", user.id, fields=changed)
    return user


async def deactivate(database: Database, user_id: str, actor: str, now: datetime) -> User:
    """Let a user sign in no more, and sign him out; he stays in the audit.

    Raises `UnknownError`, or `InputError` where no supervisor would be left.
    """
    async with database.write() as session:
        user = await _find(session, user_id)
        if user.active:
            await _keep_a_supervisor(session, user, "active")
            user.active = False
            await sessions.end_all(session, user.id)
            audit.write(session, now, actor, "deactivate", "user", user.id)
    return user


async def renew_password(database: Database, user_id: str, actor: str, now: datetime) -> str:
    """Let a user sign in again with a fresh password, which he has to change; return it. It is shown this once.

    Raises `UnknownError`.
    """
    password = tokens.new_password()
    password_hash = await passwords.hashed(password)
    async with database.write() as session:
        user = await _find(session, user_id)
        user.active = user.must_change_password = True
        user.password_hash = password_hash
        await sessions.end_all(session, user.id)
        audit.write(session, now, actor, "renew_password", "user", user.id)
    return password


async def change_password(database: Database, user_id: str, current: str, new: Password, now: datetime) -> None:
    """Let a user choose another password; all his sessions end. `new` has been validated as a `Password`.

    Raises `UnknownError`, or `InputError` where `current` is not his password or `new` is too close to it.
    """
    user = await get(database, user_id)
    if not await passwords.is_right(user.password_hash, current):
        raise InputError("current", "this is not your password")
    if new == current:
        raise InputError("new", "this is your password already; choose another one")
    _check_own(user.username, new, "new")
    password_hash = await passwords.hashed(new)
    async with database.write() as session:
        user = await _find(session, user_id)
        user.password_hash, user.must_change_password = password_hash, False
        await sessions.end_all(session, user.id)
        audit.write(session, now, user.id, "change_password", "user", user.id)


def _check_own(username: str, password: str, field: str = "password") -> None:
    if username in password.lower():
        raise InputError(field, "must not contain the user name")


async def _find(session: AsyncSession, user_id: str) -> User:
    user = await session.get(User, user_id, with_for_update=True)
    if user is None:
        raise UnknownError("there is no such user")
    return user


async def _keep_a_supervisor(session: AsyncSession, user: User, field: str) -> None:
    """Refuse to take the rights of the last supervisor: nobody could give them back."""
    supervisors = select(User.id).where(User.role == Role.SUPERVISOR, User.active).order_by(User.id)
    if set(await session.scalars(supervisors.with_for_update())) == {user.id}:
        raise InputError(field, "this is the last supervisor; make somebody else one first")
