"""Whose way in counts no more while he is still connected: revoked links and robots, users who are not active."""

from collections.abc import Mapping

from sqlalchemy import select

from server.connection import Connection
from server.database import Database
from server.models import Link, Robot, User


async def revoked(database: Database, connections: Mapping[str, Connection]) -> list[str]:
    """The ids of the connections that must be closed. A robot that enrolled again has a new token; its old one is void.

    Raises `sqlalchemy.exc.SQLAlchemyError`.
    """
    robots = {sid: each.robot for sid, each in connections.items() if each.robot}
    users = {sid: each.user.id for sid, each in connections.items() if each.user}
    links = {sid: each.ticket.event.link for sid, each in connections.items() if each.ticket and each.reservation}
    links = {sid: link for sid, link in links.items() if link}
    if not (robots or users or links):
        return []
    async with database.read() as session:
        enrolled = select(Robot.id, Robot.token_hash).where(
            Robot.id.in_({robot.id for robot in robots.values()}), Robot.revoked_at.is_(None)
        )
        valid_robots = {(row.id, row.token_hash) for row in await session.execute(enrolled)}
        valid_users = set(await session.scalars(select(User.id).where(User.id.in_(set(users.values())), User.active)))
        in_force = select(Link.id).where(Link.id.in_(set(links.values())), Link.revoked_at.is_(None))
        valid_links = set(await session.scalars(in_force))
    return [
        *(sid for sid, robot in robots.items() if (robot.id, robot.token_hash) not in valid_robots),
        *(sid for sid, user in users.items() if user not in valid_users),
        *(sid for sid, link in links.items() if link not in valid_links),
    ]
