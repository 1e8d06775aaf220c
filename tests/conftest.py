"""What holds for all tests."""

from hypothesis import settings

# A busy machine must not turn a property red: speed is measured by scripts/, not by tests.
settings.register_profile("telepresence", deadline=None)
settings.load_profile("telepresence")
