"""Counters that wrap around: RTP sequence numbers (16 bits), RTP time (32), reference times (24). Pure."""


def unwrap(value: int, near: int, bits: int) -> int:
    """The number nearest to `near` whose last `bits` bits are `value`; of two equally near the lower."""
    return near + step(value, near, bits)


def step(value: int, last: int, bits: int) -> int:
    """How far `value` is ahead of `last`, both modulo 2 ** bits; negative where it is behind."""
    half = 1 << (bits - 1)
    return (value - last + half) % (1 << bits) - half
