"""Everything that the screen says by itself, in the site's language, and dates as people write them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from robotclient.media.screen.views import Caller


@dataclass(frozen=True, slots=True)
class Texts:
    """One language. `date` takes weekday, day, month, year; `next_visit` day and time, `yours` relation and name."""

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    date: str
    next_visit: str
    no_visit: str
    today: str
    tomorrow: str
    starting: str
    waiting: str
    connecting: str
    reconnecting: str
    camera_off: str
    board: str
    hand: str
    yours: str
    also: str
    calls: str
    somebody_calls: str
    camera_opens: str
    press_button: str
    staff_press_button: str
    stopped: str
    all_closed: str
    press_to_go_on: str
    live: str
    recorded: str


SPANISH: Final = Texts(
    weekdays=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    months=(
        *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
        *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ),
    date="{weekday}, {day} de {month} de {year}",
    next_visit="Próxima visita: {day} a las {time}",
    no_visit="No hay visitas previstas",
    today="hoy",
    tomorrow="mañana",
    starting="La visita va a empezar",
    waiting="Esperando a la visita",
    connecting="Conectando…",
    reconnecting="Reconectando…",
    camera_off="Cámara apagada",
    board="Pizarra",
    hand="pide la palabra",
    yours="su {relation} {name}",
    also=" y ",
    calls="Le llama",
    somebody_calls="Tiene una visita",
    camera_opens="La cámara se enciende en",
    press_button="Pulse el botón para aceptar",
    staff_press_button="El personal debe pulsar el botón",
    stopped="Visita detenida",
    all_closed="La cámara y el micrófono están apagados",
    press_to_go_on="Pulse el botón para continuar",
    live="EN DIRECTO",
    recorded="REC · Se graba",
)
ENGLISH: Final = Texts(
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    date="{weekday}, {day} {month} {year}",
    next_visit="Next visit: {day} at {time}",
    no_visit="No visits planned",
    today="today",
    tomorrow="tomorrow",
    starting="The visit is about to start",
    waiting="Waiting for the visitor",
    connecting="Connecting…",
    reconnecting="Reconnecting…",
    camera_off="Camera off",
    board="Whiteboard",
    hand="would like to speak",
    yours="your {relation} {name}",
    also=" and ",
    calls="You have a call from",
    somebody_calls="You have a visitor",
    camera_opens="The camera turns on in",
    press_button="Press the button to accept",
    staff_press_button="A member of staff must press the button",
    stopped="Visit stopped",
    all_closed="Camera and microphone are off",
    press_to_go_on="Press the button to continue",
    live="LIVE",
    recorded="REC · Recording",
)
LANGUAGES: Final = {"es": SPANISH, "en": ENGLISH}


def long_date(day: date, texts: Texts) -> str:
    """`viernes, 20 de noviembre de 2026`."""
    return texts.date.format(
        weekday=texts.weekdays[day.weekday()], day=day.day, month=texts.months[day.month - 1], year=day.year
    )


def next_visit(starts_at: datetime | None, now: datetime, texts: Texts) -> str:
    """The line about the next visit; both times in the site's zone."""
    if starts_at is None:
        return texts.no_visit
    days = (starts_at.date() - now.date()).days
    day = {0: texts.today, 1: texts.tomorrow}.get(days) or long_date(starts_at.date(), texts)
    return texts.next_visit.format(day=day, time=f"{starts_at:%H:%M}")


def callers(who: tuple[Caller, ...], texts: Texts) -> str:
    """`su hija Ana y Luis`; empty for nobody."""
    names = [texts.yours.format(relation=each.relation, name=each.name) if each.relation else each.name for each in who]
    return texts.also.join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
