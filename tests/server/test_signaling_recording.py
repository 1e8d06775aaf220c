"""Recording over real sockets: staff are told that they may, the others that they do, and the audit who did."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from server.models import Audit, Reservation
from tests.server.signaling_rig import Rig, Visit, running

pytestmark = pytest.mark.sqlite

RECORDS = {"audio": True, "video": True, "screen": False, "recording": True}


@pytest.mark.parametrize("site", [True, False])
async def test_staff_record_where_site_and_visit_allow_it(migrated: Path, tmp_path: Path, site: bool) -> None:
    async with running(migrated, tmp_path, recording=site) as rig:
        visit = await rig.book()
        await allow(rig, visit, allowed=True)
        guest = await rig.guest(visit)
        nurse = await rig.staff(visit)
        await guest.hear("participant_joined")
        assert (guest.joined["may_record"], nurse.joined["may_record"]) == (False, site)
        assert (await guest.call("media", RECORDS))["error"] == "not_allowed"
        answer = await nurse.call("media", RECORDS)
        if not site:
            assert answer["error"] == "not_allowed"
            return
        assert (await guest.hear("participant_changed"))["media"]["recording"] is True
        await nurse.call("leave")
        assert (await guest.hear("participant_left"))["participant"] == nurse.id
        async with rig.database.read() as session:
            entries = (await session.scalars(select(Audit).order_by(Audit.id))).all()
        kept = [(each.action, each.actor, each.object_id) for each in entries if each.action.endswith("_recording")]
        user = next(each.actor for each in entries if each.detail.get("participant") == nurse.id)
        assert kept == [("start_recording", user, visit.id), ("stop_recording", user, visit.id)]


async def test_an_edit_in_the_middle_of_a_recording_ends_it(migrated: Path, tmp_path: Path) -> None:
    async with running(migrated, tmp_path, recording=True) as rig:
        visit = await rig.book()
        await allow(rig, visit, allowed=True)
        nurse = await rig.staff(visit)
        assert await nurse.call("media", RECORDS) == {}
        await allow(rig, visit, allowed=False)
        assert await nurse.hear("may_record") == {"may_record": False}
        assert await nurse.call("media", RECORDS | {"audio": False}) == {}
        assert await nurse.call("media", RECORDS | {"recording": False}) == {}
        assert (await nurse.call("media", RECORDS))["error"] == "not_allowed"
        assert await actions(rig) == ["start_recording", "stop_recording"]


async def test_the_audit_of_a_recording_outlives_the_server(migrated: Path, tmp_path: Path) -> None:
    async with running(migrated, tmp_path, recording=True) as rig:
        visit = await rig.book()
        await allow(rig, visit, allowed=True)
        nurse = await rig.staff(visit)
        assert await nurse.call("media", RECORDS) == {}
        await rig.kill()
        await rig.start()
        await nurse.gone()
        again = await rig.client(**nurse.headers)
        await again.join(visit.room, media=RECORDS, resume=nurse.proof)
        assert again.joined["resumed"]
        assert await actions(rig) == ["start_recording"]
        await again.call("leave")
        assert await actions(rig) == ["start_recording", "stop_recording"]


async def allow(rig: Rig, visit: Visit, *, allowed: bool) -> None:
    """What the portal's form does."""
    async with rig.database.write() as session:
        await session.execute(update(Reservation).where(Reservation.id == visit.id).values(recording=allowed))


async def actions(rig: Rig) -> list[str]:
    """What the audit has of recordings."""
    async with rig.database.read() as session:
        entries = (await session.scalars(select(Audit.action).order_by(Audit.id))).all()
    return [action for action in entries if action.endswith("_recording")]
