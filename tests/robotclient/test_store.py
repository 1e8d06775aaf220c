import stat
from pathlib import Path

import pytest

from robotclient.call import Continuity
from robotclient.store import Identity, ScheduleCache, Store
from tests.robotclient.test_schedule import NOON, reservation

IDENTITY = Identity(robot_id="r1", name="Robot Año 1", token="secret-token")
CACHE = ScheduleCache(
    reservations=(reservation("a", 0, 30),),
    attended=frozenset({"a"}),
    barred=("b",),
    continuity=Continuity(participant="r", admitted=frozenset({"guest"})),
    known_at=NOON,
)


def test_what_was_saved_is_found_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "state")
    assert store.identity() is None
    assert store.schedule() is None
    store.save_identity(IDENTITY)
    store.save_schedule(CACHE)
    assert Store(tmp_path / "state").identity() == IDENTITY
    assert Store(tmp_path / "state").schedule() == CACHE


def test_the_token_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    Store(tmp_path).save_identity(IDENTITY)
    assert stat.S_IMODE((tmp_path / "identity.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["schedule.json", "schedule.copy.json", "identity.json", "identity.copy.json"])
def test_d6_a_file_torn_at_any_byte_loses_nothing(name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = Store(tmp_path)
    store.save_schedule(CACHE)
    store.save_identity(IDENTITY)
    whole = (tmp_path / name).read_bytes()
    for length in range(len(whole)):
        (tmp_path / name).write_bytes(whole[:length])
        assert store.schedule() == CACHE
        assert store.identity() == IDENTITY
    assert "secret-token" not in caplog.text


@pytest.mark.parametrize(
    ("first", "second"), [("identity.json", "identity.copy.json"), ("schedule.copy.json", "schedule.json")]
)
def test_d6_a_second_power_cut_may_tear_the_other_one(first: str, second: str, tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save_schedule(CACHE)
    store.save_identity(IDENTITY)
    for torn in (first, second):
        (tmp_path / torn).write_bytes(b"{")
        assert store.schedule() == CACHE
        assert store.identity() == IDENTITY
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in tmp_path.glob("identity*.json"))


def test_d6_a_torn_file_on_a_full_disk_is_read_from_its_copy(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = Store(tmp_path)
    store.save_schedule(CACHE)
    (tmp_path / "schedule.json").write_bytes(b"{")
    (tmp_path / ".schedule.json.new").mkdir()  # nothing can be written there, as on a full disk
    assert store.schedule() == CACHE
    assert "cannot write" in caplog.text


def test_d6_both_copies_torn_are_reported_and_not_a_crash(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = Store(tmp_path)
    store.save_schedule(CACHE)
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:10])
    assert store.schedule() is None
    assert "schedule.json is not usable" in caplog.text


def test_a_disk_that_takes_nothing_does_not_end_a_call(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "state").write_text("a file where the directory should be")
    Store(tmp_path / "state").save_schedule(CACHE)
    assert "cannot save the schedule" in caplog.text
