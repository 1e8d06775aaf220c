"""Mails as `.eml` files in the data directory, where no SMTP server is configured."""

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path

from server.smtp import Outcome, Result


def path(data_directory: Path, mail_id: str) -> Path:
    """Where a mail's file is."""
    return data_directory / "mails" / f"{mail_id}.eml"


async def deliver(data_directory: Path, mail_id: str, content: str) -> Outcome:
    """Write one mail's file, or write it again: a crash never leaves half of one, nor two."""
    try:
        await asyncio.to_thread(_write, path(data_directory, mail_id), content)
    except OSError as error:
        return Outcome(Result.UNREACHABLE, f"{error.filename}: {error.strerror}")
    return Outcome(Result.SENT)


def listed(data_directory: Path) -> set[str]:
    """The ids of the mails that have files."""
    return {file.stem for file in (data_directory / "mails").glob("*.eml")}


def delete(data_directory: Path, mail_ids: Iterable[str]) -> None:
    """Delete the files of these mails."""
    for mail_id in mail_ids:
        path(data_directory, mail_id).unlink(missing_ok=True)


def _write(file: Path, content: str) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
        opened.write(content.encode())
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)
