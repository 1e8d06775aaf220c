"""The full-screen window of OpenCV. A process that imports av before cv2 hangs in it: this child never imports av."""

import os

import cv2

from robotclient.media.screen.drawing import Canvas

NAME = "robot"


class Window:
    """One window without decorations over the whole screen, with or without a window manager."""

    def __init__(self, display: str, width: int, height: int) -> None:
        os.environ["DISPLAY"] = display
        cv2.setNumThreads(1)
        cv2.namedWindow(NAME, cv2.WINDOW_NORMAL | cv2.WINDOW_GUI_NORMAL)
        cv2.resizeWindow(NAME, width, height)
        cv2.moveWindow(NAME, 0, 0)
        cv2.setWindowProperty(NAME, cv2.WND_PROP_FULLSCREEN, cv2.WINDOW_FULLSCREEN)

    def show(self, canvas: Canvas) -> None:
        """Put the canvas on the screen."""
        cv2.imshow(NAME, canvas)
        cv2.pollKey()

    def pump(self) -> bool:
        """Let Qt answer the X server; False where somebody has closed the window."""
        cv2.pollKey()
        return cv2.getWindowProperty(NAME, cv2.WND_PROP_VISIBLE) >= 1
