"""The contract between robot, server and browser, version 1: pydantic models, no logic.

`wire.rest` is spoken over HTTPS, `wire.signaling` over Socket.IO. `docs/protocol.md` explains both.
"""

from typing import Final

VERSION: Final = 1
"""The protocol's version; a peer that speaks another one is refused with `ErrorCode.VERSION`."""
