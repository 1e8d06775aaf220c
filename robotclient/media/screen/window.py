"""The full-screen window of OpenCV. A process that imports av before cv2 hangs in it: this child never imports av."""

import os

import cv2

from robotclient.media.screen.drawing import Canvas
from robotclient.media.screen.x11 import pixel

NAME = "robot"
ATTEMPTS = 8
SETTLING_ROUNDS = 10
ROUND_MS = 20


class Window:
    """One window without decorations over the whole screen, with or without a window manager."""

    def __init__(self, display: str, canvas: Canvas) -> None:
        """Open it and show the canvas, whose size is the screen's.

        Qt 5.15 loses the window's MapNotify in about one start of six, and such a window is never painted: look at
        the screen, and where the picture is not there open another one. A screen that something else covers never
        shows it; then the last window stays.
        """
        os.environ["DISPLAY"] = display
        cv2.setNumThreads(1)
        for _ in range(ATTEMPTS):
            self._open(canvas)
            if self._settles(display, canvas):
                return
            cv2.destroyWindow(NAME)
        self._open(canvas)

    def show(self, canvas: Canvas) -> None:
        """Put the canvas on the screen."""
        cv2.imshow(NAME, canvas)
        cv2.pollKey()

    def pump(self) -> bool:
        """Let Qt answer the X server; False where somebody has closed the window."""
        cv2.pollKey()
        return cv2.getWindowProperty(NAME, cv2.WND_PROP_VISIBLE) >= 1

    def _open(self, canvas: Canvas) -> None:
        height, width = canvas.shape[:2]
        cv2.namedWindow(NAME, cv2.WINDOW_NORMAL | cv2.WINDOW_GUI_NORMAL)
        cv2.resizeWindow(NAME, width, height)
        cv2.moveWindow(NAME, 0, 0)
        cv2.setWindowProperty(NAME, cv2.WND_PROP_FULLSCREEN, cv2.WINDOW_FULLSCREEN)
        cv2.imshow(NAME, canvas)

    def _settles(self, display: str, canvas: Canvas) -> bool:
        """Whether a pixel in the middle of the upper edge, where no page has text, comes to the screen."""
        x = canvas.shape[1] // 2
        for _ in range(SETTLING_ROUNDS):
            cv2.waitKey(ROUND_MS)
            if pixel(display, x, 0) in (None, tuple(canvas[0, x])):
                return True
        return False
