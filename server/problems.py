"""Every error of the REST side as `application/problem+json` (RFC 9457)."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from server import times
from server.booking import ClashError, OverError
from server.errors import InputError, TakenError, UnknownError
from server.mails import NotGivenUpError
from server.quality import FullError, RatedError
from server.robots import EnrolmentError
from wire.rest import Problem

RETRY_SECONDS = 5
STATUSES: dict[type[Exception], HTTPStatus] = {
    EnrolmentError: HTTPStatus.FORBIDDEN,
    UnknownError: HTTPStatus.NOT_FOUND,
    OverError: HTTPStatus.CONFLICT,
    NotGivenUpError: HTTPStatus.CONFLICT,
    RatedError: HTTPStatus.CONFLICT,
    FullError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}
"""What the layers below raise for people; the message is theirs."""


def response(
    status: int, detail: str = "", errors: tuple[dict[str, str], ...] = (), headers: dict[str, str] | None = None
) -> Response:
    """A problem as a response."""
    problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=errors)
    return Response(problem.model_dump_json(), status, headers, "application/problem+json")


def install(app: FastAPI) -> None:
    """Answer with a problem wherever the app would answer with an error of another shape."""
    for kind, status in STATUSES.items():
        app.add_exception_handler(kind, _in_words(status))
    app.add_exception_handler(InputError, _input)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(OperationalError, _unavailable)
    app.add_exception_handler(PoolTimeoutError, _unavailable)
    app.add_exception_handler(HTTPStatus.INTERNAL_SERVER_ERROR, _bug)


def documented(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI responses of a route that may answer with these statuses."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {int(status): {"description": status.phrase, "content": content} for status in statuses}


def _in_words(status: HTTPStatus) -> Callable[[Request, Exception], Response]:
    def handle(_request: Request, error: Exception) -> Response:
        return response(status, str(error))

    return handle


def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = "" if error.detail == HTTPStatus(error.status_code).phrase else error.detail
    return response(error.status_code, detail, headers=dict(error.headers or {}))


def _validation(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = tuple(
        {"field": ".".join(str(part) for part in each["loc"][1:]) or str(each["loc"][0]), "message": str(each["msg"])}
        for each in error.errors()
    )
    return response(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(f"{e['field']}: {e['message']}" for e in errors), errors)


def _input(request: Request, error: Exception) -> Response:
    assert isinstance(error, InputError)
    message = str(error)
    if isinstance(error, ClashError):
        zone = request.app.state.parts.config.zone
        message += f": {error.title!r}, {times.shown(error.starts_at, error.ends_at, zone)}"
    taken = isinstance(error, ClashError | TakenError)
    status = HTTPStatus.CONFLICT if taken else HTTPStatus.UNPROCESSABLE_ENTITY
    return response(status, f"{error.field}: {message}", ({"field": error.field, "message": message},))


def _unavailable(_request: Request, _error: Exception) -> Response:
    return response(
        HTTPStatus.SERVICE_UNAVAILABLE, "the database is busy or away", headers={"Retry-After": str(RETRY_SECONDS)}
    )


def _bug(_request: Request, _error: Exception) -> Response:
    return response(HTTPStatus.INTERNAL_SERVER_ERROR, "this is a fault of the server; it is in its log")
