"""Colours that every eye can tell apart, text that can be read."""

from __future__ import annotations

import eyes
import pytest

from gigacampus.faces.figures import look
from gigacampus.faces.figures.text import colour, plain, resolve

MODES = {"light": look.LIGHT, "dark": look.DARK}


def test_the_difference_of_colours_is_that_of_its_authors() -> None:
    """Pairs of Sharma, Wu and Dalal (2005), table 1."""
    import numpy as np

    for one, other, difference in (
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (50.0, 0.0, -2.5), 4.3065),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
    ):
        assert eyes.ciede2000(np.array(one), np.array(other)) == pytest.approx(difference, abs=1e-4)


@pytest.mark.parametrize("eye", ["normal", "protanopia", "deuteranopia"])
@pytest.mark.parametrize("group", eyes.GROUPS)
@pytest.mark.parametrize("mode", MODES)
def test_colours_of_a_group_stand_apart(mode: str, group: str, eye: str) -> None:
    difference, one, other = eyes.nearest(MODES[mode], eyes.GROUPS[group], eye)
    assert difference >= 10, f"{one} and {other} in {mode} mode"


@pytest.mark.parametrize("mode", MODES)
def test_text_is_readable(mode: str) -> None:
    tokens = MODES[mode]
    for name in ("ink", "ink2", "act", *eyes.STATUS):
        for ground in ("paper", "wash"):
            assert look.contrast(tokens[name], tokens[ground]) >= 4.5, (name, ground)
    whole = look.complete(tokens)
    for fill in ("it", "grid", "meta", "pimco", "gas", "nuclear"):
        assert look.contrast(whole[fill], whole[f"on-{fill}"]) >= 4.0, fill


def test_a_template_names_colours_for_the_script_and_gives_them_to_a_notebook() -> None:
    named, light = look.template(look.NAMED), look.template(look.LIGHT)
    assert resolve(plain(named), look.LIGHT, "en") == plain(light)


def test_a_colour_that_is_none_stays_what_it_is() -> None:
    assert colour("nobody", look.LIGHT) == "@nobody"
    assert resolve("@gas <b>", look.LIGHT, "en") == "@gas <b>"
    assert resolve("{@gas/0.5} x", look.LIGHT, "en") == "rgba(194,91,42,0.5) x"
