"""The mailbox keeps the order, waits by a deadline, and says loudly that it is full."""

import time

from robotclient.mailbox import LIMIT, Mailbox


async def test_what_was_put_in_first_comes_out_first_and_then_nothing() -> None:
    failures: list[BaseException] = []
    box = Mailbox[str](failures.append)
    box.put("first")
    box.put("second")
    assert [await box.next(1), await box.next(1)] == ["first", "second"]
    began = time.monotonic()
    assert await box.next(0.05) is None
    assert time.monotonic() - began >= 0.04
    assert failures == []


async def test_one_that_is_full_is_a_failure_and_loses_none_of_the_old() -> None:
    failures: list[BaseException] = []
    box = Mailbox[int](failures.append)
    for number in range(LIMIT + 1):
        box.put(number)
    assert [str(failure) for failure in failures] == ["the mailbox is full"]
    assert [await box.next(0) for _ in range(3)] == [0, 1, 2]
