"""Who is it: robots by their token, users by name and password, participants by their resume secret."""

from sqlalchemy import select

from server import passwords, tokens
from server.database import Database
from server.models import Participant, Robot, User


async def user_of_password(database: Database, username: str, password: str) -> User | None:
    """The active user with this name and password, or None, after the same time whether there is such a user or not."""
    async with database.read() as session:
        user = (await session.scalars(select(User).where(User.username == username, User.active))).first()
    right = await passwords.is_right(user.password_hash if user else None, password)
    return user if right else None


async def robot_of_token(database: Database, token: str) -> Robot | None:
    """The robot whose token this is, or None; a revoked robot has none."""
    robot_id = token.partition(".")[0]
    async with database.read() as session:
        robot = await session.get(Robot, robot_id)
    if robot is None or robot.revoked_at is not None or not tokens.matches(token, robot.token_hash):
        return None
    return robot


async def participant_of_token(database: Database, token: str) -> Participant | None:
    """Who is or was in a room and says so by `<participant id>.<resume secret>`, or None."""
    participant_id, _, secret = token.partition(".")
    async with database.read() as session:
        participant = await session.get(Participant, participant_id)
    return participant if participant is not None and tokens.matches(secret, participant.secret_hash) else None
