"""The robot's endpoint: a daemon that attends booked visits by itself."""
