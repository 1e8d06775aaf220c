"""What is missing, and when to ask for it again (generic NACK, RFC 4585, with timers of our own). Pure.

A request gets lost like any packet. So it is repeated at once, which costs next to nothing (a sender does not send the
same packet twice within one round trip), and again whenever the answer is overdue, ever more slowly.
"""

from dataclasses import dataclass
from itertools import islice, takewhile

from robotclient.transport.round_trip import RoundTrip

ECHO = 0.015
"""Seconds after which a request is repeated for fear that it was lost."""
GROWTH = 1.1
LONGEST_WAIT = 3.0
"""Seconds after which a packet is given up, however few times it was asked for."""
MOST_REORDERING = 0.1
TOGETHER = 0.01
"""Seconds: what is due again within them is asked for with what is due now, in one packet. On a way back that is full
too, hundreds of small requests a second would take the place of sound and reports."""
AT_ONCE = 240
"""Packets in one request, which so fits into one RTCP packet."""
REMEMBERED = 256
"""Packets that nobody needs any more, whose answers still tell the round trip."""


@dataclass(slots=True)
class Loss:
    """A packet that has not come."""

    since: float
    due: float
    """When to ask for it, or to give it up."""
    first_asked: float = 0.0
    asked: float = 0.0
    """The last time, the echo apart."""
    tries: int = 0
    echo: bool = False
    """The next request is a mere repetition."""


class Losses:
    """The missing packets in ascending order, with the time at which each is to be asked for."""

    def __init__(self, round_trip: RoundTrip) -> None:
        self._round_trip = round_trip
        self._losses: dict[int, Loss] = {}
        self._forgotten: dict[int, Loss] = {}
        self._earliest = float("inf")
        """Nothing is due before."""
        self.reordering = 0.0
        """How late packets come that were merely overtaken, in seconds: before that nothing is asked for."""

    def __len__(self) -> int:
        return len(self._losses)

    def note(self, numbers: range, now: float) -> None:
        """These were left out; they are above all that were noted before."""
        due = now + self.reordering
        self._earliest = min(self._earliest, due) if self._losses else due
        for number in numbers:
            self._losses[number] = Loss(now, due)

    def find(self, number: int, now: float, *, retransmitted: bool) -> bool:
        """A packet came; whether it was missing and came because we asked. The time it took tells the round trip."""
        loss = self._losses.pop(number, None)
        known = loss or self._forgotten.pop(number, None)
        if known is None:
            return False
        if retransmitted or (known.tries and now > known.first_asked + self._round_trip.usual / 2):
            self._round_trip.add(now - known.first_asked)
            return loss is not None
        self.reordering = min(MOST_REORDERING, max(self.reordering, now - known.since))
        return False

    def calm(self) -> None:
        """A packet came in its order: what was learned of reordering fades, to a third in a thousand packets."""
        self.reordering *= 0.999

    def oldest(self) -> tuple[int, float] | None:
        """The lowest number that is missing, and since when."""
        for number, loss in self._losses.items():
            return number, loss.since
        return None

    def forget(self, below: int) -> int:
        """Nobody needs these any more; their count."""
        numbers = list(takewhile(lambda number: number < below, self._losses))
        for number in numbers:
            loss = self._losses.pop(number)
            if loss.tries:
                self._forgotten[number] = loss
        for number in list(islice(self._forgotten, max(0, len(self._forgotten) - REMEMBERED))):
            del self._forgotten[number]
        return len(numbers)

    def ask(self, now: float) -> tuple[tuple[int, ...], int]:
        """The numbers to ask for now, and the count of those that are given up."""
        if now < self._earliest:
            return (), 0
        soon = now + TOGETHER
        due = [number for number, loss in self._losses.items() if loss.due <= (soon if loss.tries else now)][:AT_ONCE]
        hopeless = [number for number in due if now >= self._losses[number].since + LONGEST_WAIT]
        for number in hopeless:
            del self._losses[number]
        asked = tuple(number for number in due if number in self._losses)
        for number in asked:
            self._plan(self._losses[number], now)
        self._earliest = min((loss.due for loss in self._losses.values()), default=float("inf"))
        return asked, len(hopeless)

    def _plan(self, loss: Loss, now: float) -> None:
        if loss.echo:
            loss.echo = False
        else:
            loss.first_asked = loss.first_asked if loss.tries else now
            loss.asked = now
            loss.tries += 1
            loss.echo = self._round_trip.timeout > 2 * ECHO
        pause = ECHO if loss.echo else self._round_trip.timeout * GROWTH ** (loss.tries - 1)
        loss.due = min(max(loss.asked + pause, now + ECHO), max(loss.since + LONGEST_WAIT, now + ECHO))

    @property
    def next_deadline(self) -> float | None:
        """When to `ask`; None while nothing is missing."""
        return self._earliest if self._losses else None
