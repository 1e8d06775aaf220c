"""The site's own root certificate, for the devices of the house: a page, the file, and a QR code that leads to it.

Everybody may have it; what matters is that it is the right one, so the page says its fingerprint.
"""

import io
from http import HTTPStatus

import segno
from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from server.authority import Authority
from server.pages.page import Page, Visitor
from server.pages.render import HEADERS
from server.pages.route import PageRoute
from server.tls import site_authority

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.api_route("/certificate", methods=["GET", "HEAD"])
async def show(page: Visitor) -> Response:
    """Say what it is for, and how to trust it."""
    digest = _authority(page).fingerprint().upper()
    pairs = [digest[place : place + 2] for place in range(0, len(digest), 2)]
    return page.show("certificate.html", fingerprint=" ".join(pairs))


@router.api_route("/certificate.crt", methods=["GET", "HEAD"])
async def file(page: Visitor) -> Response:
    """The certificate itself, in DER, which every system takes."""
    return Response(_authority(page).der(), headers=HEADERS, media_type="application/x-x509-ca-cert")


@router.api_route("/certificate.svg", methods=["GET", "HEAD"])
async def code(page: Visitor) -> Response:
    """A QR code with the address of the page."""
    _authority(page)
    picture = io.BytesIO()
    address = f"{page.parts.config.public_url}/certificate"
    segno.make(address, error="m").save(picture, kind="svg", scale=6, dark="#000", light="#fff")
    return Response(picture.getvalue(), headers=HEADERS, media_type="image/svg+xml")


def _authority(page: Page) -> Authority:
    authority = site_authority(page.parts.config)
    if authority is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return authority
