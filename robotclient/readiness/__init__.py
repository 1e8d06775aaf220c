"""Proof that the robot could hold a visit: what is checked, when, and by what means (B2)."""
