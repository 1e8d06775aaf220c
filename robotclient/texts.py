"""What the robot says about itself in words, in the language of the house."""

from typing import Literal

from robotclient.call import Phase

Language = Literal["es", "en"]

PHASES: dict[Language, dict[Phase, str]] = {
    "en": {
        Phase.IDLE: "Waiting for the next visit",
        Phase.JOINING: "Connecting the visit",
        Phase.WAITING: "The visitors have not come yet",
        Phase.TOGETHER: "In a visit",
        Phase.ALONE: "The visitors have left",
        Phase.LEAVING: "The visit has ended",
    },
    "es": {
        Phase.IDLE: "Esperando la próxima visita",
        Phase.JOINING: "Conectando la visita",
        Phase.WAITING: "Los visitantes aún no han llegado",
        Phase.TOGETHER: "En una visita",
        Phase.ALONE: "Los visitantes se han ido",
        Phase.LEAVING: "La visita ha terminado",
    },
}
SERVER_AWAY: dict[Language, str] = {"en": "no connection to the server", "es": "sin conexión con el servidor"}


def sentence(phase: Phase, *, server_reachable: bool, language: Language) -> str:
    """What the robot does now."""
    text = PHASES[language][phase]
    return text if server_reachable else f"{text} · {SERVER_AWAY[language]}"
