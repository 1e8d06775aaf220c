"""Residents: who is visited, and the relatives who are written to."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from server import residents
from server.languages import NAMES, mark
from server.pages.kept import check_sent
from server.pages.mistakes import REFUSALS
from server.pages.page import Staff, Typed
from server.pages.route import PageRoute
from server.residents import ResidentForm
from wire.base import Id
from wire.rest import Consent

CONSENTS = {
    Consent.AUTOMATIC: mark("The call begins by itself"),
    Consent.BUTTON: mark("Somebody presses the button beside the robot"),
    Consent.STAFF_PRESENT: mark("Only while staff is present"),
}

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.api_route("/residents", methods=["GET", "HEAD"])
async def listed(page: Staff, search: Annotated[str, Query(max_length=80)] = "") -> Response:
    """All of them, or those whom the search finds."""
    found = await residents.list_residents(page.parts.database, search)
    await page.saw("resident")
    return page.show("portal/residents.html", residents=found, search=search, typed={"search": search}, mistakes={})


@router.api_route("/residents/new", methods=["GET", "HEAD"])
async def new(page: Staff) -> Response:
    """An empty form."""
    typed = {"language": page.parts.config.language, "consent": str(Consent.AUTOMATIC)}
    return page.show("portal/resident_form.html", typed=typed, mistakes={}, **_values("/residents/new", ""))


@router.post("/residents/new")
async def add(page: Staff, typed: Typed) -> Response:
    """Add one."""
    try:
        check_sent(typed)
        form = ResidentForm.model_validate(_filled(typed))
        await residents.add(page.parts.database, form, page.actor, page.now)
    except REFUSALS as error:
        return page.refuse("portal/resident_form.html", typed, error, **_values("/residents/new", ""))
    return page.go("/residents", "resident_added")


@router.api_route("/residents/{resident}/edit", methods=["GET", "HEAD"])
async def change(resident: Id, page: Staff) -> Response:
    """The form with all that is known."""
    found = await residents.get(page.parts.database, resident)
    await page.saw("resident", resident)
    typed = {name: _written(getattr(found, name)) for name in ResidentForm.model_fields}
    values = _values(f"/residents/{resident}/edit", resident)
    return page.show("portal/resident_form.html", typed=typed, mistakes={}, **values)


@router.post("/residents/{resident}/edit")
async def edit(resident: Id, page: Staff, typed: Typed) -> Response:
    """Change what is known."""
    try:
        check_sent(typed)
        form = ResidentForm.model_validate(_filled(typed))
        await residents.edit(page.parts.database, resident, form, page.actor, page.now)
    except REFUSALS as error:
        values = _values(f"/residents/{resident}/edit", resident)
        return page.refuse("portal/resident_form.html", typed, error, **values)
    return page.go("/residents", "resident_changed")


@router.api_route("/residents/{resident}/delete", methods=["GET", "HEAD"])
async def ask(resident: Id, page: Staff) -> Response:
    """Ask first, and say what follows."""
    database = page.parts.database
    found = await residents.get(database, resident)
    await page.saw("resident", resident)
    follows = await residents.consequences(database, resident, page.now)
    return page.show("portal/resident_delete.html", resident=found, follows=follows)


@router.post("/residents/{resident}/delete")
async def delete(resident: Id, page: Staff) -> Response:
    """Delete one, with all that names him."""
    parts = page.parts
    await residents.delete(parts.database, parts.config, parts.secret, resident, page.actor, page.now)
    return page.go("/residents", "resident_deleted")


def _values(action: str, resident: str) -> dict[str, object]:
    return {"action": action, "resident": resident, "languages": NAMES, "consents": CONSENTS}


def _filled(typed: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in typed.items() if name in ResidentForm.model_fields and value.strip()}


def _written(value: object) -> str:
    """A value as its field in the form has it."""
    if isinstance(value, list | tuple):
        return "; ".join(value)
    return "" if value is None else str(value)
