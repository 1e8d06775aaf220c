"""A robot with two cameras: the guest looks through the other one, and the call goes on as it was."""

from pathlib import Path

import pytest

from scripts.lab.browser import write_picture
from scripts.lab.process import wait_for
from tests.system.conftest import Lab

pytestmark = [pytest.mark.system, pytest.mark.long, pytest.mark.timeout(400)]

BLUE = (60, 200, 100)
"""Y, U, V, far from the synthetic picture's sky."""
CHOICE = '#tiles [data-kind="robot"] select.camera-choice'
SEES = """() => {
  const video = document.querySelector('#tiles [data-kind="robot"] video');
  if (!video?.videoWidth) return false;
  const context = new OffscreenCanvas(16, 12).getContext("2d");
  context.drawImage(video, 0, 0, 16, 12);
  const [red, , blue] = context.getImageData(8, 1, 1, 1).data;
  return %s;
}"""
BLUE_IS_SEEN, SKY_IS_SEEN = SEES % "blue > 150 && red < 60", SEES % "blue > 60 && blue < 130"
PEERS = "window.lab.peers.length"


async def test_the_guest_looks_through_the_other_camera_and_back(lab: Lab, tmp_path: Path) -> None:
    window = write_picture(tmp_path / "window.y4m", BLUE, 640, 480)
    cameras = {"device": "synthetic", "width": 640, "height": 480, "label": "Face"}
    robot = lab.robot(camera={**cameras, "others": [{"device": f"file:{window}", "label": "Window"}]})
    _, visitor = await lab.together(robot)
    choice = visitor.page.locator(CHOICE)
    assert await choice.get_attribute("aria-label") == "Which of the robot’s cameras is seen"
    assert await choice.locator("option").all_text_contents() == ["Face", "Window"]
    await visitor.wait(SKY_IS_SEEN, 45)

    peers = await visitor.page.evaluate(PEERS)
    await choice.select_option("Window")
    await visitor.wait(BLUE_IS_SEEN, 45)
    await visitor.wait(f"() => !document.querySelector('{CHOICE}').disabled", 45)
    assert await choice.locator("option:checked").text_content() == "Window"
    wait_for(lambda: robot_camera(robot.file()) == ("working", f"file:{window}"), 45, "the other camera is told")
    await choice.select_option("Face")
    await visitor.wait(SKY_IS_SEEN, 45)
    assert await visitor.page.evaluate(PEERS) == peers, "no connection was made anew"
    assert robot.file()["child_starts"] == {"camera": 1, "audio": 1, "screen": 1}


async def test_only_staff_are_offered_what_is_theirs(lab: Lab, tmp_path: Path) -> None:
    window = write_picture(tmp_path / "window.y4m", BLUE, 320, 240)
    others = [{"device": f"file:{window}", "label": "Window"}]
    robot = lab.robot(
        camera={"device": "synthetic", "width": 320, "height": 240, "others": others, "choosers": "staff"}
    )
    _, visitor = await lab.together(robot)
    assert await visitor.page.locator(CHOICE).count() == 0


def robot_camera(status: dict[str, object]) -> tuple[str, str] | None:
    """State and name of the robot's camera, as it says itself."""
    devices = status.get("devices")
    assert isinstance(devices, list)
    return next(((each["state"], each["name"]) for each in devices if each["kind"] == "camera"), None)
