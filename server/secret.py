"""The server's own secret, from which guests' links are made: a file that only the server's user can read."""

import os
import secrets
import stat
from pathlib import Path

SIZE = 32


class SecretError(Exception):
    """The secret cannot be read or must not be used."""


def load(directory: Path) -> bytes:
    """The secret of 256 random bits in `directory`; made at the first start.

    Raises `SecretError` with the remedy; never puts another secret in the place of one that it cannot read, because
    that would break all links.
    """
    path = directory / "secret"
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _create(path)
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SecretError(f"{path}: others can read it; if nobody has: chmod 600 {path}")
        secret = path.read_bytes()
    except OSError as error:
        raise SecretError(f"{error.filename or path}: {error.strerror} (data_directory: {directory})") from error
    if len(secret) != SIZE:
        raise SecretError(f"{path}: has {len(secret)} bytes and not {SIZE}; restore it, or delete it to void all links")
    return secret


def _create(path: Path) -> None:
    """Write beside it and link, so that nobody ever reads half a secret and the first of two processes wins."""
    draft = path.with_name(f".secret-{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(SIZE))
            file.flush()
            os.fsync(descriptor)
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()
