"""What the robot says about itself in words, in the language of the house."""

from typing import Literal

from robotclient.call import Phase
from robotclient.media.screen.views import Trouble

Language = Literal["es", "en"]

PHASES: dict[Language, dict[Phase, str]] = {
    "en": {
        Phase.IDLE: "Waiting for the next visit",
        Phase.EXPECTING: "A visit begins in a moment",
        Phase.JOINING: "Connecting the visit",
        Phase.WAITING: "The visitors have not come yet",
        Phase.ANNOUNCING: "Somebody calls",
        Phase.TOGETHER: "In a visit",
        Phase.ALONE: "The visitors have left",
        Phase.LEAVING: "The visit has ended",
    },
    "es": {
        Phase.IDLE: "Esperando la próxima visita",
        Phase.EXPECTING: "Una visita va a empezar",
        Phase.JOINING: "Conectando la visita",
        Phase.WAITING: "Los visitantes aún no han llegado",
        Phase.ANNOUNCING: "Alguien llama",
        Phase.TOGETHER: "En una visita",
        Phase.ALONE: "Los visitantes se han ido",
        Phase.LEAVING: "La visita ha terminado",
    },
}
TROUBLES: dict[Language, dict[Trouble, str]] = {
    "en": {
        Trouble.SERVER: "no connection to the server",
        Trouble.CLOCK: "the clock is wrong; waiting for the server's time",
    },
    "es": {
        Trouble.SERVER: "sin conexión con el servidor",
        Trouble.CLOCK: "el reloj no va bien; esperando la hora del servidor",
    },
}


def sentence(phase: Phase, trouble: Trouble | None, language: Language) -> str:
    """What the robot does now, and what keeps it from its work."""
    text = PHASES[language][phase]
    return text if trouble is None else f"{text} · {TROUBLES[language][trouble]}"


CONFIG_ERROR: dict[Language, tuple[str, str]] = {
    "en": ("Configuration error", "line {line}"),
    "es": ("Error de configuración", "línea {line}"),
}


def config_error(line: int | None, language: Language) -> str:
    """That somebody must look at the file, and where in it."""
    text, where = CONFIG_ERROR[language]
    return text if line is None else f"{text}, {where.format(line=line)}"


ALSO_CALLS: dict[Language, str] = {
    "en": "{who} joins in {seconds} seconds",
    "es": "{who} entra en {seconds} segundos",
}


def also_calls(who: str, seconds: int, language: Language) -> str:
    """That somebody more is about to be let in."""
    return ALSO_CALLS[language].format(who=who, seconds=seconds)
