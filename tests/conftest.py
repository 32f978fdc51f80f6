"""What every test may count on."""

from hypothesis import settings

# The first call of a kernel compiles it, so a test's own time says nothing; the same examples on every run.
settings.register_profile("dataqual", deadline=None, derandomize=True)
settings.load_profile("dataqual")
