"""Bindings to the machine's libvpx and libopus, for what PyAV does not reach: rates in place, concealment, FEC."""
