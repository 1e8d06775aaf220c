"""Reservations and links: the one set of functions under the API, the commands and the pages.

`form` is what people fill in, `changes` what they do, `steps` what that is made of, `lists` what they look at, and
`admission` who may enter a room. Who changes something is `actor`, as `server.models.Audit` has it.
"""

from server.bookings.admission import (
    Admission,
    RefusedError,
    admit_guest,
    admit_person,
    admit_robot,
    admit_staff,
    find_by_token,
)
from server.bookings.changes import Booked, add_link, book, cancel, cancel_within, close, edit, move, repeat_next_week
from server.bookings.form import ReservationForm, wish_of
from server.bookings.links import let_link_wait, nobodys, revoke_link
from server.bookings.lists import Filter, Listed, Upcoming, get, list_reservations, upcoming, who_came

__all__ = [
    "Admission",
    "Booked",
    "Filter",
    "Listed",
    "RefusedError",
    "ReservationForm",
    "Upcoming",
    "add_link",
    "admit_guest",
    "admit_person",
    "admit_robot",
    "admit_staff",
    "book",
    "cancel",
    "cancel_within",
    "close",
    "edit",
    "find_by_token",
    "get",
    "let_link_wait",
    "list_reservations",
    "move",
    "nobodys",
    "repeat_next_week",
    "revoke_link",
    "upcoming",
    "who_came",
    "wish_of",
]
