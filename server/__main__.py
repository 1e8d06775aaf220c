"""`robotserver`: the server's command line. Exit codes: 0 done, 1 it cannot be done, 2 wrong input or configuration."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy.exc import DatabaseError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from server import configfile
from server.booking import BookingError, OverError
from server.commands.answer import CommandError
from server.commands.parser import parser
from server.errors import TakenError, UnknownError
from server.schema import SchemaError
from server.secret import SecretError
from server.tls import TlsError

EXPECTED = (CommandError, BookingError, OverError, TakenError, UnknownError, SchemaError, SecretError, TlsError)


def main(words: Sequence[str] | None = None) -> int:
    """Do one command; what can go wrong is said in one line on standard error."""
    arguments = parser().parse_args(words)
    # The database holds names; it and the secret are for the server's user alone.
    os.umask(0o077)
    try:
        _do(arguments)
    except configfile.ConfigError as error:
        return _fail(2, str(error))
    except ValidationError as error:
        return _fail(2, *map(_sentence, error.errors()))
    except EXPECTED as error:
        return _fail(1, str(error))
    except DatabaseError as error:
        return _fail(1, f"the database cannot be used: {error.orig} (database.url)")
    except PoolTimeoutError:
        return _fail(1, "the database is busy; try again (database.busy_seconds)")
    return 0


def _do(arguments: argparse.Namespace) -> None:
    config = configfile.load(arguments.config)
    if arguments.command == "run":
        from server.commands.run import run  # noqa: PLC0415  a second of imports that no other command needs

        run(config)
        return
    answer = asyncio.run(arguments.do(config, arguments))
    print(json.dumps(answer.data, ensure_ascii=False) if arguments.json else answer.text)


def _sentence(error: ErrorDetails) -> str:
    """Which argument, and what is wrong with it; not its value, which may be a password."""
    field = error["loc"][-1] if error["loc"] else "name"
    return f"{field}: {error['msg'].removeprefix('Value error, ')}"


def _fail(code: int, *lines: str) -> int:
    for line in lines:
        print(f"robotserver: {line}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
