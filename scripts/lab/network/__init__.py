"""Calls through a path that loses, delays and queues: what `scripts/bench-network` stands on."""
