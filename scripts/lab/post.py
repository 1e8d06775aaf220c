"""A mail server that takes everything, and says which command comes before it answers."""

import email
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Post:
    """What came in; `take` is called with the name of each command."""

    take: Callable[[str], None]
    ids: list[str] = field(default_factory=list)

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802  aiosmtpd's names
        envelope.mail_from = address
        self.take("MAIL")
        return "250 taken"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        envelope.rcpt_tos.append(address)
        self.take("RCPT")
        return "250 taken"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.ids.append(str(email.message_from_bytes(envelope.content)["Message-ID"]))
        self.take("DATA")
        return "250 taken"

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802
        self.take("QUIT")
        return "221 bye"
