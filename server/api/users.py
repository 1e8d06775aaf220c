"""Users, for supervisors."""

from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter

from server import users
from server.access import CurrentSupervisor, Shared
from server.api.common import CONFLICT, FOR_STAFF, NOT_FOUND, PRIVATE, View, saw
from server.models import Language, Role, User
from server.users import UserData, UserForm
from wire.base import Id

router = APIRouter(prefix="/users", tags=["users"], dependencies=[PRIVATE], responses=FOR_STAFF)


class UserView(View):
    """A user."""

    id: str
    username: str
    name: str
    email: str
    role: Role
    language: Language
    active: bool
    must_change_password: bool
    created_at: datetime


class PasswordView(View):
    """A password for one sign-in, shown this once."""

    password: str


@router.get("", response_model=tuple[UserView, ...])
async def list_users(supervisor: CurrentSupervisor, parts: Shared) -> object:
    """List all users, active ones first."""
    await saw(parts, supervisor, "user")
    return await users.list_users(parts.database)


@router.post("", status_code=HTTPStatus.CREATED, response_model=UserView, responses=CONFLICT)
async def add_user(form: UserForm, supervisor: CurrentSupervisor, parts: Shared) -> User:
    """Add a user, who has to choose a password of his own at the portal first; 409 where the user name is taken."""
    return await users.add(parts.database, form, supervisor.id, parts.clock())


@router.get("/{user}", response_model=UserView, responses=NOT_FOUND)
async def get_user(user: Id, supervisor: CurrentSupervisor, parts: Shared) -> User:
    """Read one user."""
    found = await users.get(parts.database, user)
    await saw(parts, supervisor, "user", user)
    return found


@router.put("/{user}", response_model=UserView, responses=NOT_FOUND)
async def edit_user(user: Id, data: UserData, supervisor: CurrentSupervisor, parts: Shared) -> User:
    """Change a user's data."""
    return await users.edit(parts.database, user, data, supervisor.id, parts.clock())


@router.delete("/{user}", status_code=HTTPStatus.NO_CONTENT, responses=NOT_FOUND)
async def deactivate_user(user: Id, supervisor: CurrentSupervisor, parts: Shared) -> None:
    """Let a user sign in no more; he stays in the audit."""
    await users.deactivate(parts.database, user, supervisor.id, parts.clock())


@router.post("/{user}/password", responses=NOT_FOUND)
async def renew_password(user: Id, supervisor: CurrentSupervisor, parts: Shared) -> PasswordView:
    """Let a user sign in again with a fresh password, which he has to change."""
    return PasswordView(password=await users.renew_password(parts.database, user, supervisor.id, parts.clock()))
