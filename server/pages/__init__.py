"""Pages for people: the guests' and the portal of the staff."""

from fastapi import FastAPI

from server.pages import (
    api_docs,
    audit,
    booking_form,
    certificate,
    guest,
    join,
    mails,
    profile,
    reservation,
    reservations,
    residents,
    robots,
    route,
    settings,
    sign_in,
    users,
)
from server.pages.assets import Assets, MissingLibraryError
from server.pages.render import Renderer

PARTS = (
    guest,
    certificate,
    sign_in,
    profile,
    residents,
    booking_form,
    reservations,
    reservation,
    join,
    robots,
    mails,
    users,
    audit,
    settings,
    api_docs,
)
"""In this order, so that a fixed address such as `/reservations/new` comes before one with an id in its place."""

__all__ = ["MissingLibraryError", "install"]


def install(web: FastAPI) -> None:
    """Add all pages and what they load to an app whose `state.parts` are there.

    Raises `MissingLibraryError` where the browser's socket.io client is not installed.
    """
    web.mount("/static", Assets())
    web.state.render = Renderer(web.state.parts.config)
    route.install(web)
    for part in PARTS:
        web.include_router(part.router)
