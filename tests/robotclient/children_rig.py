"""A device child for the tests of supervision: it beats, counts its orders, and hangs or exits when told to."""

import os
import sys
import time
from typing import Never

from robotclient.media.channel import Beat, ChildChannel, PipeMessage


class Do(PipeMessage):
    """An order to the child: `hang`, `work`, `exit`, `count`."""

    what: str


class Said(PipeMessage):
    """What the child says: its process, and how many orders it has had."""

    pid: int
    orders: int


def child(descriptor: int) -> Never:
    channel = ChildChannel.from_descriptor(descriptor, (Do,))
    orders = 0
    channel.send(Beat())  # before the first word: whoever hears that may stop this process at once
    channel.send(Said(pid=os.getpid(), orders=0))
    while True:
        channel.send(Beat())
        for message, _ in channel.received(wait=0.1):
            assert isinstance(message, Do)
            orders += 1
            match message.what:
                case "hang":
                    time.sleep(1000)
                case "work":  # four times the patience of the tests
                    channel.send(Beat(busy=10))
                    time.sleep(2)
                    channel.send(Said(pid=os.getpid(), orders=orders))
                case "exit":
                    sys.exit(3)
                case _:
                    channel.send(Said(pid=os.getpid(), orders=orders))


if __name__ == "__main__":
    child(int(sys.argv[1]))
