"""What is said before camera and microphone open: the words, the chime, and the voice of a real espeak-ng."""

import asyncio
from datetime import timedelta

import numpy as np
import pytest

from robotclient import callers
from robotclient.announcements import phrases, voice
from robotclient.announcements.announcer import Announcer
from robotclient.announcements.chime import chime
from robotclient.announcements.voice import VoiceError, speak
from robotclient.call import Announcement
from robotclient.media.audio.messages import RATE
from scripts.lab.sound import share_of
from tests.robotclient.test_schedule import NOON, reservation
from wire.rest import Caller
from wire.signaling import Participant, ParticipantKind

ANA, LUIS, DOCTOR = Caller(name="Ana", relation="hija"), Caller(name="Luis", relation="hijo"), Caller(name="Dra. Ruiz")


def unexpected(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize(
    ("who", "ahead", "expected"),
    [
        ((ANA,), False, "Le llama Ana, su hija. Pulse."),
        ((ANA, LUIS), False, "Le llama Ana, su hija y Luis, su hijo. Pulse."),
        ((ANA, LUIS, DOCTOR), True, "Empieza la visita de Ana, su hija, Luis, su hijo y Dra. Ruiz. Pulse."),
        ((), False, "Tiene una llamada. Pulse."),
        ((), True, "Empieza una visita. Pulse."),
    ],
)
def test_who_calls_is_said_with_what_he_is_to_the_resident(who: tuple[Caller, ...], ahead: bool, expected: str) -> None:
    assert phrases.sentence(who, "Pulse.", "es", ahead=ahead) == expected


def test_in_english_too() -> None:
    daughter = Caller(name="Ana", relation="daughter")
    what_next = phrases.countdown(10, "en")
    said = phrases.sentence((daughter,), what_next, "en", ahead=False)
    assert said == "Ana, your daughter, is calling. The camera turns on in 10 seconds."
    assert phrases.sentence((daughter,), "", "en", ahead=True) == "The visit of Ana, your daughter, begins."
    assert "staff" in phrases.request("en", staff=True)
    assert "grabando" in phrases.recorded("es")


def test_somebody_in_the_room_has_the_relation_that_staff_wrote_down_for_his_name() -> None:
    visit = reservation("a", 0, 30).model_copy(update={"callers": (ANA, LUIS)})
    roster = {
        "1": Participant(id="1", kind=ParticipantKind.GUEST, name="ana"),
        "2": Participant(id="2", kind=ParticipantKind.GUEST, name="Somebody"),
    }
    about = Announcement(frozenset({"1", "2", "gone"}), NOON, NOON + timedelta(seconds=60), accepted=True, quiet=False)
    assert callers.announced(about, visit, roster) == (ANA, Caller(name="Somebody"))
    ahead = Announcement(None, NOON, NOON, accepted=True, quiet=False)
    assert callers.announced(ahead, visit, {}) == (ANA, LUIS)


def test_the_chime_has_its_two_notes_and_does_not_clip() -> None:
    sound = np.frombuffer(chime(), np.int16)
    assert 1 < len(sound) / RATE < 2
    assert 4000 < np.abs(sound).max() < 16384
    first, last = sound[: int(0.3 * RATE)], sound[int(0.4 * RATE) :]
    assert share_of(659.3, first) > 0.5
    assert share_of(523.3, last) > 0.5


@pytest.mark.parametrize("language", ["es", "en"])
async def test_a_sentence_is_spoken(language: str) -> None:
    spoken = np.frombuffer(await speak("Le llama Ana, su hija.", language), np.int16)
    assert 1 < len(spoken) / RATE < 5
    assert np.abs(spoken).max() > 1000


async def test_a_name_that_looks_like_an_option_is_spoken_and_not_obeyed() -> None:
    assert len(await speak("--version", "es")) > RATE // 2


async def test_without_a_voice_the_chime_remains(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(voice, "COMMAND", "no-such-voice")
    with pytest.raises(VoiceError, match="no-such-voice does not start"):
        await speak("Ana", "es")
    played: list[bytes] = []
    announcer = Announcer(played.append, played.clear, unexpected)
    announcer.announce("Ana", "es")
    async with asyncio.timeout(10):
        while "chime only" not in caplog.text:
            await asyncio.sleep(0.05)
    assert played == [chime()]
    assert "Ana" not in caplog.text


async def test_an_announcement_that_is_broken_off_is_not_finished_later() -> None:
    played: list[bytes] = []
    announcer = Announcer(played.append, played.clear, unexpected)
    announcer.announce("Le llama Ana", "es")
    announcer.announce("Le llama Luis", "es")
    async with asyncio.timeout(20):
        while len(played) < 2:
            await asyncio.sleep(0.05)
    assert played == [chime(), await speak("Le llama Luis", "es")]
    announcer.hush()
    assert played == []
    await announcer.close()
