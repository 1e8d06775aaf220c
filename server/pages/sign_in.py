"""Signing in and out."""

from http import HTTPStatus

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from server import sessions
from server.access import check_password
from server.languages import mark
from server.models import User
from server.pages import kept
from server.pages.mistakes import WHOLE
from server.pages.page import Newcomer, Page, Typed, Visitor
from server.pages.route import PageRoute

WRONG = mark("User name or password is wrong. Check both, and the Caps Lock key.")
TOO_OFTEN = mark("Too many attempts. Wait %(seconds)s seconds, then try again.")

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.api_route("/sign-in", methods=["GET", "HEAD"])
async def form(page: Visitor, next: str = "") -> Response:  # noqa: A002  the name of the query's part
    """The form; `next` is where the reader wanted to go."""
    if page.account is not None:
        return page.go(_own(next))
    return page.show("portal/sign_in.html", typed={"next": next}, mistakes={})


@router.post("/sign-in")
async def sign_in(page: Visitor, typed: Typed) -> Response:
    """Begin a session with a new token; whoever was signed in with this browser is not any more."""
    name, password = typed.get("username", "").strip(), typed.get("password", "")
    try:
        user = await check_password(page.request, page.parts, name, password)
    except HTTPException as error:
        seconds = (error.headers or {}).get("Retry-After", "60")
        return _again(page, typed, HTTPStatus.TOO_MANY_REQUESTS, page.gettext(TOO_OFTEN) % {"seconds": seconds})
    if user is None:
        return _again(page, typed, HTTPStatus.UNPROCESSABLE_ENTITY, page.gettext(WRONG))
    path, form = _own(typed.get("next", "")), kept.kept(typed)
    answer = page.go_with(path, form, "signed_in_again") if form else page.go(path)
    await _leave(page)
    return await let_in(page, user, answer)


@router.post("/sign-out")
async def sign_out(page: Newcomer) -> Response:
    """End the session."""
    await _leave(page)
    answer = page.go("/sign-in", "signed_out")
    answer.delete_cookie(sessions.cookie_name(page.parts.config), httponly=True, secure=page.secure, samesite="lax")
    return answer


async def let_in(page: Page, user: User, answer: Response) -> Response:
    """The answer with the cookie of a fresh session."""
    config = page.parts.config
    token = await sessions.start(page.parts.database, user.id, page.now, config.sessions)
    answer.set_cookie(sessions.cookie_name(config), token, httponly=True, secure=page.secure, samesite="lax")
    return answer


async def _leave(page: Page) -> None:
    token = page.request.cookies.get(sessions.cookie_name(page.parts.config))
    if token is not None:
        await sessions.end(page.parts.database, token, page.now)


def _again(page: Page, typed: dict[str, str], status: HTTPStatus, mistake: str) -> Response:
    kept = {name: value for name, value in typed.items() if name != "password"}
    return page.show("portal/sign_in.html", status, typed=kept, mistakes={WHOLE: mistake})


def _own(path: str) -> str:
    """A path of this site to go on to; never another site, however it was written."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() else "/profile"
