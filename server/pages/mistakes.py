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
from server.pages.kept import UnsentError
from server.pages.wording import Wording

REFUSALS: Final = (UnsentError, ValidationError, InputError, OverError, OperationalError, PoolTimeoutError)
"""What a form may be answered with; the form is shown again with all that was typed."""

WHOLE: Final = "form"
"""Where a mistake is none of a single field."""

SENTENCES: Final = {
    "missing": mark("This is missing; please fill it in."),
    "string_too_short": mark("This is missing; please fill it in."),
    "string_too_long": mark("This may have %(max_length)s characters at most."),
    "string_pattern_mismatch": mark("This must be ordinary characters, in one line."),
    "too_long": mark("These may be %(max_length)s at most."),
    "int_parsing": mark("This must be a whole number."),
    "int_from_float": mark("This must be a whole number."),
    "int_parsing_size": mark("This must be a whole number."),
    "float_parsing": mark("This must be a number."),
    "finite_number": mark("This must be a number."),
    "greater_than_equal": mark("This must be %(ge)s or more."),
    "less_than_equal": mark("This must be %(le)s or less."),
    "greater_than": mark("This must be more than %(gt)s."),
    "enum": mark("Choose one of the list."),
    "literal_error": mark("Choose one of the list."),
    "email": mark("%(address)s is not an e-mail address; write them like ana@example.org; luis@example.org"),
    "username": mark("This must be 2 to 64 small letters, digits, dots, dashes and underscores."),
    "password_short": mark("This must have at least %(least)s characters."),
    "password_monotonous": mark("This repeats too few characters."),
    "password_common": mark("This is one of the passwords that are tried first; choose another one."),
    "quiet_hours": mark("Quiet hours need both ends: give both or neither."),
    "quiet_hours_empty": mark("Quiet hours cannot end when they begin."),
}
"""By pydantic's type of error; the parameters are those of its context."""

PATTERNS: Final = {
    "email": mark("This must be an address such as ana@example.org."),
    "quiet_from": mark("This must be a time such as 13:30."),
    "quiet_until": mark("This must be a time such as 13:30."),
}
"""What a field whose pattern does not fit should look like, where it is more than ordinary characters."""

OVER: Final = mark("This visit is over already, so nothing was changed.")
OTHERWISE: Final = mark("This cannot be read; please write it in another way.")

LABELS: Final = {
    "again": mark("New password once more"),
    "age": mark("Age"),
    "current": mark("Password until now"),
    "date": mark("Date"),
    "description": mark("Description"),
    "email": mark("E-mail"),
    "emails": mark("E-mail addresses of the relatives"),
    "language": mark("Language"),
    "meeting": mark("Meeting id"),
    "minutes": mark("Duration in minutes"),
    "name": mark("Name"),
    "new": mark("New password"),
    "notes": mark("Notes for the staff"),
    "password": mark("Password"),
    "quiet_from": mark("Quiet hours from"),
    "quiet_until": mark("Quiet hours until"),
    "relation": mark("What he or she is to the resident"),
    "relative_name": mark("Name of the relative"),
    "resident_id": mark("Resident"),
    "robot_id": mark("Robot"),
    "role": mark("Role"),
    "room": mark("Room"),
    "time": mark("Time"),
    "title": mark("Title"),
    "username": mark("User name"),
    "volume": mark("Volume"),
}
"""What the summary above a form calls its fields."""

FROM_BELOW: Final = (
    mark("a visit may be booked %(days)s days ahead at most; look at the year"),
    mark("the resident's quiet hours are from %(begin)s to %(end)s; choose another time"),
)
"""Texts of the layers below that do not stand in the call that raises them, where the catalogues would find them."""


def of(error: Exception, language: str, zone: tzinfo) -> tuple[HTTPStatus, dict[str, str]]:
    """The status and, by field, what is wrong. `error` is one of `REFUSALS`."""
    gettext = languages.translations(language).gettext
    match error:
        case UnsentError():
            return HTTPStatus.OK, {}
        case ValidationError():
            found: dict[str, str] = {}
            for each in error.errors():
                found.setdefault(_field(each), _sentence(each, language))
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
            return HTTPStatus.CONFLICT, {WHOLE: gettext(OVER)}
    return HTTPStatus.SERVICE_UNAVAILABLE, {
        WHOLE: gettext("The server cannot store this now. Nothing was changed; try again in a moment.")
    }


def _field(error: ErrorDetails) -> str:
    return str(error["loc"][0]) if error["loc"] else WHOLE


def _sentence(error: ErrorDetails, language: str) -> str:
    text = SENTENCES.get(error["type"], OTHERWISE)
    if error["type"] == "string_pattern_mismatch":
        text = PATTERNS.get(_field(error), text)
    return _spoken(languages.translations(language).gettext(text) % error.get("ctx", {}))


def _spoken(message: str) -> str:
    """A message of the layers below as a sentence."""
    return f"{message[:1].upper()}{message[1:]}{'' if message.endswith('.') else '.'}"
