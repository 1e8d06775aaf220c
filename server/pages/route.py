"""Errors on pages: each becomes a page in the reader's language, or leads to where it can be mended."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from server import languages, problems
from server.errors import UnknownError
from server.languages import mark
from server.pages.page import PasswordNeededError, SignInNeededError, address
from server.pages.render import Renderer

TEXTS: Final = {
    HTTPStatus.FORBIDDEN: (
        mark("This is for supervisors"),
        mark("Ask a supervisor to do it, or to give you the right."),
    ),
    HTTPStatus.NOT_FOUND: (
        mark("This page is not here"),
        mark("It may have been deleted, or its address is not complete."),
    ),
    HTTPStatus.TOO_MANY_REQUESTS: (mark("Too many attempts"), mark("Wait a minute, then try again.")),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        mark("The server is busy"),
        mark("Nothing was changed. Wait a moment, then load this page again."),
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        mark("Something went wrong"),
        mark("It is a fault of the server, and it is in its log. Please tell whoever looks after it."),
    ),
}
OTHERWISE: Final = (
    mark("This did not work"),
    mark("The browser asked in a way that is not understood here. Go back and try again."),
)
MEANWHILE: Final = mark("You were signed out meanwhile. Sign in again; what you typed is kept.")
EXPECTED: Final = (HTTPException, RequestValidationError, UnknownError, OperationalError, PoolTimeoutError)


class PageRoute(APIRoute):
    """A route whose errors people read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with its errors as pages."""
        handle = super().get_route_handler()

        async def handle_in_words(request: Request) -> Response:
            try:
                return await handle(request)
            except SignInNeededError as error:
                return _sign_in(request, error)
            except PasswordNeededError:
                return RedirectResponse("/profile/password", HTTPStatus.SEE_OTHER)
            except EXPECTED as error:
                return error_page(request, error)

        return handle_in_words


def install(app: FastAPI) -> None:
    """Show errors outside all routes as pages too, wherever no program is talking."""
    for kind in (HTTPException, HTTPStatus.INTERNAL_SERVER_ERROR):
        app.add_exception_handler(kind, _for_whom(app.exception_handlers[kind]))


def _for_whom(for_programs: Callable[[Request, Exception], Any]) -> Callable[[Request, Exception], Response]:
    def handle(request: Request, error: Exception) -> Response:
        if request.url.path.startswith("/api/") or "text/html" not in request.headers.get("accept", ""):
            response: Response = for_programs(request, error)
            return response
        return error_page(request, error)

    return handle


def error_page(request: Request, error: Exception) -> Response:
    """What went wrong, as a page, with the status that REST would give."""
    status, headers = _status(error)
    render: Renderer = request.app.state.render
    wishes, default = request.headers.get("accept-language", ""), request.app.state.parts.config.language
    language = getattr(request.state, "language", None) or languages.preferred(wishes, default)
    gettext = languages.translations(language).gettext
    title, text = map(gettext, TEXTS.get(status, OTHERWISE))
    page = render("notice.html", language, status, title=title, text=text)
    page.headers.update(headers)
    return page


def _sign_in(request: Request, error: SignInNeededError) -> Response:
    """To the sign-in page; what was typed into a form comes along."""
    if not error.typed:
        return RedirectResponse(address("/sign-in", next=error.path), HTTPStatus.SEE_OTHER)
    render: Renderer = request.app.state.render
    language = request.state.language
    notice = languages.translations(language).gettext(MEANWHILE)
    typed = error.typed | {"next": error.path}
    return render("portal/sign_in.html", language, HTTPStatus.FORBIDDEN, notice=notice, typed=typed, mistakes={})


def _status(error: Exception) -> tuple[HTTPStatus, dict[str, str]]:
    match error:
        case HTTPException():
            return HTTPStatus(error.status_code), dict(error.headers or {})
        case RequestValidationError() | UnknownError():
            return HTTPStatus.NOT_FOUND, {}
        case OperationalError() | PoolTimeoutError():
            return HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": str(problems.RETRY_SECONDS)}
    return HTTPStatus.INTERNAL_SERVER_ERROR, {}
