"""Sound from simulated networks: what had to be guessed, how long it waited, what it cost; as a table.

Two voices are coded by the robot's own encoder and come through a path of a certain kind for a simulated time. Beside
it: the frames that aiortc's own buffer does not give out, and how long the others wait in it.
"""

import argparse
import tempfile
import time
from pathlib import Path

from robotclient.media.audio.messages import BLOCK, RATE
from scripts.lab.network.voice import write_voice
from scripts.lab.playout import PERIOD, Network, arrivals, coded, listen, stock, stock_delay
from scripts.lab.sound import read_wav

WARM_UP = 10.0
"""Seconds in which it gets to know the path; not counted."""


def stall(sent: float) -> float:
    """Every 15 s nothing for 300 ms, then all at once."""
    return max(0.0, 0.3 - sent % 15)


ROWS = {
    "clean": Network(),
    "loss 1 %": Network(loss=0.01),
    "loss 5 %": Network(loss=0.05),
    "loss 10 %": Network(loss=0.1),
    "loss 20 %": Network(loss=0.2),
    "loss 50 %": Network(loss=0.5),
    "loss 10 % in twos": Network(loss=0.1, burst=2),
    "jitter 30 ms": Network(jitter=0.03),
    "jitter 80 ms": Network(jitter=0.08),
    "jitter 80 ms, out of order": Network(jitter=0.08, reorders=True),
    "loss 5 %, jitter 50 ms": Network(loss=0.05, jitter=0.05),
    "stalls of 300 ms": Network(extra=stall),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench-playout", description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0, help="of sound in each row")
    seconds: float = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as directory:
        said = read_wav(write_voice(Path(directory), "speech"))
    payloads = coded(said[: len(said) // BLOCK * BLOCK])
    print("| path | guessed %, of it with speech | recovered % | waited ms | longer, shorter ms/s | CPU ms/s |", end="")
    print(" stock: missing % | waited ms |")
    print("|---|---|---|---|---|---|---|---|")
    for name, network in ROWS.items():
        print(f"| {name} | {row(payloads, network, seconds)} |", flush=True)


def row(payloads: list[bytes], network: Network, seconds: float) -> str:
    """One path's cells."""
    came = arrivals(network, round((seconds + 1) / PERIOD))
    began = time.process_time()
    heard = listen(payloads, came, seconds)
    cpu = (time.process_time() - began) / seconds
    counts = heard.since(WARM_UP)
    share = {
        name: 100 * samples / counts.played
        for name, samples in {
            "guessed": counts.concealed,
            "with speech": counts.concealed - counts.silent_concealed,
            "recovered": counts.recovered,
        }.items()
    }
    given = stock(came)
    return " | ".join((
        f"{share['guessed']:.2f}, {share['with speech']:.2f}",
        f"{share['recovered']:.2f}",
        f"{1000 * heard.delay(WARM_UP):.0f}",
        f"{1000 * counts.inserted / counts.played:.1f}, {1000 * counts.removed / counts.played:.1f}",
        f"{1000 * cpu:.1f}",
        f"{100 * (1 - len(given) * BLOCK / RATE / (seconds + 1)):.1f}",
        f"{1000 * stock_delay(given):.0f}",
    ))  # fmt: skip


if __name__ == "__main__":
    main()
