"""The audit, for supervisors: who did what and who saw what, when."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from server import audit, users
from server.languages import mark
from server.pages.page import Key, Supervisor
from server.pages.route import PageRoute

PER_PAGE = 100
ACTIONS = {
    "add": mark("added"),
    "admit_guest": mark("let in from the waiting room"),
    "anonymise": mark("stripped of all names"),
    "book": mark("booked"),
    "cancel": mark("cancelled"),
    "change": mark("changed"),
    "change_password": mark("password changed"),
    "close": mark("closed"),
    "deactivate": mark("deactivated"),
    "delete": mark("deleted"),
    "deny_guest": mark("sent away from the waiting room"),
    "enrol": mark("enrolled"),
    "forgive": mark("allowed to knock again"),
    "join": mark("joined"),
    "rename": mark("renamed"),
    "renew_code": mark("given a new code"),
    "set_volume": mark("made louder or quieter"),
    "renew_password": mark("given a new password"),
    "revoke": mark("revoked"),
    audit.SEE: mark("looked at"),
    "send_again": mark("sent again"),
    "start_recording": mark("recording begun"),
    "stop_recording": mark("recording ended"),
    "sign_in": mark("signed in"),
    "sign_out": mark("signed out"),
}
KINDS = {
    "reservation": mark("visit"),
    "link": mark("link"),
    "resident": mark("resident"),
    "robot": mark("robot"),
    "user": mark("user"),
    "mail": mark("mail"),
    "participant": mark("participant"),
}

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.api_route("/audit", methods=["GET", "HEAD"])
async def listed(
    page: Supervisor,
    actor: Key = "",
    kind: Key = "",
    id: Key = "",  # noqa: A002  the name of the query's part
    what: Literal["", "done", "seen"] = "",
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> Response:
    """The newest entries; of one actor, of one kind of thing, of one thing, or of what was done or seen alone."""
    which = audit.Filter(
        actor=actor or None,
        object_kind=kind or None,
        object_id=id or None,
        seen=what == "seen" if what else None,
        before=before,
        limit=PER_PAGE + 1,
    )
    entries = await audit.list_entries(page.parts.database, which)
    names = {user.id: user.username for user in await users.list_users(page.parts.database)}
    return page.show(
        "portal/audit.html",
        entries=entries[:PER_PAGE],
        more=len(entries) > PER_PAGE,
        names=names,
        kinds=KINDS,
        actions=ACTIONS,
        typed={"actor": actor, "kind": kind, "id": id, "what": what},
        mistakes={},
    )
