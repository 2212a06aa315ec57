"""What every test shares."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("default", deadline=None, print_blob=True)  # a shared machine keeps no deadline
settings.load_profile("default")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Stage results of tests stay among them: a warm cache of the user's would hide a broken stage."""
    before = os.environ.get("GIGACAMPUS_CACHE")
    os.environ["GIGACAMPUS_CACHE"] = str(tmp_path_factory.getbasetemp().parent / "gigacampus-cache")
    yield
    if before is None:
        del os.environ["GIGACAMPUS_CACHE"]
    else:
        os.environ["GIGACAMPUS_CACHE"] = before
