"""What a command says and how it fails."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    """For people, and the same for programs (`--json`)."""

    text: str
    data: dict[str, Any] = field(default_factory=dict)


class CommandError(Exception):
    """The command cannot be done; the text is one line, with the remedy."""
