"""What the screen shows of consent: who calls, what is waited for, a stop, and LIVE as the device itself says."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from robotclient.call import Announcement, Phase, State
from robotclient.clock import ServerClock
from robotclient.config import RobotConfig
from robotclient.media.screen.easel import Easel
from robotclient.media.screen.layout import Rect
from robotclient.media.screen.overlays import overlays
from robotclient.media.screen.page import Stage, page_of
from robotclient.media.screen.pictures import SharedPictures
from robotclient.media.screen.texts import SPANISH
from robotclient.media.screen.theme import DARK
from robotclient.media.screen.views import AnnouncementView, Ask, Caller, CallView, IdleView, StoppedView, Trouble
from robotclient.presenter import Presenter
from robotclient.reporter import Facts
from robotclient.rules import rules_of
from tests.robotclient.test_schedule import NOON, reservation
from wire import rest
from wire.rest import Consent, DeviceKind, DeviceState, DeviceStatus, Policy, Reservation

SCREEN = Rect(0, 0, 800, 480)
ANA = rest.Caller(name="Ana", relation="daughter")


def visit(start: float = 0, **policy: str) -> Reservation:
    rules = Policy.model_validate(policy)
    return reservation("a", start, 30).model_copy(update={"policy": rules, "callers": (ANA,), "language": "en"})


def presenter(facts: Facts | None = None) -> Presenter:
    """At noon, by a machine whose clock is right."""
    config = RobotConfig(timezone="UTC")
    clock = ServerClock(lambda: 0.0, NOON.timestamp)
    return Presenter(config, rules_of(config), clock, facts or Facts(server_reachable=True))


def announced(booked: Reservation, *, accepted: bool) -> State:
    opens_at = NOON + timedelta(seconds=10)
    about = Announcement(None, opens_at, opens_at + timedelta(seconds=60), accepted=accepted, quiet=False)
    return State(phase=Phase.EXPECTING, schedule=(booked,), reservation=booked, announcement=about)


@pytest.mark.parametrize(
    ("consent", "accepted", "ask"),
    [
        (Consent.AUTOMATIC, True, Ask.NOTHING),
        (Consent.BUTTON, False, Ask.BUTTON),
        (Consent.STAFF_PRESENT, False, Ask.STAFF),
        (Consent.STAFF_PRESENT, True, Ask.NOTHING),
    ],
)
def test_who_calls_and_what_is_waited_for(consent: Consent, accepted: bool, ask: Ask) -> None:
    view = presenter().view(announced(visit(consent=consent), accepted=accepted), None)
    assert isinstance(view, AnnouncementView)
    assert (view.callers, view.language, view.ask) == ((Caller(name="Ana", relation="daughter"),), "en", ask)
    assert view.opens_at == NOON + timedelta(seconds=10)


def test_a_stopped_visit_is_shown_as_long_as_the_button_can_bring_it_back() -> None:
    booked = visit(-5)
    stopped = State(schedule=(booked,), barred=("a",))
    assert presenter().view(stopped, None) == StoppedView(language="en")
    assert isinstance(presenter().view(replace(stopped, schedule=()), None), IdleView)
    later = State(schedule=(visit(60),), barred=("a",))
    assert isinstance(presenter().view(later, None), IdleView)


@pytest.mark.parametrize(("minutes", "soon"), [(10, True), (10.1, False)])
def test_a_quiet_notice_some_minutes_before(minutes: float, soon: bool) -> None:
    booked = visit(0).model_copy(update={"starts_at": NOON + timedelta(minutes=minutes)})
    view = presenter().view(State(schedule=(booked,)), None)
    assert isinstance(view, IdleView)
    assert view.soon is soon
    assert view.next_call is not None
    assert view.next_call.callers == (Caller(name="Ana", relation="daughter"),)


def test_in_quiet_hours_the_screen_is_dark() -> None:
    for hours, off in ((("11:00", "13:00"), True), (("13:00", "14:00"), False)):
        view = presenter().view(State(schedule=(visit(120, quiet_from=hours[0], quiet_until=hours[1]),)), None)
        assert isinstance(view, IdleView)
        assert view.off is off


@pytest.mark.parametrize("kind", [DeviceKind.CAMERA, DeviceKind.MICROPHONE])
@pytest.mark.parametrize("state", DeviceState)
def test_live_is_what_the_device_itself_says_whatever_was_intended(kind: DeviceKind, state: DeviceState) -> None:
    facts = Facts(devices={kind: DeviceStatus(kind=kind, state=state)})
    wanted = state in (DeviceState.OPENING, DeviceState.WORKING)
    idle, stopped = State(), State(schedule=(visit(-5),), barred=("a",))
    assert [presenter(facts).view(each, None).live for each in (idle, stopped)] == [wanted, wanted]


def test_a_clock_that_is_not_known_yet_is_said() -> None:
    facts = Facts(clock_trusted=False)
    assert facts.troubles() == (Trouble.SERVER, Trouble.CLOCK)
    assert facts.sentence("en").endswith("the clock is wrong; waiting for the server's time")
    assert facts.sentence("es").endswith("esperando la hora del servidor")


@pytest.mark.parametrize("off", [False, True])
def test_the_live_sign_is_on_every_page_even_at_night(off: bool) -> None:
    pictures = SharedPictures.create()
    stage = Stage(SCREEN, "es", ZoneInfo("UTC"), "dark", pictures, {}, Easel())
    seen = []
    for live in (False, True):
        canvas = np.zeros((SCREEN.height, SCREEN.width, 3), np.uint8)
        assert page_of(IdleView(off=off, live=live), stage).draw(canvas)
        seen.append(bool((canvas[: SCREEN.height // 5, SCREEN.width // 2 :] == DARK.live).all(axis=2).any()))
    assert seen == [False, True]
    pictures.close()


def test_a_recorded_call_says_so_below_live_and_only_then() -> None:
    def plates(**view: bool) -> list[tuple[int, int]]:
        found = overlays(CallView(**view), SPANISH, SCREEN, 20)
        assert all(each.x + each.plate.shape[1] <= SCREEN.right for each in found)
        return [(each.y, each.y + each.plate.shape[0]) for each in found]

    assert plates() == []
    (live, rec) = plates(live=True, recorded=True)
    assert live[1] < rec[0]
    assert len(plates(recorded=True)) == 1
