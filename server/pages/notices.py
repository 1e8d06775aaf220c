"""What the portal says after something was done, by the word that a cookie carries to the next page."""

from typing import Final

from server.languages import mark

DONE: Final[dict[str, str]] = {
    "signed_in_again": mark("You are signed in again. Nothing of this form is stored yet; look at it and send it."),
    "signed_out": mark("You are signed out."),
    "password_changed": mark("Your password was changed. Everywhere else you are signed out."),
    "profile_changed": mark("Your data were saved."),
    "resident_added": mark("The resident was added."),
    "resident_changed": mark("The resident’s data were saved."),
    "resident_deleted": mark("The resident was deleted."),
    "visit_booked": mark("The visit was booked."),
    "visit_repeated": mark("The same visit was booked a week later."),
    "visit_changed": mark("The visit was changed."),
    "visit_cancelled": mark("The visit was cancelled."),
    "visit_over": mark("This visit was over already; nothing was changed."),
    "room_closed": mark("The room was closed, and everyone in it was sent home."),
    "link_added": mark("There is a link to hand over now."),
    "link_forgiven": mark("This guest may knock again; his link is the same."),
    "link_revoked": mark("The link is not valid any more."),
    "robot_renamed": mark("The robot was renamed."),
    "robot_volume": mark("The robot takes over the volume within seconds."),
    "robot_revoked": mark("The robot is shut out until it is enrolled again."),
    "user_added": mark("The user was added."),
    "user_changed": mark("The user’s data were saved."),
    "user_deactivated": mark("The user cannot sign in any more."),
    "mail_not_given_up": mark("This mail was not given up, so it is not sent again."),
    "mail_sent_again": mark("The mail will be sent again within a minute."),
}
