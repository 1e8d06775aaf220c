"""Pages for people: the home page, the guest's call page, and what he reads where his link leads nowhere now."""

import json
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Header
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response
from starlette.types import Scope

from server import bookings, times
from server.config import ServerConfig
from server.database import Database
from wire.signaling import ErrorCode, Refusal

HERE: Final = Path(__file__).parent
SOCKET_IO: Final = HERE / "node_modules/socket.io-client/dist/socket.io.esm.min.js"
TEXTS: Final[dict[str, dict[str, str]]] = {
    language: json.loads((HERE / f"templates/{language}.json").read_text("utf-8")) for language in ("es", "en")
}
PAGE_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Permissions-Policy": "camera=(self), microphone=(self)",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
ASSET_HEADERS: Final = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
"""`no-cache`: kept, but asked for again each time, so that after an update no old module meets a new one."""

NOTICES: Final = {
    ErrorCode.UNKNOWN_ROOM: (HTTPStatus.NOT_FOUND, "unknown"),
    ErrorCode.ENDED: (HTTPStatus.GONE, "ended"),
    ErrorCode.CANCELLED: (HTTPStatus.GONE, "cancelled"),
    ErrorCode.CLOSED: (HTTPStatus.GONE, "closed"),
}

Languages = Annotated[str, Header(alias="Accept-Language")]


class MissingLibraryError(Exception):
    """What the pages need is not installed."""


class Assets(StaticFiles):
    """The pages' own scripts, styles and pictures."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, or 304; the socket.io client comes from where npm put it."""
        if path == "vendor/socket.io.js":
            response = self.file_response(SOCKET_IO, SOCKET_IO.stat(), scope)
        else:
            response = await super().get_response(path, scope)
        response.headers.update(ASSET_HEADERS)
        return response


def router(config: ServerConfig, database: Database, clock: Callable[[], datetime] = times.utc_now) -> APIRouter:
    """All pages and what they load. Nothing here changes anything: mail scanners open links too.

    Raises `MissingLibraryError` where the browser's socket.io client is not installed.
    """
    if not SOCKET_IO.exists():
        raise MissingLibraryError(f"{SOCKET_IO} is missing, and without it no guest can join; run scripts/install")
    pages = APIRouter(include_in_schema=False)
    render = Renderer(config.language)

    @pages.api_route("/", methods=["GET", "HEAD"])
    async def home(languages: Languages = "") -> Response:
        return render("home.html", languages)

    @pages.api_route("/r/{token}", methods=["GET", "HEAD"])
    async def call(token: str, languages: Languages = "") -> Response:
        now = clock()
        try:
            admission = await bookings.admit_guest(database, token, now, config.rooms)
        except bookings.RefusedError as error:
            if error.refusal.error is ErrorCode.TOO_EARLY:
                return await early(token, error.refusal, now, languages)
            return render.notice(error.refusal.error, languages)
        name = admission.name or ""
        return render("call.html", languages, title=admission.title, token=token, name=name)

    async def early(token: str, refusal: Refusal, now: datetime, languages: str) -> Response:
        reservation, _ = await bookings.find_by_token(database, token)
        assert refusal.opens_at is not None
        return render(
            "early.html",
            languages,
            HTTPStatus.FORBIDDEN,
            now=times.rfc3339(now),
            opens_at=refusal.opens_at.astimezone(config.zone),
            starts_at=reservation.starts_at.astimezone(config.zone),
            zone=config.timezone,
        )

    pages.mount("/static", Assets(directory=HERE / "static"))
    return pages


class Renderer:
    """The templates in the reader's language."""

    def __init__(self, language: str) -> None:
        """`language` is the site's own, for readers of neither."""
        self._language = language
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined
        )

    def __call__(
        self, template: str, languages: str, status: HTTPStatus = HTTPStatus.OK, **values: object
    ) -> HTMLResponse:
        """A page; `languages` is an Accept-Language header."""
        language = preferred(languages, self._language)
        html = self._templates.get_template(template).render(language=language, texts=TEXTS[language], **values)
        return HTMLResponse(html, status, PAGE_HEADERS)

    def notice(self, error: ErrorCode, languages: str) -> HTMLResponse:
        """Why this link leads nowhere."""
        status, name = NOTICES[error]
        texts = TEXTS[preferred(languages, self._language)]
        return self("notice.html", languages, status, title=texts[f"{name}_title"], text=texts[f"{name}_text"])


def preferred(languages: str, default: str) -> str:
    """Which of our languages an Accept-Language header (RFC 9110, section 12.5.4) likes best, or the default."""
    wishes: list[tuple[float, str]] = []
    for wish in languages.split(","):
        tag, _, weight = wish.partition(";")
        language = tag.strip().split("-")[0].lower()
        if language in TEXTS:
            wishes.append((_quality(weight), language))
    best = max((quality for quality, _ in wishes), default=0.0)
    return next((language for quality, language in wishes if quality == best), default) if best else default


def _quality(weight: str) -> float:
    """`q=0.8` as a number; without one it is 1, and what cannot be read counts nothing."""
    name, _, value = weight.replace(" ", "").partition("=")
    try:
        return min(max(float(value), 0.0), 1.0) if name.lower() == "q" else 1.0
    except ValueError:
        return 0.0
