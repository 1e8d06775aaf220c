"""`python -m robotclient.media.camera FD`: the camera's child process."""

import sys
from typing import Never

from robotclient.media.camera.messages import CameraSettings
from robotclient.media.camera.worker import RECEIVES, Worker
from robotclient.media.channel import ChildChannel


def main(descriptor: int) -> Never:
    """Wait for the settings, then work until the daemon is gone."""
    channel = ChildChannel.from_descriptor(descriptor, RECEIVES)
    while True:
        for message, _ in channel.received(wait=60):
            if isinstance(message, CameraSettings):
                Worker(channel, message.section).run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
