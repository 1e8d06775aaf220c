"""Pages for people: the guests' and the portal of the staff."""

from fastapi import FastAPI

from server.pages import guest, route
from server.pages.assets import Assets, MissingLibraryError
from server.pages.render import Renderer

__all__ = ["MissingLibraryError", "install"]


def install(web: FastAPI) -> None:
    """Add all pages and what they load to an app whose `state.parts` are there.

    Raises `MissingLibraryError` where the browser's socket.io client is not installed.
    """
    web.mount("/static", Assets())
    web.state.render = Renderer(web.state.parts.config)
    route.install(web)
    web.include_router(guest.router)
