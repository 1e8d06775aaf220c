"""The settings in force, for supervisors to look at; they are changed in `server.yaml`."""

from fastapi import APIRouter
from sqlalchemy.engine import make_url
from starlette.responses import Response

from server.pages.page import Supervisor
from server.pages.route import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.api_route("/settings", methods=["GET", "HEAD"])
async def show(page: Supervisor) -> Response:
    """All of them; secrets as asterisks."""
    values = page.parts.config.model_dump(mode="json")
    values["database"]["url"] = make_url(values["database"]["url"]).render_as_string(hide_password=True)
    sections = {name: value for name, value in values.items() if isinstance(value, dict)}
    first = {name: value for name, value in values.items() if name not in sections}
    return page.show("portal/settings.html", sections={"": first} | sections)
