"""The commands and their arguments."""

import argparse
from collections.abc import Awaitable, Callable
from pathlib import Path

from server.commands import data, settings
from server.commands.answer import Answer
from server.config import ServerConfig

Command = Callable[[ServerConfig, argparse.Namespace], Awaitable[Answer]]


def parser() -> argparse.ArgumentParser:
    """What `robotserver` understands."""
    top = argparse.ArgumentParser(prog="robotserver", description="The server the robots call home to.")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--config", type=Path, metavar="PATH", help="default: $ROBOTSERVER_CONFIG, else /etc/robotserver/server.yaml"
    )
    reporting = argparse.ArgumentParser(add_help=False, parents=[common])
    reporting.add_argument("--json", action="store_true", help="answer as JSON")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    commands.add_parser("run", parents=[common], help="serve")

    def add(name: str, do: Command, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, parents=[reporting], help=text)
        command.set_defaults(do=do)
        return command

    add("migrate", data.migrate, "bring the database's schema up to date")
    add("check-config", settings.check_config, "say whether the configuration is right")
    add("show-config", settings.show_config, "print the configuration in force, without secrets")
    add("fingerprint", settings.fingerprint, "print the fingerprint of the site's own root certificate")
    add("turn-config", settings.turn_config, "print the configuration of coturn, with its secret")

    supervisor = add("create-supervisor", data.create_supervisor, "add a user who manages the others")
    supervisor.add_argument("username")
    supervisor.add_argument("--email", required=True)
    supervisor.add_argument("--name", help="the person's name; default: the user name")
    supervisor.add_argument(
        "--password-stdin", action="store_true", help="read the password; default: make one and show it"
    )

    robot = add("add-robot", data.add_robot, "add a robot and print its enrolment code")
    robot.add_argument("name")
    robot.add_argument("--new-code", action="store_true", help="a new code for a robot that is there already")

    visit = add("book", data.book, "book a visit and print its guest's link")
    visit.add_argument("--robot", required=True, metavar="NAME")
    visit.add_argument(
        "--starts", required=True, metavar="TIME", help="2026-11-20T16:30, with or without offset, or now+5m"
    )
    visit.add_argument("--minutes", required=True, type=float)
    visit.add_argument("--title", required=True)
    visit.add_argument("--guest", metavar="NAME", help="for whom the link is")

    room = add("close-room", data.close_room, "close a room and send everyone home")
    room.add_argument("room", help="a room or the id of a reservation")
    return top
