"""`python -m robotclient.media.screen FD`: the screen's child process."""

import sys
from typing import Never

from robotclient.media.channel import ChildChannel
from robotclient.media.screen.messages import ScreenSettings
from robotclient.media.screen.worker import RECEIVES, Worker


def main(descriptor: int) -> Never:
    """Wait for the settings, then work until the daemon is gone."""
    channel = ChildChannel.from_descriptor(descriptor, RECEIVES)
    while True:
        for message, _ in channel.received(wait=60):
            if isinstance(message, ScreenSettings):
                Worker(channel, message).run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
