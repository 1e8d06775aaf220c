"""Which camera is seen: what the configuration offers, who may choose, and what holds how long."""

import pytest
from pydantic import ValidationError

from robotclient.camera_choice import CameraChoice
from robotclient.config import CameraSection, FurtherCamera
from wire.signaling import Choosers, ParticipantKind

GUEST, STAFF = ParticipantKind.GUEST, ParticipantKind.STAFF
OTHERS = (FurtherCamera(device="Floor Camera", label="Suelo"), FurtherCamera(device="Bed Camera", label="Cama"))
SEVERAL = CameraSection(device="Head Camera", width=640, label="Cara", others=OTHERS)


def ids(choice: CameraChoice) -> dict[str, str]:
    """The id of each camera that is offered, by its label."""
    assert choice.offered is not None
    return {each.label: each.id for each in choice.offered.offered}


def test_one_camera_is_no_choice() -> None:
    assert CameraChoice(CameraSection(device="Head Camera")).offered is None


def test_where_nobody_may_choose_nothing_is_offered_and_nothing_is_chosen() -> None:
    open_to_all = CameraChoice(SEVERAL)
    choice = CameraChoice(SEVERAL.model_copy(update={"choosers": "nobody"}))
    assert choice.offered is None
    choice.choose(ids(open_to_all)["Suelo"], STAFF)
    assert choice.picture.device == "Head Camera"


def test_another_camera_is_seen_in_the_same_form_until_everybody_has_left() -> None:
    choice = CameraChoice(SEVERAL)
    assert list(ids(choice)) == ["Cara", "Suelo", "Cama"]
    choice.choose(ids(choice)["Suelo"], GUEST)
    assert (choice.picture.device, choice.picture.width) == ("Floor Camera", 640)
    assert choice.offered is not None
    assert choice.offered.shown == ids(choice)["Suelo"]
    choice.forget()
    assert choice.picture.device == "Head Camera"


def test_an_unknown_camera_changes_nothing() -> None:
    choice = CameraChoice(SEVERAL)
    choice.choose(ids(choice)["Cama"], GUEST)
    choice.choose("cam-unknown", GUEST)
    assert choice.picture.device == "Bed Camera"


@pytest.mark.parametrize(("chooser", "seen"), [(GUEST, "Head Camera"), (STAFF, "Floor Camera")])
def test_staff_only_means_staff_only(chooser: ParticipantKind, seen: str) -> None:
    choice = CameraChoice(SEVERAL.model_copy(update={"choosers": "staff"}))
    assert choice.offered is not None
    assert choice.offered.choosers is Choosers.STAFF
    choice.choose(ids(choice)["Suelo"], chooser)
    assert choice.picture.device == seen


def test_a_camera_taken_from_the_configuration_is_not_seen_any_more() -> None:
    choice = CameraChoice(SEVERAL)
    floor = ids(choice)["Suelo"]
    choice.choose(floor, GUEST)
    choice.configure(SEVERAL.model_copy(update={"others": OTHERS[:1]}))
    assert choice.picture.device == "Floor Camera"
    assert ids(choice)["Suelo"] == floor
    choice.configure(SEVERAL.model_copy(update={"others": OTHERS[1:]}))
    assert choice.picture.device == "Head Camera"


def test_the_same_camera_twice_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="names Head Camera more than once"):
        CameraSection(device="Head Camera", others=(FurtherCamera(device="Head Camera", label="Otra vez"),))
