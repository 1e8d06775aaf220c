"""How fast may we send? Congestion control by delay, loss and probes. Pure: no clock, no IO, no logging.

draft-ietf-rmcat-gcc-02, in the form that libwebrtc has given it since (`modules/congestion_controller/goog_cc`): what
was decided there by measurement on the world's networks is taken over, constant by constant, and where a module here
departs from it, it says so.

```
 sent packets ──▶ history ◀── transport-wide feedback
                    │ the fate of each packet
      ┌─────────────┼──────────────┬───────────────┐
      ▼             ▼              ▼               ▼
 arrival groups  throughput   probe results   loss estimator ──┐
      ▼             │              │                           │
  trendline ────▶ AIMD rate ◀──────┘                           ▼
  (over-use)      control ───────────────────────────▶ the smaller one
```

Rates are bits per second, headers included as far as the caller counts them in; times are seconds.
"""

from robotclient.transport.congestion.controller import Controller, Rates
from robotclient.transport.congestion.probing import Probe

__all__ = ["Controller", "Probe", "Rates"]
