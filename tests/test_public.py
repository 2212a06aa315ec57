"""The public names. A name is added here on purpose, and none goes without a deprecation."""

from __future__ import annotations

import gigacampus


def test_the_public_names_are_pinned() -> None:
    assert gigacampus.__all__ == ["Campus", "CampusError", "Result", "__version__", "load", "run", "verify"]


def test_every_public_name_is_there_and_documented() -> None:
    for name in gigacampus.__all__:
        assert getattr(gigacampus, name).__doc__, name
    assert set(gigacampus.__all__) <= set(dir(gigacampus))


def test_a_name_that_is_not_there_says_so() -> None:
    assert not hasattr(gigacampus, "nothing")
