"""ASGI middleware against requests that another site makes a browser send (CSRF), without tokens in forms.

Browsers say where a request comes from: `Sec-Fetch-Site` (W3C Fetch Metadata) on HTTPS and loopback, `Origin` (RFC
6454) with every POST. Programs say neither; they have no session cookie either.
"""

from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from server import problems, sessions
from server.config import ServerConfig

SAFE: Final = {"GET", "HEAD", "OPTIONS"}


class SameOrigin:
    """Refuse with 403 what would change something and does not come from a page of this server."""

    def __init__(self, app: ASGIApp, config: ServerConfig) -> None:
        self._app = app
        self._public_host = urlsplit(config.public_url).netloc
        self._cookie = sessions.cookie_name(config)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http" and scope["method"] not in SAFE and not self._is_ours(Headers(scope=scope)):
            message = f"this request does not come from a page of {self._public_host}; open the page there"
            await problems.response(HTTPStatus.FORBIDDEN, message)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_ours(self, headers: Headers) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site in {"same-origin", "none"}  # `none`: the user himself, such as by reloading
        origin = headers.get("origin")
        if origin is not None:
            return urlsplit(origin).netloc in {self._public_host, headers.get("host")}
        return self._cookie not in cookie_parser(headers.get("cookie", ""))
