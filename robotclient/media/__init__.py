"""Cameras, sound and the screen: each a child process that may be killed at any time, and its handle in the daemon."""
