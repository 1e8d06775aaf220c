"""Who is it: robots by their token, users by name and password (argon2id)."""

import asyncio
import re
from datetime import datetime
from functools import cache
from typing import Annotated

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import select

from server import tokens
from server.database import Database
from server.errors import TakenError
from server.models import Robot, Role, User
from wire.base import Name

# OWASP's smallest: 19 MiB, two rounds, one lane; some 30 ms.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
SHORTEST_PASSWORD = 12


class NewUser(BaseModel):
    """A user to be."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    username: str
    name: Name
    email: Annotated[str, Field(max_length=254)]
    role: Role
    password: Annotated[str, Field(max_length=128, repr=False)]

    @field_validator("username")
    @classmethod
    def _plain(cls, username: str) -> str:
        if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,63}", username):
            raise ValueError("must be 2 to 64 small letters, digits, dots, dashes and underscores")
        return username

    @field_validator("email")
    @classmethod
    def _address(cls, email: str) -> str:
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
            raise ValueError("must be an address such as anna@example.org")
        return email

    @field_validator("password")
    @classmethod
    def _strong(cls, password: str) -> str:
        """Long and not monotonous; what it is made of is the user's choice (ASVS 6.2.5)."""
        if len(password) < SHORTEST_PASSWORD:
            raise ValueError(f"must have at least {SHORTEST_PASSWORD} characters")
        if len(set(password)) < 5:
            raise ValueError("repeats too few characters")
        return password


async def create_user(database: Database, user: NewUser, now: datetime) -> None:
    """Store a user; raises `TakenError` where the user name is taken."""
    password_hash = await asyncio.to_thread(HASHER.hash, user.password)
    async with database.write() as session:
        if (await session.scalars(select(User).where(User.username == user.username))).first() is not None:
            raise TakenError(f"there is a user named {user.username!r} already")
        session.add(User(**user.model_dump(exclude={"password"}), password_hash=password_hash, created_at=now))


async def user_of_password(database: Database, username: str, password: str) -> User | None:
    """The active user with this name and password, or None, after the same time whether there is such a user or not."""
    async with database.read() as session:
        user = (await session.scalars(select(User).where(User.username == username, User.active))).first()
    right = await asyncio.to_thread(_verify, user.password_hash if user else None, password)
    return user if right else None


def _verify(password_hash: str | None, password: str) -> bool:
    try:
        return HASHER.verify(password_hash or _nobodys_hash(), password)
    except VerifyMismatchError:
        return False


@cache
def _nobodys_hash() -> str:
    return HASHER.hash("nobody has this password")


async def robot_of_token(database: Database, token: str) -> Robot | None:
    """The robot whose token this is, or None; a revoked robot has none."""
    robot_id = token.partition(".")[0]
    async with database.read() as session:
        robot = await session.get(Robot, robot_id)
    if robot is None or robot.revoked_at is not None or not tokens.matches(token, robot.token_hash):
        return None
    return robot
