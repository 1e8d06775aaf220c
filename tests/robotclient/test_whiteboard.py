"""The robot reads the whiteboard over a real connection, from whom it let in, and shows it; it takes no files."""

import json
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from robotclient.media.screen.easel import COLOURS, PAPER, Easel
from robotclient.media.screen.layout import Rect
from robotclient.media.screen.messages import BoardStroke
from robotclient.media.screen.page import Stage, page_of
from robotclient.media.screen.pictures import SharedPictures
from robotclient.media.screen.views import BOARD, CallView, Tile
from robotclient.whiteboard import ASKING, LONGEST, WANT, Whiteboard
from scripts.lab.process import until
from tests.robotclient.test_peers import two_sides
from wire.channels import Colour


def stroke(pen: str = "guest.k1", number: int = 0, **other: Any) -> str:
    message = {
        "type": "stroke",
        "pen": pen,
        "number": number,
        "order": number,
        "colour": "blue",
        "width": 8,
        "start": 0,
    }
    return json.dumps({**message, "points": [number, 0, 100, 100], **other})


async def test_a_board_goes_over_a_real_connection_and_a_file_does_not() -> None:
    drawn: list[tuple[BoardStroke, ...]] = []
    board = Whiteboard(drawn.append, {"guest"}.__contains__)
    async with two_sides() as (robot, guest):
        await guest.peers.enter(guest.joined("robot"))
        await until(lambda: robot.connected and guest.connected)
        near, far = robot.peers.connected()["guest"], guest.peers.connected()["robot"]

        def asked() -> bool:
            board.look({"guest": near}, ["guest"], 0)
            return guest.written == [WANT]

        await until(asked)
        await until(lambda: far.channels.say_board(stroke()))
        await until(lambda: len(robot.written) == 1)
        board.take(near, robot.written[0])
        board.look({"guest": near}, ["guest"], 0)
        assert drawn == [(), (BoardStroke(colour=Colour.BLUE, width=8, points=(0, 0, 100, 100)),)]
        assert board.shown
        assert guest.written == [WANT], "it was asked for once"

        board.take(near, stroke(number=1, start=7))
        board.look({"guest": near}, ["guest"], ASKING / 2)
        board.look({"guest": near}, ["guest"], ASKING)
        board.look({"guest": near}, ["guest"], 3 * ASKING)
        await until(lambda: guest.written == [WANT, WANT])

        answers: list[str] = []
        file = far.pc.createDataChannel("file")
        file.on("message", answers.append)
        await until(lambda: bool(answers))
        assert json.loads(answers[0]) == {"type": "refuse", "reason": "unsupported"}


async def test_strokes_of_who_was_not_let_in_are_hidden_whoever_tells_of_them() -> None:
    drawn: list[tuple[BoardStroke, ...]] = []
    admitted = {"guest"}
    board = Whiteboard(drawn.append, admitted.__contains__)
    async with two_sides() as (robot, guest):
        await guest.peers.enter(guest.joined("robot"))
        await until(lambda: robot.connected)
        near = robot.peers.connected()["guest"]
        board.take(near, stroke("stranger.k1"))
        shown = []
        steps: tuple[tuple[list[str], str], ...] = (
            (["guest", "stranger"], "guest"),
            (["guest"], "guest"),
            (["stranger"], "stranger"),
            ([], "guest"),
        )
        for roster, let_in in steps:
            admitted |= {let_in}
            board.look({}, roster, 0)
            shown.append(board.shown)
        assert shown == [False, False, True, True], (
            "hidden when he has left too; seen from when he is let in, to the end"
        )
        for nonsense in ("", "{}", "[1", '{"type": "stroke"}', stroke(colour="puce"), stroke(points=[1] * 600)):
            board.take(near, nonsense)
        board.take(near, stroke(number=3, more="x" * LONGEST))
        board.look({}, ["guest"], 0)
        assert [len(each) for each in drawn] == [0, 1]


@pytest.mark.parametrize("people", [0, 1])
def test_the_board_is_a_tile_with_what_is_drawn_on_it(people: int) -> None:
    screen = Rect(0, 0, 800, 450)
    easel, pictures = Easel(), SharedPictures.create()
    stage = Stage(screen, "es", ZoneInfo("UTC"), "dark", pictures, {}, easel)
    tiles = (*(Tile(participant="p", name="Ana", hand=True) for _ in range(people)), Tile(participant=BOARD, name=""))
    page = page_of(CallView(tiles=tiles), stage)
    canvas = np.zeros((450, 800, 3), np.uint8)
    page.draw(canvas)
    assert not page.draw(canvas)
    easel.put((BoardStroke(colour=Colour.RED, width=40, points=(0, 450, 1600, 450)),))
    assert page.draw(canvas)
    centre = 400 if people == 0 else 600
    assert tuple(canvas[225, centre]) == COLOURS[Colour.RED]
    assert tuple(canvas[170, centre]) == PAPER
    easel.put((BoardStroke(colour=Colour.BLACK, width=40, points=(800, 450)),))
    assert page.draw(canvas)
    assert tuple(canvas[225, centre]) == COLOURS[Colour.BLACK]
    assert tuple(canvas[225, centre - 50]) == PAPER
    pictures.close()
