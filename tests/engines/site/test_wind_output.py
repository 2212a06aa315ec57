"""Wind: power curve, shear, and scaling to a stated capacity factor."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigacampus.engines.site import wind
from gigacampus.errors import InfeasibleError

profiles = st.lists(st.floats(0.01, 1.0), min_size=5, max_size=60).map(np.array)


def test_power_curve_at_its_corners(turbine):
    speeds = np.array([0.0, 3.0, 11.0, 25.0, 25.01, 60.0])
    assert wind.power(speeds, turbine).tolist() == [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]
    assert wind.power(np.array([7.0]), turbine)[0] == pytest.approx((343 - 27) / (1331 - 27))


def test_shear_lifts_the_wind_to_the_hub(turbine):
    raw = wind.output("w", turbine, np.array([4.6, 3.6]))
    assert raw.tolist() == pytest.approx((0.88 * ((np.array([4.6, 3.6]) * 10**0.2) ** 3 - 27) / 1304).tolist())


@settings(deadline=None)
@given(profiles, st.floats(0.01, 0.97))
def test_scaling_hits_the_mean_under_the_cap(raw, mean):
    scaled = wind.scale(raw, mean, 0.98)
    assert scaled.mean() == pytest.approx(mean, rel=1e-9)
    assert scaled.max() <= 0.98
    assert (np.diff(scaled[np.argsort(raw)]) >= 0).all()


@settings(deadline=None)
@given(profiles)
def test_scaling_to_its_own_mean_changes_nothing(raw):
    np.testing.assert_allclose(wind.scale(raw, raw.mean(), 1.0), raw, rtol=1e-9)


def test_scaling_to_nothing_gives_nothing():
    assert wind.scale(np.array([0.0, 0.5]), 0.0, 0.98).tolist() == [0.0, 0.0]


def test_calm_hours_stay_calm_and_bound_the_mean():
    raw = np.array([0.0, 0.2, 0.4, 0.0])
    assert wind.scale(raw, 0.49, 0.98) == pytest.approx([0.0, 0.98, 0.98, 0.0])
    with pytest.raises(ValueError, match="at the most"):
        wind.scale(raw, 0.5, 0.98)


def test_an_unreachable_capacity_factor_names_the_plant(turbine, weather):
    turbine.scale_to = 0.95
    with pytest.raises(InfeasibleError, match=r"supply\.plants\.prairie\.scale_to") as caught:
        wind.output("prairie", turbine, weather.wind * 0.3)
    assert "95.0%" in str(caught.value)


def test_a_calm_year_cannot_be_scaled(turbine):
    turbine.scale_to = 0.3
    with pytest.raises(InfeasibleError, match=r"0\.0% at the most"):
        wind.output("w", turbine, np.zeros(8760))
