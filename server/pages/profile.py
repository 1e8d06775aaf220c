"""The first page of the staff: who he is, today's visits, a box to join a room; his own data and password."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from server import bookings, mails, users
from server.errors import InputError
from server.languages import NAMES, mark
from server.pages.days import bounds
from server.pages.kept import check_sent
from server.pages.mistakes import REFUSALS
from server.pages.page import Newcomer, Staff, StaffPage, Typed
from server.pages.reservations import STATES, early, today
from server.pages.route import PageRoute
from server.pages.sign_in import let_in
from server.passwords import Password
from server.users import UserData

ROLES = {"supervisor": mark("supervisor"), "staff": mark("staff")}

router = APIRouter(route_class=PageRoute, include_in_schema=False)


class PasswordForm(BaseModel):
    """A new password, typed twice because nobody sees it."""

    current: Annotated[str, Field(min_length=1, max_length=128)]
    new: Password
    again: Annotated[str, Field(min_length=1, max_length=128)]


@router.api_route("/profile", methods=["GET", "HEAD"])
async def profile(page: Staff) -> Response:
    """Everything at a glance."""
    return await show_profile(page, HTTPStatus.OK, {"name": page.user.name}, {})


async def show_profile(
    page: StaffPage, status: HTTPStatus, typed: dict[str, str], mistakes: dict[str, str]
) -> Response:
    """The profile, with what was typed into its box."""
    database = page.parts.database
    since, until = bounds(today(page), 1, page.parts.config.zone)
    visits = await bookings.list_reservations(database, bookings.Filter(since=since, until=until), page.now)
    await page.saw("reservation")
    return page.show(
        "portal/profile.html",
        status,
        typed=typed,
        mistakes=mistakes,
        user=page.user,
        role=ROLES[page.user.role],
        spoken=NAMES[page.language],
        visits=visits,
        states=STATES,
        early=early(page),
        dead=await mails.dead_letters(database, page.now),
    )


@router.api_route("/profile/edit", methods=["GET", "HEAD"])
async def form(page: Staff) -> Response:
    """His own data."""
    user = page.user
    typed = {"name": user.name, "email": user.email, "language": str(user.language)}
    return page.show("portal/profile_form.html", typed=typed, mistakes={}, languages=NAMES)


@router.post("/profile/edit")
async def edit(page: Staff, typed: Typed) -> Response:
    """Change them; his role is not among them."""
    chosen = {name: typed[name] for name in ("name", "email", "language") if typed.get(name, "").strip()}
    try:
        check_sent(typed)
        data = UserData.model_validate(chosen | {"role": page.user.role})
        await users.edit(page.parts.database, page.user.id, data, page.actor, page.now)
    except REFUSALS as error:
        return page.refuse("portal/profile_form.html", typed, error, languages=NAMES)
    return page.go("/profile", "profile_changed")


@router.api_route("/profile/password", methods=["GET", "HEAD"])
async def password_form(page: Newcomer) -> Response:
    """For a new password; whoever has one that somebody else made comes here first."""
    return page.show("portal/password.html", typed={}, mistakes={}, fresh=page.user.must_change_password)


@router.post("/profile/password")
async def change_password(page: Newcomer, typed: Typed) -> Response:
    """Change it: all his sessions end, and this browser gets a new one."""
    try:
        chosen = PasswordForm.model_validate({name: value for name, value in typed.items() if value})
        if chosen.new != chosen.again:
            raise InputError("again", "this is not the same as above")
        await users.change_password(page.parts.database, page.user.id, chosen.current, chosen.new, page.now)
    except REFUSALS as error:
        return page.refuse("portal/password.html", {}, error, fresh=page.user.must_change_password)
    return await let_in(page, page.user, page.go("/profile", "password_changed"))
