"""Who is announced: the people in the room, or those who are expected, as the resident knows them. Pure."""

from collections.abc import Mapping

from robotclient.call import Announcement
from wire.rest import Caller, Reservation
from wire.signaling import Participant


def announced(
    announcement: Announcement, reservation: Reservation, roster: Mapping[str, Participant]
) -> tuple[Caller, ...]:
    """Whom this is about. Somebody in the room has a relation where staff wrote his name down with one."""
    if announcement.participants is None:
        return reservation.callers
    present = [roster[each] for each in sorted(announcement.participants) if each in roster]
    expected = {each.name.casefold(): each for each in reservation.callers}
    return tuple(expected.get(each.name.casefold(), Caller(name=each.name)) for each in present)
