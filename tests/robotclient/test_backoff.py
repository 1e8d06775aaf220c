"""Pauses between tries: none before a failure, jittered and bounded after it, cut short where a try is worth while."""

import asyncio
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotclient import retryafter
from robotclient.backoff import Backoff

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


async def took(backoff: Backoff, at_least: float = 0.0) -> float:
    began = time.monotonic()
    async with asyncio.timeout(8):
        await backoff.pause(at_least)
    return time.monotonic() - began


async def test_pauses_differ_after_failures_and_not_before() -> None:
    backoff = Backoff(0.3)
    assert await took(backoff) < await took(backoff, at_least=0.5)
    for _ in range(9):
        backoff.failed()
    pauses = [await took(backoff) for _ in range(6)]
    assert max(pauses) - min(pauses) > 0.01, "all of them would come back at once"


async def test_haste_ends_a_pause_that_runs_and_the_next_one() -> None:
    backoff = Backoff(60)
    backoff.failed()
    pausing = asyncio.create_task(took(backoff, at_least=60))
    await asyncio.sleep(0)
    backoff.hasten()
    assert await pausing < 8
    backoff.hasten()
    assert await took(backoff, at_least=60) < 8
    assert await backoff.pause(), "haste lasts for one pause"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, 0),
        ("7", 7),
        ("Sun, 01 Mar 2026 12:00:09 GMT", 9),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("86400", retryafter.LONGEST),
        ("soon", 0),
        ("-3", 0),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_never_for_long(value: str | None, seconds: float) -> None:
    assert retryafter.seconds(value, NOW) == seconds


@given(st.text(max_size=40))
def test_no_header_is_a_reason_to_stop(value: str) -> None:
    assert 0 <= retryafter.seconds(value, NOW) <= retryafter.LONGEST
