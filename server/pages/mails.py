"""Mails to relatives: what was sent, what waits, what was given up, and once more."""

from fastapi import APIRouter
from starlette.responses import Response

from server import mails
from server.languages import mark
from server.models import MailKind
from server.pages.page import Key, Staff
from server.pages.route import PageRoute
from wire.base import Id

KINDS = {
    MailKind.CONFIRMATION: mark("confirmation"),
    MailKind.REMINDER: mark("reminder"),
    MailKind.CHANGE: mark("change"),
    MailKind.CANCELLATION: mark("cancellation"),
    MailKind.ALERT: mark("to staff: a robot needs a look"),
    MailKind.SILENCE: mark("to staff: a robot is not reachable"),
}

ERRORS = {mark("the visit was over before the mail could be sent")}
"""What the worker itself says of a failure; the rest are a mail server's own words."""

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.api_route("/mails", methods=["GET", "HEAD"])
async def listed(page: Staff, visit: Key = "", dead: bool = False) -> Response:
    """The newest ones; those of one visit, or those that were given up."""
    found = await mails.list_mails(page.parts.database, visit or None, dead)
    waiting = await mails.dead_letters(page.parts.database, page.now)
    await page.saw("mail")
    return page.show(
        "portal/mails.html", mails=found, kinds=KINDS, errors=ERRORS, waiting=waiting, dead=dead, visit=visit
    )


@router.api_route("/mails/{mail}", methods=["GET", "HEAD"])
async def show(mail: Id, page: Staff) -> Response:
    """One mail, as its recipient reads it."""
    read = await mails.read_mail(page.parts.database, mail)
    await page.saw("mail", mail)
    return page.show("portal/mail.html", read=read, kinds=KINDS, errors=ERRORS)


@router.post("/mails/{mail}/send-again")
async def send_again(mail: Id, page: Staff) -> Response:
    """Try one again that was given up."""
    try:
        await mails.send_again(page.parts.database, mail, page.actor, page.now)
    except mails.NotGivenUpError:
        return page.go(f"/mails/{mail}", "mail_not_given_up")
    return page.go(f"/mails/{mail}", "mail_sent_again")
