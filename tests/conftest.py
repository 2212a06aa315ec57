"""What every test shares."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("default", deadline=None, print_blob=True)  # a shared machine keeps no deadline
settings.load_profile("default")
