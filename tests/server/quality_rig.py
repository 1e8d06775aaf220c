"""A call that was measured: two minutes of a robot and a relative, whose picture stood still for some of it."""

from datetime import datetime, timedelta
from typing import Any

from server import tokens
from server.database import Database
from server.models import Participant, Statistics
from wire.rest import Quality
from wire.signaling import ParticipantKind

SECRET = "a-resume-secret-of-a-guest"


async def attend(
    database: Database, visit: str, begin: datetime, names: dict[ParticipantKind, str], number: int = 1
) -> None:
    """Somebody of each kind, `guest-1` and so on, who came and has left."""
    async with database.write() as session:
        session.add_all(
            Participant(
                id=f"{kind}-{number}",
                reservation_id=visit,
                kind=kind,
                name=name,
                secret_hash=tokens.digest(SECRET),
                media={},
                joined_at=begin,
                left_at=begin + timedelta(minutes=2),
            )
            for kind, name in names.items()
        )


async def measure(database: Database, visit: str, begin: datetime, frozen: float) -> None:
    """Of both sides every ten seconds; what the robot saw of the guest stood still for `frozen` seconds in the end."""
    async with database.write() as session:
        (await session.get_one(Participant, "guest-1")).rating = Quality.WEAK
        for step in range(13):
            at = begin + timedelta(seconds=10 * step)
            still = max(0.0, frozen - 10 * (12 - step))
            for reporter, peer, seen in ((None, "guest-1", {"frozen_seconds": still}), ("guest-1", "robot-1", {})):
                video = {"kind": "video", "fps": 25 - step / 2, "kbps": 900 + 20 * step, "loss_percent": 0.5} | seen
                audio = {"kind": "audio", "kbps": 31.5, "jitter_ms": 4.0, "concealed_percent": 0.1, "audio_level": 0.2}
                for sample in (video, audio, audio | {"direction": "sent", "round_trip_ms": 60 + step}):
                    session.add(_row(visit, reporter, {"at": at, "peer": peer, "direction": "received"} | sample))


def _row(visit: str, reporter: str | None, sample: dict[str, Any]) -> Statistics:
    kept = sample | {"at": sample["at"].isoformat()}
    return Statistics(reservation_id=visit, participant_id=reporter, at=sample["at"], sample=kept)
