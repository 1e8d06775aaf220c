"""What is missing, and when to ask for it again (RFC 4585, section 6.2.1, with timers of our own). Pure.

A request gets lost like any packet. So it is repeated at once, which costs next to nothing (a sender does not send the
same packet twice within one round trip), and again whenever the answer is overdue, ever more slowly.
"""

from dataclasses import dataclass

from robotclient.transport.round_trip import RoundTrip

TRIES = 10
ECHO = 0.015
"""Seconds after which a request is repeated for fear that it was lost."""
GROWTH = 1.2
LONGEST_WAIT = 3.0
"""Seconds after which a packet is given up, however few times it was asked for."""
MOST_REORDERING = 0.1
AT_ONCE = 240
"""Packets in one request, which so fits into one RTCP packet."""


@dataclass(slots=True)
class Loss:
    """A packet that has not come."""

    since: float
    due: float
    asked: float = 0.0
    """When it was last asked for, the echo apart."""
    tries: int = 0
    echo: bool = False
    """The next request is a mere repetition."""


class Losses:
    """The missing packets in ascending order, with the time at which each is to be asked for."""

    def __init__(self, round_trip: RoundTrip) -> None:
        self._round_trip = round_trip
        self._losses: dict[int, Loss] = {}
        self.reordering = 0.0
        """How late packets come that were merely overtaken, in seconds: before that nothing is asked for."""

    def __len__(self) -> int:
        return len(self._losses)

    def note(self, numbers: range, now: float) -> None:
        """These were left out; they are above all that were noted before."""
        for number in numbers:
            self._losses[number] = Loss(now, now + self.reordering)

    def find(self, number: int, now: float, *, retransmitted: bool) -> bool:
        """The packet came after all; whether it was because we asked, which tells the round trip."""
        loss = self._losses.pop(number, None)
        if loss is None:
            return False
        waited = now - loss.asked
        if not retransmitted and (not loss.tries or waited < self._round_trip.smoothed / 2):
            self.reordering = min(MOST_REORDERING, max(self.reordering, now - loss.since))
            return False
        if loss.tries == 1:  # of several requests one cannot know which was answered (Karn)
            self._round_trip.add(waited)
        elif waited < self._round_trip.smoothed / 2:  # an earlier one, surely: the round trip has grown
            self._round_trip.add(now - loss.since)
        return True

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
        numbers = [number for number in self._losses if number < below]
        for number in numbers:
            del self._losses[number]
        return len(numbers)

    def give_up(self, now: float) -> int:
        """Strike off what will not come any more; the count."""
        numbers = [
            number
            for number, loss in self._losses.items()
            if now >= loss.since + LONGEST_WAIT or (loss.tries >= TRIES and now >= loss.due and not loss.echo)
        ]
        for number in numbers:
            del self._losses[number]
        return len(numbers)

    def ask(self, now: float) -> tuple[int, ...]:
        """The numbers to ask for now."""
        due = [(number, loss) for number, loss in self._losses.items() if loss.due <= now][:AT_ONCE]
        for _, loss in due:
            self._plan(loss, now)
        return tuple(number for number, _ in due)

    def _plan(self, loss: Loss, now: float) -> None:
        pause = self._round_trip.timeout * GROWTH**loss.tries
        if loss.echo:
            loss.echo = False
            loss.due = max(now + ECHO, loss.asked + pause / GROWTH)
            return
        loss.tries += 1
        loss.asked = now
        loss.echo = pause > 2 * ECHO
        loss.due = now + (ECHO if loss.echo else pause)

    @property
    def next_deadline(self) -> float | None:
        """When something is to be asked for or given up; None while nothing is missing."""
        times = (min(loss.due, loss.since + LONGEST_WAIT) for loss in self._losses.values())
        return min(times, default=None)
