"""What is wrong with a form, for its reader: one sentence per field, in his language."""

from datetime import tzinfo
from http import HTTPStatus
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from server import languages
from server.booking import ClashError, OverError
from server.errors import InputError, TakenError
from server.languages import mark
from server.pages.wording import Wording

REFUSALS: Final = (ValidationError, InputError, OverError, OperationalError, PoolTimeoutError)
"""What a form may be answered with; the form is shown again with all that was typed."""

WHOLE: Final = "form"
"""Where a mistake is none of a single field."""

SENTENCES: Final = {
    "missing": mark("This is missing; please fill it in."),
    "string_too_short": mark("This is missing; please fill it in."),
    "string_too_long": mark("This may have %(max_length)s characters at most."),
    "string_pattern_mismatch": mark("This must be one line of ordinary characters."),
    "int_parsing": mark("This must be a whole number."),
    "greater_than_equal": mark("This must be %(ge)s or more."),
    "less_than_equal": mark("This must be %(le)s or less."),
    "greater_than": mark("This must be more than %(gt)s."),
    "enum": mark("Choose one of the list."),
    "literal_error": mark("Choose one of the list."),
}
"""By pydantic's type of error; the parameters are those of its context."""


def of(error: Exception, language: str, zone: tzinfo) -> tuple[HTTPStatus, dict[str, str]]:
    """The status and, by field, what is wrong. `error` is one of `REFUSALS`."""
    gettext = languages.translations(language).gettext
    match error:
        case ValidationError():
            found = {_field(each): _sentence(each, language) for each in reversed(error.errors())}
            return HTTPStatus.UNPROCESSABLE_ENTITY, found
        case ClashError():
            wording = Wording(language, zone)
            text = gettext("The robot is taken at that time by “%(title)s”, %(day)s, %(span)s. Choose another one.")
            span = wording.span(error.starts_at, error.ends_at)
            return HTTPStatus.CONFLICT, {
                error.field: text % {"title": error.title, "day": wording.short_day(error.starts_at), "span": span}
            }
        case InputError():
            status = HTTPStatus.CONFLICT if isinstance(error, TakenError) else HTTPStatus.UNPROCESSABLE_ENTITY
            return status, {error.field: _spoken(gettext(error.text) % error.values)}
        case OverError():
            return HTTPStatus.CONFLICT, {WHOLE: _spoken(gettext(str(error)))}
    return HTTPStatus.SERVICE_UNAVAILABLE, {
        WHOLE: gettext("The server cannot store this now. Nothing was changed; try again in a moment.")
    }


def _field(error: ErrorDetails) -> str:
    return str(error["loc"][0]) if error["loc"] else WHOLE


def _sentence(error: ErrorDetails, language: str) -> str:
    gettext = languages.translations(language).gettext
    known = SENTENCES.get(error["type"])
    if known is not None:
        return gettext(known) % error.get("ctx", {})
    return _spoken(gettext(str(error["msg"]).removeprefix("Value error, ")))


def _spoken(message: str) -> str:
    """A message of the layers below as a sentence."""
    return f"{message[:1].upper()}{message[1:]}{'' if message.endswith('.') else '.'}"
