"""One mail to the SMTP server (RFC 5321), and what came of it."""

import contextlib
import ssl
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from server.config import MailSection

LONGEST_ANSWER: Final = 20
"""The server may take so many time-outs over a whole mail, by default 10 minutes (RFC 5321, 4.5.3.2.6): whoever gives
up sooner sends again what a slow server has taken already."""

NO_WORD_ON_THE_MAIL: Final = {421, 530, 535}
"""The server goes away; it wants a sign-in, or another one."""

MOST_DETAIL: Final = 500


class Result(Enum):
    """What became of a mail in one attempt."""

    SENT = auto()
    DEFERRED = auto()
    """The server did not take this mail, or may have; it may take it later."""
    REFUSED = auto()
    """The server will never take this mail."""
    UNREACHABLE = auto()
    """No mail can be sent at the moment."""


@dataclass(frozen=True)
class Outcome:
    """What came of one attempt; `detail` is for staff and may name the recipient."""

    result: Result
    detail: str = ""


async def deliver(settings: MailSection, recipient: str, content: str) -> Outcome:
    """Hand one mail over; every way in which that can fail is an outcome."""
    try:
        client = _client(settings)
        await client.connect()
    except (SMTPException, OSError, ValueError) as error:  # ValueError: a host that no name can be
        return Outcome(Result.UNREACHABLE, _words(error))
    try:
        return await _hand_over(client, settings, recipient, content)
    finally:
        client.close()


def _client(settings: MailSection) -> SMTP:
    return SMTP(
        hostname=settings.host,
        port=settings.port,
        username=settings.username,
        password=settings.password.get_secret_value() if settings.password else None,
        # Not this machine's own name, which looking up may take long and which is nobody's business.
        local_hostname=settings.sender.partition("@")[2],
        timeout=settings.timeout_seconds,
        use_tls=settings.security == "tls",
        start_tls=settings.security == "starttls",
        tls_context=None if settings.security == "none" else ssl.create_default_context(cafile=settings.ca_file),
    )


async def _hand_over(client: SMTP, settings: MailSection, recipient: str, content: str) -> Outcome:
    try:
        await client.mail(settings.sender)
        await client.rcpt(recipient)
    except SMTPResponseException as error:
        return _answer(error)
    except (SMTPException, OSError) as error:
        return Outcome(Result.UNREACHABLE, _words(error))
    try:
        await client.data(content, timeout=LONGEST_ANSWER * settings.timeout_seconds)
    except SMTPResponseException as error:
        return _answer(error)
    except (SMTPException, OSError) as error:
        return Outcome(Result.DEFERRED, f"it may have been sent: {_words(error)}"[:MOST_DETAIL])
    with contextlib.suppress(SMTPException, OSError):
        await client.quit(timeout=1)
    return Outcome(Result.SENT)


def _answer(error: SMTPResponseException) -> Outcome:
    """4xx is for now, 5xx for good (RFC 5321, 4.2.1)."""
    if error.code in NO_WORD_ON_THE_MAIL or error.code < 400:
        return Outcome(Result.UNREACHABLE, _words(error))
    return Outcome(Result.DEFERRED if error.code < 500 else Result.REFUSED, _words(error))


def _words(error: Exception) -> str:
    if isinstance(error, SMTPResponseException):
        text = f"{error.code} {error.message}"
    else:
        text = f"{type(error).__name__}: {error}"
    return " ".join(text.split())[:MOST_DETAIL]
