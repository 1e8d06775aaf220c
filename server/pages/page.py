"""One request of one reader: who asks, in which language, what he typed, and how he is answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Final
from urllib.parse import urlencode

from babel.support import NullTranslations
from fastapi import Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from server import audit, languages, sessions
from server.access import Parts, Shared, session_user
from server.models import Role, User
from server.pages import kept, mistakes
from server.pages.notices import DONE
from server.pages.render import Renderer

FLASH: Final = "notice"
MOST_FIELDS: Final = 40
FORM: Final = "application/x-www-form-urlencoded"


class SignInNeededError(Exception):
    """The page is for staff; `path` is where to come back to, with what was typed into a form."""

    def __init__(self, path: str, typed: dict[str, str]) -> None:
        super().__init__("sign in first")
        self.path = path
        self.typed = typed


class PasswordNeededError(Exception):
    """The user has to choose a password of his own before anything else."""


@dataclass(frozen=True)
class Page:
    """What a handler needs to answer a visitor."""

    request: Request
    parts: Parts
    language: str
    now: datetime
    account: User | None

    @property
    def translations(self) -> NullTranslations:
        """The texts in the reader's language."""
        return languages.translations(self.language)

    def gettext(self, text: str) -> str:
        """A marked text in the reader's language."""
        translated: str = self.translations.gettext(text)
        return translated

    def show(self, template: str, status: HTTPStatus = HTTPStatus.OK, /, **values: object) -> HTMLResponse:
        """A page, with the notice of what was done before it."""
        render: Renderer = self.request.app.state.render
        done = DONE.get(self.request.cookies.get(FLASH, ""))
        notice = self.translations.gettext(done) if done else ""
        page = render(
            template, self.language, status, account=self.account, now=self.now, notice=notice, path=self.path, **values
        )
        if FLASH in self.request.cookies:
            page.delete_cookie(FLASH, httponly=True, secure=self.secure, samesite="lax")
        return page

    def refuse(
        self,
        template: str,
        typed: dict[str, str],
        error: Exception,
        names: Mapping[str, Sequence[str]] = MappingProxyType({}),
        /,
        **values: object,
    ) -> HTMLResponse:
        """The form again, with all that was typed and what is wrong with it.

        `error` is one of `mistakes.REFUSALS`; `names` says which of the form's fields show what is said of a field.
        """
        status, found = mistakes.of(error, self.language, self.parts.config.zone)
        named = {name: text for field, text in found.items() for name in names.get(field, (field,))}
        return self.show(template, status, typed=typed, mistakes=named, **values)

    def go(self, path: str, done: str = "") -> RedirectResponse:
        """Send the browser on, with a notice (a key of `DONE`) for the page that comes next."""
        answer = RedirectResponse(path, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})
        self._announce(answer, done)
        return answer

    def go_with(self, path: str, form: dict[str, str], done: str) -> HTMLResponse:
        """Send the browser back to a form with what was typed into it before; without scripts, by a button."""
        answer = self.show("portal/unsent.html", action=path, fields=form | {kept.UNSENT: "true"})
        self._announce(answer, done)
        return answer

    def _announce(self, answer: Response, done: str) -> None:
        if done:
            answer.set_cookie(FLASH, done, max_age=60, httponly=True, secure=self.secure, samesite="lax")

    @property
    def path(self) -> str:
        """The path that was asked for."""
        return self.request.url.path

    @property
    def secure(self) -> bool:
        """Whether cookies are for HTTPS alone."""
        return sessions.is_secure(self.parts.config)


@dataclass(frozen=True)
class StaffPage(Page):
    """A page for somebody who has signed in."""

    user: User

    @property
    def actor(self) -> str:
        """Who does it, for the audit."""
        return self.user.id

    async def saw(self, object_kind: str, object_id: str = audit.ALL) -> None:
        """Note that this reader is shown one thing, or a list of such things.

        Raises `sqlalchemy.exc.SQLAlchemyError`.
        """
        await audit.saw(self.parts.database, self.now, self.actor, object_kind, object_id)


async def _visitor(request: Request, parts: Shared) -> Page:
    user = await session_user(request, parts)
    wishes = request.headers.get("accept-language", "")
    wanted = languages.chosen(request.cookies) or languages.preferred(wishes, parts.config.language)
    language = str(user.language) if user else wanted
    request.state.language = language
    return Page(request, parts, language, parts.clock(), user)


Visitor = Annotated[Page, Depends(_visitor)]


def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM


async def _typed(request: Request) -> dict[str, str]:
    if not _is_form(request):
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


async def newcomer(visitor: Visitor) -> StaffPage:
    """Somebody signed in, who may still have to choose a password of his own.

    Raises `SignInNeededError`.
    """
    if visitor.account is None:
        raise await _sign_in_needed(visitor.request)
    return StaffPage(**vars(visitor), user=visitor.account)


async def _sign_in_needed(request: Request) -> SignInNeededError:
    path = request.url.path
    if request.method in {"GET", "HEAD"}:
        return SignInNeededError(f"{path}?{request.url.query}" if request.url.query else path, {})
    typed = kept.keep(await _typed(request)) if _is_form(request) else {}
    return SignInNeededError(path if typed else "/profile", typed)


Newcomer = Annotated[StaffPage, Depends(newcomer)]


async def _staff(page: Newcomer) -> StaffPage:
    if page.user.must_change_password:
        raise PasswordNeededError
    return page


Staff = Annotated[StaffPage, Depends(_staff)]


async def _supervisor(page: Staff) -> StaffPage:
    if page.user.role is not Role.SUPERVISOR:
        raise HTTPException(HTTPStatus.FORBIDDEN)
    return page


Supervisor = Annotated[StaffPage, Depends(_supervisor)]


Typed = Annotated[dict[str, str], Depends(_typed)]
Key = Annotated[str, Query(pattern=r"^[A-Za-z0-9_:-]{0,80}$")]
"""An id in the query of an address, or nothing; whatever else stands there is no address of ours."""


def address(path: str, **query: str | None) -> str:
    """A path with the parts of a query that are not empty."""
    chosen = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(chosen)}" if chosen else path
