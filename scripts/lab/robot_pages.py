"""Pictures of all that the robot's screen can show, in both languages, light and dark, on four sizes of screen."""

import argparse
import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from robotclient.config import ScreenSection
from robotclient.media.screen.handle import Screen
from robotclient.media.screen.pictures import I420Picture
from robotclient.media.screen.views import (
    AnnouncementView,
    Ask,
    Caller,
    CallView,
    IdleView,
    Message,
    NextCall,
    StoppedView,
    Tile,
    Trouble,
    View,
)
from scripts.lab.display import Display

SIZES = ((800, 480), (1280, 720), (1920, 1080), (720, 1280))
PEOPLE = ("María José Núñez", "Íñigo", "Ángela García de la Torre y Fernández-Villaverde", "Luis")
SETTLED = 0.7


def views(language: str) -> dict[str, View]:
    """Every state of the screen, by name."""
    spanish = language == "es"
    ana = Caller(name="Ana", relation="hija" if spanish else "daughter")
    luis = Caller(name="Luis", relation="nieto" if spanish else "grandson")
    soon = datetime.now(UTC) + timedelta(minutes=8)
    visit = NextCall(starts_at=soon + timedelta(hours=2), callers=(ana,))
    ready = "Preparado" if spanish else "Ready"
    broken = "Error de configuración, línea 12" if spanish else "Configuration error, line 12"
    tiles = tuple(
        Tile(participant=str(number), name=name, speaking=number == 0, audio=number != 1)
        for number, name in enumerate(PEOPLE)
    )
    said = Message(sender="Ana", text="¿Me oyes bien, abuela?" if spanish else "Can you hear me, grandma?")
    opens = datetime.now(UTC) + timedelta(seconds=9)
    return {
        "idle": IdleView(state=ready),
        "idle-visit": IdleView(next_call=visit, state=ready),
        "idle-soon": IdleView(next_call=NextCall(starts_at=soon, callers=(ana, luis)), soon=True, state=ready),
        "idle-trouble": IdleView(
            next_call=visit,
            state=broken,
            troubles=(Trouble.SERVER, Trouble.CAMERA, Trouble.MICROPHONE, Trouble.SPEAKER, Trouble.CONFIGURATION),
        ),
        "announcement": AnnouncementView(callers=(ana, luis), language=language, opens_at=opens),
        "announcement-button": AnnouncementView(callers=(ana,), language=language, opens_at=opens, ask=Ask.BUTTON),
        "announcement-staff": AnnouncementView(callers=(), language=language, opens_at=opens, ask=Ask.STAFF),
        "stopped": StoppedView(language=language),
        "call-waiting": CallView(live=False),
        "call-one": CallView(tiles=tiles[:1], live=True, messages=(said,)),
        "call-away": CallView(tiles=(tiles[0].model_copy(update={"connected": False}),), live=True),
        "call-four": CallView(
            tiles=(*tiles[:3], tiles[3].model_copy(update={"video": False})),
            live=True,
            notice="La visita termina en 5 minutos" if spanish else "The visit ends in 5 minutes",
        ),
    }


def picture(number: int) -> I420Picture:
    """A colour of his own for each, brighter towards the middle."""
    rows, columns = np.mgrid[0:360, 0:640]
    bright = 60 + 150 * np.exp(-(((rows - 180) / 130) ** 2 + ((columns - 320) / 190) ** 2))
    half = (180, 320)
    blue, red = ((100, 150), (150, 110), (120, 120), (90, 170))[number % 4]
    return I420Picture(bright.astype(np.uint8), np.full(half, blue, np.uint8), np.full(half, red, np.uint8))


async def photograph(display: Display, size: tuple[int, int], language: str, theme: str, folder: Path) -> None:
    """All states on one screen."""
    section = ScreenSection.model_validate({"display": display.name, "theme": theme})
    screen = Screen(
        section,
        language=language,
        timezone="Europe/Madrid",
        on_drawn=lambda _: None,
        on_report=lambda _: None,
    )
    running = asyncio.create_task(screen.run())
    while not screen.child.starts or not screen.child.send(IdleView()):
        await asyncio.sleep(0.1)
    await asyncio.sleep(3)
    for name, view in views(language).items():
        screen.show(view)
        for number in range(len(PEOPLE)):
            screen.draw(str(number), picture(number))
        await asyncio.sleep(SETTLED)
        display.screenshot(folder / f"{name}-{language}-{theme}-{size[0]}x{size[1]}.png")
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/screenshots-robot", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("out/robot"))
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        with Display(*size) as display:
            for language in ("es", "en"):
                for theme in ("light", "dark"):
                    await photograph(display, size, language, theme, folder)
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


if __name__ == "__main__":
    asyncio.run(main())
