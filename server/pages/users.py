"""Users, for supervisors: who can sign in, and as what."""

from fastapi import APIRouter
from starlette.responses import Response

from server import users
from server.errors import InputError
from server.languages import NAMES
from server.pages.kept import check_sent
from server.pages.mistakes import REFUSALS
from server.pages.page import Supervisor, Typed
from server.pages.profile import ROLES
from server.pages.route import PageRoute
from server.users import UserData, UserForm
from wire.base import Id

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.api_route("/users", methods=["GET", "HEAD"])
async def listed(page: Supervisor) -> Response:
    """All of them."""
    await page.saw("user")
    return page.show("portal/users.html", users=await users.list_users(page.parts.database), roles=ROLES)


@router.api_route("/users/new", methods=["GET", "HEAD"])
async def new(page: Supervisor) -> Response:
    """An empty form."""
    typed = {"role": "staff", "language": page.parts.config.language}
    return page.show("portal/user_form.html", typed=typed, mistakes={}, user=None, roles=ROLES, languages=NAMES)


@router.post("/users/new")
async def add(page: Supervisor, typed: Typed) -> Response:
    """Add one, who chooses a password of his own at the first sign-in."""
    try:
        check_sent(typed)
        form = UserForm.model_validate(_filled(typed, UserForm))
        await users.add(page.parts.database, form, page.actor, page.now)
    except REFUSALS as error:
        kept = {name: value for name, value in typed.items() if name != "password"}
        return page.refuse("portal/user_form.html", kept, error, user=None, roles=ROLES, languages=NAMES)
    return page.go("/users", "user_added")


@router.api_route("/users/{user}/edit", methods=["GET", "HEAD"])
async def change(user: Id, page: Supervisor) -> Response:
    """The form with a user's data."""
    found = await users.get(page.parts.database, user)
    await page.saw("user", user)
    typed = {name: str(getattr(found, name)) for name in UserData.model_fields}
    return page.show("portal/user_form.html", typed=typed, mistakes={}, user=found, roles=ROLES, languages=NAMES)


@router.post("/users/{user}/edit")
async def edit(user: Id, page: Supervisor, typed: Typed) -> Response:
    """Change a user's data."""
    found = await users.get(page.parts.database, user)
    try:
        check_sent(typed)
        data = UserData.model_validate(_filled(typed, UserData))
        await users.edit(page.parts.database, user, data, page.actor, page.now)
    except REFUSALS as error:
        return page.refuse("portal/user_form.html", typed, error, user=found, roles=ROLES, languages=NAMES)
    return page.go("/users", "user_changed")


@router.api_route("/users/{user}/deactivate", methods=["GET", "HEAD"])
@router.api_route("/users/{user}/password", methods=["GET", "HEAD"])
async def ask(user: Id, page: Supervisor) -> Response:
    """Ask first, and say what follows."""
    found = await users.get(page.parts.database, user)
    await page.saw("user", user)
    action = page.path.rpartition("/")[2]
    return page.show(f"portal/user_{action}.html", user=found, mistakes={})


@router.post("/users/{user}/deactivate")
async def deactivate(user: Id, page: Supervisor) -> Response:
    """Let a user sign in no more; whoever looks at his own account this way is signed out too."""
    found = await users.get(page.parts.database, user)
    try:
        await users.deactivate(page.parts.database, user, page.actor, page.now)
    except InputError as error:
        return page.refuse("portal/user_deactivate.html", {}, error, user=found)
    return page.go("/users", "user_deactivated")


@router.post("/users/{user}/password")
async def renew_password(user: Id, page: Supervisor) -> Response:
    """Give a user a new password, shown this once."""
    found = await users.get(page.parts.database, user)
    password = await users.renew_password(page.parts.database, user, page.actor, page.now)
    return page.show("portal/user_new_password.html", user=found, password=password)


def _filled(typed: dict[str, str], form: type[UserData]) -> dict[str, str]:
    return {name: value for name, value in typed.items() if name in form.model_fields and value.strip()}
