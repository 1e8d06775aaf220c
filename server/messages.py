"""Pure: from what a client sent to a message of the contract, and back."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from server.bookings import RefusedError
from wire.base import Message
from wire.signaling import CLIENT_EVENTS, ChooseCamera, Directed, ErrorCode, Refusal


def read(event: str, arguments: Sequence[object]) -> Message:
    """The message of a client's event; an event without arguments has no fields.

    Raises `RefusedError` with `BAD_MESSAGE`, naming the fields.
    """
    model = CLIENT_EVENTS.get(event)
    if model is None:
        raise bad_message(f"there is no such event; known are {', '.join(CLIENT_EVENTS)}")
    if len(arguments) > 1:
        raise bad_message(f"{event} takes one object, not {len(arguments)} arguments")
    try:
        message = model.model_validate(arguments[0] if arguments else {})
    except ValidationError as error:
        raise bad_message(f"{event}: {_mistakes(error)}") from error
    if isinstance(message, Directed | ChooseCamera) and message.to is None:
        raise bad_message(f"{event}: to: Field required; give the id of a participant in the roster")
    return message


def write(message: Message) -> dict[str, Any]:
    """The JSON object of a message; fields that are None are left out."""
    return message.model_dump(mode="json", by_alias=True, exclude_none=True)


def bad_message(what: str) -> RefusedError:
    """The refusal of a message that cannot be read."""
    return RefusedError(Refusal(error=ErrorCode.BAD_MESSAGE, message=what))


def _mistakes(error: ValidationError) -> str:
    """The first mistakes, each with its field, and never with the value: that may be somebody's name."""
    mistakes = error.errors(include_url=False, include_context=False, include_input=False)[:3]
    named = ("".join(f"{part}: "[:80] for part in mistake["loc"]) + mistake["msg"] for mistake in mistakes)
    return "; ".join(named)
