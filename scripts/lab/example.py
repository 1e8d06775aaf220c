"""An example resident, and a visit of his relatives that begins now."""

from datetime import timedelta
from pathlib import Path

from server import audit, bookings, configfile, residents, robots, secret, times, tokens
from server.bookings import ReservationForm
from server.database import Database
from server.residents import ResidentForm

EXAMPLE = ResidentForm(
    name="María José Núñez",
    room="12 B",
    age=84,
    relative_name="Lucía Ortega",
    relation="hija",
    emails=("lucia@example.org", "inigo@example.org"),
    notes="An example; delete her as you like.",
)


async def book_example(config_file: Path, robot: str) -> dict[str, str]:
    """Add the resident and book an hour with this robot; returns each relative's link by address."""
    config = configfile.load(config_file)
    key = secret.load(config.data_directory)
    database = Database(config.database.url)
    now = times.utc_now()
    try:
        resident = await residents.add(database, EXAMPLE, audit.SYSTEM, now)
        found = await robots.find(database, robot)
        starts_at = (now + timedelta(seconds=5)).isoformat()
        form = ReservationForm(robot_id=found.id, resident_id=resident.id, starts_at=starts_at, minutes=60)
        wish = await bookings.wish_of(database, config, form)
        booked = await bookings.book(database, config, key, wish, audit.SYSTEM, now)
        listed = await bookings.get(database, booked.reservation.id, now)
    finally:
        await database.close()
    return {link.email or "": f"{config.public_url}/r/{tokens.link_token(key, link.id)}" for link in listed.links}
