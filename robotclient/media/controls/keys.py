"""The names of the keys that a button may have, as in <linux/input-event-codes.h>. Mere data."""

from typing import Final

_FUNCTION_KEYS: Final = (*range(59, 69), 87, 88, *range(183, 195))
KEYS: Final[dict[str, int]] = {
    "KEY_ESC": 1,
    "KEY_ENTER": 28,
    "KEY_SPACE": 57,
    **{f"KEY_F{number}": code for number, code in enumerate(_FUNCTION_KEYS, 1)},
    "KEY_KPENTER": 96,
    "KEY_MUTE": 113,
    "KEY_VOLUMEDOWN": 114,
    "KEY_VOLUMEUP": 115,
    "KEY_POWER": 116,
    "KEY_STOP": 128,
    "KEY_HELP": 138,
    "KEY_PROG1": 148,
    "KEY_PROG2": 149,
    "KEY_PLAYPAUSE": 164,
    "KEY_PHONE": 169,
    "KEY_CANCEL": 223,
    "KEY_MICMUTE": 248,
    **{f"BTN_{number}": 256 + number for number in range(10)},
    "BTN_LEFT": 272,
    "BTN_RIGHT": 273,
    "BTN_TRIGGER": 288,
    "BTN_SOUTH": 304,
    "BTN_TOUCH": 330,
    "KEY_OK": 352,
}
