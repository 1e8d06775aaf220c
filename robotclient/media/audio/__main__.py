"""The audio child: `python -m robotclient.media.audio FD`, where FD is the channel to the daemon."""

import os
import signal
import sys

from robotclient.media.audio.loop import MESSAGES, SoundLoop
from robotclient.media.channel import ChildChannel


def main() -> None:
    """Run until the daemon closes the channel."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the daemon, which then closes the channel
    # Else PulseAudio buffers up to two seconds. Less than 30 ms runs dry where the processor is busy.
    os.environ.setdefault("PULSE_LATENCY_MSEC", "30")
    SoundLoop(ChildChannel.from_descriptor(int(sys.argv[1]), MESSAGES)).run()


if __name__ == "__main__":
    main()
