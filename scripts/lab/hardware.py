"""The robot on a real V4L2 camera and real ALSA cards: Debian's kernel in qemu, with vivid, snd-aloop and snd-dummy.

The robot holds a visit with itself, and its devices are taken away and given back by their drivers. Prints a table of
steps for docs/reliability.md; ends with 1 where one failed, and with 2 where the machine did not come to its end.
"""

import argparse
import json
import sys
import threading
import time
from typing import Final

from scripts.lab import emulated
from scripts.lab.process import ROOT

LOG: Final = ROOT / "out/hardware.log"
GUEST: Final = ".venv/bin/python -m scripts.lab.hardware_guest"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/test-hardware", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=25, help="after which the machine is switched off")
    arguments = parser.parse_args()
    emulated.fetch()
    LOG.parent.mkdir(exist_ok=True)
    how = "the processor's own (KVM)" if emulated.virtualization() is emulated.KVM else "emulated in software (TCG)"
    print(f"virtualization: {how}; the machine's messages: {LOG}", file=sys.stderr)
    result = _print_steps(arguments.minutes * 60)
    if result is None:
        print(f"the machine did not come to its end; read {LOG}", file=sys.stderr)
        return 2
    return 0 if result == "ok" else 1


def _print_steps(within: float) -> str | None:
    """The last row's result; None where it was not reached."""
    began = time.monotonic()
    result: str | None = None
    print("| step | | seconds | seen |\n|---|---|---|---|", flush=True)
    with emulated.start(GUEST, LOG) as machine:
        assert machine.stdout is not None
        switch_off = threading.Timer(within, machine.kill)
        switch_off.start()
        for line in machine.stdout:
            row = json.loads(line)
            seconds = row.get("seconds", time.monotonic() - began)
            print(f"| {row['step']} | {row['result']} | {seconds:.1f} | {row['seen']} |", flush=True)
            result = row["result"] if row["last"] else None
        switch_off.cancel()
    return result


if __name__ == "__main__":
    sys.exit(main())
