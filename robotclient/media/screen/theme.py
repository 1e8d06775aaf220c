"""Colours: blue, green, red. Each pair of text and ground has a contrast of 4.5:1 or more (WCAG 2.2, 1.4.3)."""

from dataclasses import dataclass
from datetime import time
from typing import Final, Literal

Colour = tuple[int, int, int]
Wish = Literal["auto", "light", "dark"]

MORNING: Final = time(8)
EVENING: Final = time(20)


@dataclass(frozen=True, slots=True)
class Theme:
    """What a page is painted with. Over pictures it is always `plate` with `plate_text`."""

    background: Colour
    panel: Colour
    text: Colour
    soft: Colour
    """For what matters less."""
    accent: Colour
    """Who speaks; the countdown."""
    alarm: Colour
    """What is out of order."""
    plate: Colour = (24, 18, 14)
    plate_text: Colour = (255, 255, 255)
    live: Colour = (36, 24, 176)
    live_text: Colour = (255, 255, 255)


DARK: Final = Theme(
    background=(38, 28, 22),
    panel=(58, 46, 38),
    text=(255, 255, 255),
    soft=(215, 205, 195),
    accent=(150, 210, 90),
    alarm=(110, 170, 255),
)
LIGHT: Final = Theme(
    background=(238, 243, 246),
    panel=(215, 222, 226),
    text=(40, 26, 16),
    soft=(92, 74, 62),
    accent=(40, 104, 20),
    alarm=(20, 40, 160),
)


def theme_at(wish: Wish, clock: time) -> Theme:
    """The chosen one; `auto` is light by day, so that nobody is dazzled at night."""
    if wish == "auto":
        return LIGHT if MORNING <= clock < EVENING else DARK
    return LIGHT if wish == "light" else DARK


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    blue, green, red = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    value: float = part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
    return value
