"""What every test shares."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

# The same examples in each run, so that a change is judged by what it changes; `--hypothesis-profile search` draws new
# ones. A shared machine keeps no deadline.
settings.register_profile("search", deadline=None, print_blob=True)
settings.register_profile("same", deadline=None, derandomize=True, database=None)
settings.load_profile("same")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Stage results of tests stay among them: a warm cache of the user's would hide a broken stage."""
    before, base = os.environ.get("GIGACAMPUS_CACHE"), tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base  # workers of one run share, runs do not
    os.environ["GIGACAMPUS_CACHE"] = str(shared / "gigacampus-cache")
    yield
    if before is None:
        del os.environ["GIGACAMPUS_CACHE"]
    else:
        os.environ["GIGACAMPUS_CACHE"] = before
