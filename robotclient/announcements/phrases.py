"""What is said aloud, in the resident's language. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from wire.rest import Caller

Language = Literal["es", "en"]


@dataclass(frozen=True)
class Phrases:
    """One language; `who` is a list of callers, `seconds` a number."""

    yours: str
    also: str
    calls: str
    somebody_calls: str
    visits: str
    somebody_visits: str
    camera_opens: str
    press: str
    staff_press: str
    recorded: str


PHRASES: Final[dict[Language, Phrases]] = {
    "es": Phrases(
        yours="{name}, su {relation}",
        also=" y ",
        calls="Le llama {who}.",
        somebody_calls="Tiene una llamada.",
        visits="Empieza la visita de {who}.",
        somebody_visits="Empieza una visita.",
        camera_opens="La cámara se encenderá dentro de {seconds} segundos.",
        press="Para contestar, pulse el botón.",
        staff_press="Para contestar, el personal debe pulsar el botón.",
        recorded="El personal está grabando esta visita.",
    ),
    "en": Phrases(
        yours="{name}, your {relation},",
        also=" and ",
        calls="{who} is calling.",
        somebody_calls="You have a call.",
        visits="The visit of {who} begins.",
        somebody_visits="A visit begins.",
        camera_opens="The camera turns on in {seconds} seconds.",
        press="To answer, press the button.",
        staff_press="To answer, a member of staff must press the button.",
        recorded="The staff are recording this visit.",
    ),
}


def sentence(callers: Iterable[Caller], what_next: str, language: Language, *, ahead: bool) -> str:
    """All that is said; `ahead` of the visit, or once somebody is in the room."""
    phrases = PHRASES[language]
    who = _who(callers, phrases)
    texts = (phrases.visits, phrases.somebody_visits) if ahead else (phrases.calls, phrases.somebody_calls)
    said = texts[0].format(who=who) if who else texts[1]
    return f"{said.replace(',.', '.')} {what_next}".strip()


def countdown(seconds: int, language: Language) -> str:
    """When the camera opens by itself."""
    return PHRASES[language].camera_opens.format(seconds=seconds)


def request(language: Language, *, staff: bool) -> str:
    """Whose press of the button is waited for."""
    return PHRASES[language].staff_press if staff else PHRASES[language].press


def recorded(language: Language) -> str:
    """That the call is recorded from now on."""
    return PHRASES[language].recorded


def _who(callers: Iterable[Caller], phrases: Phrases) -> str:
    names = [phrases.yours.format(**each.model_dump()) if each.relation else each.name for each in callers]
    first, last = [name.rstrip(",") for name in names[:-1]], names[-1:]
    return phrases.also.join(filter(None, [", ".join(first), *last]))
