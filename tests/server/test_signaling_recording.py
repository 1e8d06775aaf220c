"""Recording over real sockets: staff are told that they may, the others that they do, and the audit who did."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from server.models import Audit, Reservation
from tests.server.signaling_rig import running

pytestmark = pytest.mark.sqlite

RECORDS = {"audio": True, "video": True, "screen": False, "recording": True}


@pytest.mark.parametrize("site", [True, False])
async def test_staff_record_where_site_and_visit_allow_it(migrated: Path, tmp_path: Path, site: bool) -> None:
    async with running(migrated, tmp_path, recording=site) as rig:
        visit = await rig.book()
        async with rig.database.write() as session:
            await session.execute(update(Reservation).where(Reservation.id == visit.id).values(recording=True))
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
