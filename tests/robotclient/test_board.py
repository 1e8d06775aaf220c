"""The whiteboard's model: the robot's and the pages' make the same of the same messages, in whatever order."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from robotclient import board as limits
from robotclient.board import Board, Line
from tests.page.node import node
from wire.channels import BoardMessage, Clear, Colour, Stroke, Undo
from wire.channels.board import BOARD_HEIGHT

GOLDEN = json.loads((Path(__file__).parents[1] / "wire/board.json").read_text())
MESSAGE: TypeAdapter[BoardMessage] = TypeAdapter(BoardMessage)
PAGES = """v[0].map(({ messages }) => {
  const board = new m.Board();
  const wants = messages.filter((message) => !board.take(message)).length;
  const lines = board.lines.map(({ pen, number, colour, width, points }) => ({ pen, number, colour, width, points }));
  const again = new m.Board();
  for (const message of board.messages(1)) again.take(message);
  return { wants, lines, same: JSON.stringify(again.lines) === JSON.stringify(board.lines), points: again.points };
})"""


def told(line: Line) -> dict[str, Any]:
    return {name: getattr(line, name) for name in ("pen", "number", "colour", "width", "points")}


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["what"])
def test_the_robot_reads_the_golden_messages(case: dict[str, Any]) -> None:
    board = Board()
    wants = sum(not board.take(MESSAGE.validate_python(message)) for message in case["messages"])
    assert wants == case["wants"]
    assert [told(line) for line in board.lines()] == case["lines"]


def test_the_pages_read_them_alike_and_can_tell_all_of_it_to_others() -> None:
    for case, made in zip(GOLDEN, node("board.js", PAGES, GOLDEN), strict=True):
        assert (made["wants"], made["lines"]) == (case["wants"], case["lines"]), case["what"]
        assert made["same"], case["what"]
        assert made["points"] == sum(len(line["points"]) for line in case["lines"]) / 2


def stroke(pen: str, number: int, points: int = 3, start: int = 0) -> Stroke:
    return Stroke(
        type="stroke",
        pen=pen,
        number=number,
        order=number,
        colour=Colour.RED,
        width=8,
        start=start,
        points=tuple((2 * start + each) % BOARD_HEIGHT for each in range(2 * points)),
    )


pens = st.sampled_from(["ana.a", "luis.b"])
numbers = st.integers(0, 4)
wholes = st.one_of(
    st.builds(stroke, pens, numbers),
    st.builds(lambda pen, number: Undo(type="undo", pen=pen, number=number), pens, numbers),
    st.builds(lambda below: Clear(type="clear", below=below), st.dictionaries(pens, numbers)),
)


@given(st.lists(wholes, max_size=20).flatmap(lambda said: st.tuples(st.just(said), st.permutations(said))))
def test_any_order_comes_to_the_same(orders: tuple[list[BoardMessage], list[BoardMessage]]) -> None:
    one, other = Board(), Board()
    for board, order in zip((one, other), orders, strict=True):
        for message in order:
            assert board.take(message)
    assert [told(line) for line in one.lines()] == [told(line) for line in other.lines()]


def test_it_takes_no_more_than_it_has_room_for() -> None:
    board = Board()
    for number in range(limits.MOST_STROKES + 10):
        board.take(stroke("ana.a", number, points=1))
    assert len(board.lines()) == limits.MOST_STROKES
    for start in range(1, limits.MOST_POINTS, 256):
        board.take(stroke("ana.a", 0, points=256, start=start))
    assert limits.MOST_POINTS - 256 < sum(len(line.points) for line in board.lines()) // 2 <= limits.MOST_POINTS
    for number in range(limits.MOST_PENS + 10):
        board.take(Clear(type="clear", below={f"p{number}.a": 5}))
    board.take(Clear(type="clear", below={"ana.a": limits.MOST_STROKES + 10}))
    assert len(board.lines()) == limits.MOST_STROKES  # a pen too many is not remembered
