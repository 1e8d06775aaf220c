"""The robot's endpoint: a daemon that attends booked visits by itself."""

from importlib.metadata import version

VERSION = version("telepresence")
