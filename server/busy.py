"""The answer to those who come while the server can take nobody more."""

from http import HTTPStatus

from starlette.responses import PlainTextResponse


def busy(why: str, retry_seconds: int) -> PlainTextResponse:
    """503 with the time after which to come again (RFC 9110, sections 15.6.4 and 10.2.3)."""
    headers = {"Retry-After": str(retry_seconds), "Connection": "close"}
    return PlainTextResponse(f"{why}; try again.", HTTPStatus.SERVICE_UNAVAILABLE, headers)
