"""The power chain against arithmetic done by hand: each topology, each element, and one chain."""

from __future__ import annotations

import numpy as np
import pytest

from gigacampus.campus import catalog
from gigacampus.campus.spec.facility import PowerChain, PowerElement, Topology
from gigacampus.engines.facility import power
from gigacampus.engines.facility.power.loading import _loading

LOSSES = {  # at a tenth of the rating and at the rating, in thousandths of it: a + b L + c L2, or L / efficiency - L
    "substation-tier2": (0.46 + 0.0287, 0.46 + 2.87),
    "unit-tier2": (0.63 + 0.074, 0.63 + 7.4),
    "meta-medium": (1.6 + 0.225, 1.6 + 22.5),
    "medium-cable": (0.016, 1.6),
    "double-conversion": (10.93 - 0.479 + 0.3231, 10.93 - 4.79 + 32.31),
    "eco": (3.0 + 0.9, 3.0 + 9.0),
    "rectifier-800v": (5.5 - 0.24 + 0.162, 5.5 - 2.4 + 16.2),
    "busway": (0.075, 7.5),
    "busway-277v": (0.05, 5.0),
    "busway-800v": (0.027, 2.7),
    "pdu-208v": (1.73 + 0.141, 1.73 + 14.1),
    "branch-208v": (0.062, 6.2),
    "titanium": (100 / 0.90 - 100, 1000 / 0.91 - 1000),
    "platinum": (200 / 0.90 - 200, 1000 / 0.91 - 1000),  # below its first point, at a fifth, the loss stays
    "orv3-hpr": (300 / 0.975 - 300, 1000 / 0.975 - 1000),  # and below three tenths here
    "frontier-rectifier": (1.295 + 4.1667, 1.295 + 41.667),
    "frontier-sivoc": (3.882 + 2.0408, 3.882 + 20.408),
}


def test_every_element_is_worked_out() -> None:
    assert set(LOSSES) == set(catalog.names("power_elements"))


@pytest.mark.parametrize("name", LOSSES)
def test_losses_at_a_tenth_and_at_full_load(name: str) -> None:
    element = PowerElement.model_validate(name)
    found = 1e3 * power.loss(element, np.array([0.1, 1.0]))
    assert found.tolist() == pytest.approx(LOSSES[name], rel=1e-9)


@pytest.mark.parametrize(
    ("topology", "rating", "load", "one_lost", "carried", "stranded"),
    [  # 120 MW must be carried by four units, or by the fixed groups; 90 MW pass
        ("N", 120, 0.75, 0.75, 0.75, 0),
        ("N+1", 150, 0.60, 0.75, 1, 30),
        ("2N", 240, 0.375, 0.75, 1, 120),
        ("3N/2", 180, 0.50, 0.75, 1, 60),
        ("4N/3", 160, 0.5625, 0.75, 1, 40),
        ("5N/4", 150, 0.60, 0.75, 1, 30),
        ("catcher", 150, 0.75, 0.75, 1, 30),
    ],
)
def test_loading_and_stranded_capacity_of_each_topology(
    topology: Topology, rating: float, load: float, one_lost: float, carried: float, stranded: float
) -> None:
    bank = power.Bank.of("ups", PowerElement.model_validate("double-conversion"), topology, 4, 1.2)
    found = _loading(bank, 0.9, 100.0, 150.0)
    assert found.rating == pytest.approx(rating)
    assert found.load == pytest.approx(load)
    assert found.load_one_lost == pytest.approx(one_lost)
    assert found.carried_one_lost == pytest.approx(carried)
    assert found.stranded == pytest.approx(stranded)
    waits = 30 * 0.01093 if topology == "catcher" else 0.0
    shares = rating - 30 if topology == "catcher" else rating
    curve = 0.01093 - 0.00479 * load + 0.03231 * load**2
    assert found.loss == pytest.approx(shares * curve + waits)


def test_one_chain_from_the_racks_to_the_ups_by_hand() -> None:
    """4N/3 of busway and UPS: ratings 1 / 0.75 and 1.1 x 1.005625 / 0.75 per unit of IT.

    Busway at full IT: 1.333333 x 0.0075 x 0.75^2 = 0.005625; UPS: 1.474917 rated, loaded 0.681818 and 0.067839.
    """
    indoors = power.Chain(PowerChain.model_validate("ups-4n3")).indoors(np.array([1.0, 0.1]))
    assert indoors.busways.tolist() == pytest.approx([0.005625, 0.00005625], rel=1e-9)
    by_hand = [
        1.474917 * (0.01093 - 0.00479 * 0.681818 + 0.03231 * 0.681818**2),
        1.474917 * (0.01093 - 0.00479 * 0.067839 + 0.03231 * 0.067839**2),
    ]
    assert indoors.ups.tolist() == pytest.approx(by_hand, rel=1e-5)
