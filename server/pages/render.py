"""Templates to pages: the reader's language, the site's zone, and headers that allow a page only what it needs."""

from functools import cache
from http import HTTPStatus
from typing import Final

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from server import languages, sessions
from server.config import ServerConfig
from server.pages.assets import HERE
from server.pages.mistakes import LABELS
from server.pages.wording import Wording

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Permissions-Policy": "camera=(self), microphone=(self)",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
HSTS: Final = {"Strict-Transport-Security": "max-age=31536000"}


class Renderer:
    """All templates, in all languages; kept as `app.state.render`."""

    def __init__(self, config: ServerConfig) -> None:
        self._config = config
        self._headers = HEADERS | HSTS if sessions.is_secure(config) else HEADERS
        self._environment = cache(self._make)

    def __call__(
        self, template: str, language: str, status: HTTPStatus = HTTPStatus.OK, **values: object
    ) -> HTMLResponse:
        """A page."""
        html = self._environment(language).get_template(template).render(values)
        return HTMLResponse(html, status, self._headers)

    def _make(self, language: str) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.policies["ext.i18n.trimmed"] = True
        # The extension adds these two methods; the base class does not know them.
        environment.install_gettext_translations(languages.translations(language), newstyle=True)  # type: ignore[attr-defined]
        wording = Wording(language, self._config.zone)
        environment.globals.update(language=language, wording=wording, zone=self._config.timezone, labels=LABELS)
        return environment
