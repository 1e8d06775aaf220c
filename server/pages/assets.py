"""What the pages load: their own scripts, styles and pictures, and the browser's socket.io client."""

from pathlib import Path
from typing import Final

from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

HERE: Final = Path(__file__).parents[1]
SOCKET_IO: Final = HERE / "node_modules/socket.io-client/dist/socket.io.esm.min.js"
HEADERS: Final = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
"""`no-cache`: kept, but asked for again each time, so that after an update no old module meets a new one."""


class MissingLibraryError(Exception):
    """What the pages need is not installed."""


class Assets(StaticFiles):
    """The folder `static`."""

    def __init__(self) -> None:
        """Raises `MissingLibraryError` where the browser's socket.io client is not installed."""
        if not SOCKET_IO.exists():
            raise MissingLibraryError(f"{SOCKET_IO} is missing, and without it no guest can join; run scripts/install")
        super().__init__(directory=HERE / "static")

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, or 304; the socket.io client comes from where npm put it."""
        if path == "vendor/socket.io.js":
            response = self.file_response(SOCKET_IO, SOCKET_IO.stat(), scope)
        else:
            response = await super().get_response(path, scope)
        response.headers.update(HEADERS)
        if path == "worker.js":
            response.headers["Service-Worker-Allowed"] = "/"  # of the whole site, though it lies here
        return response
