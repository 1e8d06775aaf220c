"""RFC 7675 by scripts of time: how often is asked, what ends consent, what does not."""

import random

from hypothesis import given
from hypothesis import strategies as st

from robotclient.transport.consent import LIFETIME, Consent


def requests(consent: Consent, until: float, answered: float | None = None) -> list[float]:
    """When requests go out up to a time; each is answered so many seconds later, or never."""
    sent: list[float] = []
    answers: list[float] = []
    while (due := consent.next_request) < until:
        for at in [each for each in answers if each <= due]:
            answers.remove(at)
            consent.answer(at)
        if consent.poll(due):
            sent.append(due)
            if answered is not None:
                answers.append(due + answered)
    return sent


def test_answered_requests_go_out_every_five_seconds_not_in_step() -> None:
    pauses = []
    consent = Consent(0.0)
    for _ in range(200):
        before = consent.next_request
        assert consent.poll(before)
        consent.answer(before)
        pauses.append(consent.next_request - before)
    assert all(4.0 <= pause <= 6.0 for pause in pauses)
    assert len(set(pauses)) > 150


def test_without_an_answer_it_is_asked_twice_a_second_and_ends_after_thirty() -> None:
    consent = Consent(0.0)
    sent = requests(consent, LIFETIME)
    assert 40 <= len(sent) <= 64
    assert not consent.is_expired(LIFETIME)
    assert consent.is_expired(LIFETIME + 0.01)


@given(st.floats(0.0, 20.0))
def test_an_answer_counts_however_long_it_takes(round_trip: float) -> None:
    consent = Consent(0.0)
    requests(consent, 600.0, answered=round_trip)
    assert not consent.is_expired(600.0)


def test_half_an_hour_at_half_loss_both_ways() -> None:
    chance = random.Random(1)
    for _ in range(20):
        consent = Consent(0.0)
        while (now := consent.next_request) < 1800:
            assert not consent.is_expired(now)
            if consent.poll(now) and chance.random() < 0.25:
                consent.answer(now)
