"""A page of words: lines in the middle, the signs of the robot's parts and one line on its state at the bottom."""

from dataclasses import dataclass
from typing import Final

from robotclient.media.screen.drawing import Canvas, fill
from robotclient.media.screen.icons import draw_icon, icons_width
from robotclient.media.screen.layout import Rect, text_height
from robotclient.media.screen.lettering import Line, column, draw_column, text_width, write
from robotclient.media.screen.theme import Theme
from robotclient.media.screen.views import Trouble

SHOWN: Final = (Trouble.SERVER, Trouble.CAMERA, Trouble.MICROPHONE, Trouble.SPEAKER)
"""Always there, struck through where they do not work; the others only appear in trouble."""


@dataclass(frozen=True, slots=True)
class Footer:
    """What stands at the bottom."""

    text: str
    troubles: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that a page of words shows; two that are equal look alike."""

    lines: tuple[Line, ...]
    theme: Theme
    footer: Footer | None = None
    shift: tuple[int, int] = (0, 0)
    """Pixels by which everything is moved, so that nothing burns into the screen."""


def draw_sheet(canvas: Canvas, screen: Rect, sheet: Sheet) -> None:
    """Draw all of it."""
    fill(canvas, screen, sheet.theme.background)
    small = text_height(screen)
    foot = _draw_footer(canvas, screen, sheet, small) if sheet.footer else 0
    moved = Rect(screen.x + sheet.shift[0], screen.y + sheet.shift[1], screen.width, screen.height - foot)
    draw_column(canvas, moved, column(sheet.lines, moved, small))


def _draw_footer(canvas: Canvas, screen: Rect, sheet: Sheet, size: int) -> int:
    """Signs and words in one row, or the words under the signs where that is too narrow; returns the height."""
    footer, theme = sheet.footer or Footer(""), sheet.theme
    colour = theme.alarm if footer.troubles else theme.soft
    signs = (*SHOWN, *(each for each in footer.troubles if each not in SHOWN))
    row, words = icons_width(len(signs), size), text_width(footer.text, size)
    beside = row + size + words <= screen.width - 2 * size
    lines = [] if beside else column([Line(footer.text, size, colour)], screen, size)
    height = 3 * size + sum(line.height for line in lines)
    top = screen.bottom - height + sheet.shift[1] + size // 2
    left = screen.x + sheet.shift[0] + (screen.width - row - (size + words if beside else 0)) // 2
    for number, sign in enumerate(signs):
        bad = sign in footer.troubles
        square = Rect(left + number * size * 3 // 2, top, size, size)
        draw_icon(canvas, sign, square, theme.alarm if bad else theme.soft, struck=bad)
    if beside:
        write(canvas, Line(footer.text, size, colour), left + row + size, top - size // 6)
    else:
        below = Rect(screen.x + sheet.shift[0], top + size * 5 // 4, screen.width, height - 3 * size)
        draw_column(canvas, below, lines)
    return height
