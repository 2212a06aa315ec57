"""Phases, hours, months and weather years, and what each change of resolution keeps."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigacampus.timeline import LEAP_DAY, WEATHER_HOURS, Timeline, to_utc, weather_year


@st.composite
def timelines(draw):
    start = draw(st.dates(date(2020, 1, 1), date(2050, 12, 31)))
    gaps = draw(st.lists(st.integers(0, 700), max_size=4))
    ready = [start]
    for gap in gaps:
        ready.append(ready[-1] + timedelta(days=gap))
    return Timeline.of(ready, start + timedelta(days=draw(st.integers(0, 2500))))


def _hour(line, day, hour=0):
    """Index of an hour of the life."""
    return 24 * (day - line.start).days + hour


def test_a_weather_year_repeats_28_february():
    source = np.arange(8760.0)
    year = weather_year(source)
    assert len(year) == WEATHER_HOURS
    assert (year[LEAP_DAY] == source[58 * 24 : 59 * 24]).all()
    assert (np.delete(year, LEAP_DAY) == source).all()


def test_a_leap_source_year_stays_and_is_copied():
    source = np.arange(8784.0)
    year = weather_year(source)
    assert (year == source).all()
    assert not np.shares_memory(year, source)


@pytest.mark.parametrize("hours", [0, 8759, 8761, 8783])
def test_another_length_is_no_year(hours):
    with pytest.raises(ValueError, match="8,760 or 8,784 hours"):
        weather_year(np.zeros(hours))


def test_leap_years_keep_29_february():
    leap = Timeline.of([date(2028, 1, 1)], date(2028, 12, 31))
    common = Timeline.of([date(2027, 1, 1)], date(2027, 12, 31))
    assert leap.hours == WEATHER_HOURS
    assert (leap.weather == np.arange(WEATHER_HOURS)).all()
    assert common.hours == 8760
    assert (common.weather == np.delete(np.arange(WEATHER_HOURS), LEAP_DAY)).all()


def test_2100_is_no_leap_year():
    line = Timeline.of([date(2100, 2, 28)], date(2100, 3, 1))
    assert line.weather[[0, 24]].tolist() == [58 * 24, 60 * 24]


def test_an_hour_is_labelled_by_its_start():
    line = Timeline.of([date(2028, 2, 29)], date(2028, 3, 1))
    assert line.weather[0] == LEAP_DAY.start
    assert line.month[23:25].tolist() == [0, 1]


@settings(deadline=None)
@given(timelines())
def test_every_hour_points_to_its_own_calendar_day(line):
    stamps = line.days.repeat(24)
    typical = np.datetime64("2028-01-01") + line.weather // 24
    assert (typical.astype(str).astype("U10") == [f"2028{day[4:]}" for day in stamps.astype(str)]).all()
    assert (line.weather % 24 == np.tile(np.arange(24), len(line.days))).all()


def test_utc_is_local_time_less_the_offset():
    local = np.arange(8760.0)
    assert to_utc(local, -6)[6] == 0.0
    assert to_utc(local, 9)[0] == 9.0
    assert to_utc(local, 9)[8760 - 9] == 0.0
    assert (to_utc(local, 0) == local).all()


def test_utc_at_half_an_hour_is_the_mean_of_both_hours():
    """05:00 to 06:00 in India is 23:30 to 00:30 in UTC."""
    local = np.zeros(8760)
    local[5] = 1.0
    moved = to_utc(local, 5.5)
    assert moved[[-1, 0]].tolist() == [0.5, 0.5]
    assert to_utc(local, -3.5)[[8, 9]].tolist() == [0.5, 0.5]


@settings(deadline=None)
@given(st.integers(-48, 56), st.integers(0, 2**32 - 1))
def test_utc_conserves_the_year(quarters, seed):
    local = np.random.default_rng(seed).random(8760)
    moved = to_utc(local, quarters / 4)
    assert moved.sum() == pytest.approx(local.sum(), rel=1e-12)
    if quarters % 4 == 0:
        assert (to_utc(moved, -quarters / 4) == local).all()


@settings(deadline=None)
@given(timelines(), st.integers(0, 2**32 - 1))
def test_sums_by_month_and_year_conserve(line, seed):
    hourly = np.random.default_rng(seed).random(line.hours)
    monthly, yearly = line.monthly(hourly), line.yearly(hourly)
    assert len(monthly) == len(line.months)
    assert len(yearly) == len(line.years)
    assert monthly.sum() == pytest.approx(hourly.sum(), rel=1e-12)
    np.testing.assert_allclose(line.months_to_years(monthly), yearly, rtol=1e-12)


@settings(deadline=None)
@given(timelines())
def test_each_month_has_its_hours(line):
    counted = line.monthly(np.ones(line.hours))
    for month, hours in zip(line.months, counted, strict=True):
        first = max(month.astype("datetime64[D]"), np.datetime64(line.start))
        last = min((month + 1).astype("datetime64[D]") - 1, np.datetime64(line.end))
        assert hours == 24 * ((last - first).astype(int) + 1)


@settings(deadline=None)
@given(timelines(), st.integers(0, 2**32 - 1))
def test_monthly_peak_is_each_months_highest_hour(line, seed):
    hourly = np.random.default_rng(seed).normal(size=line.hours)
    expected = [hourly[line.month == month].max() for month in range(len(line.months))]
    assert line.monthly_peak(hourly).tolist() == expected


def test_phases_start_mid_year_on_their_day():
    ready = [date(2028, 7, 15), date(2029, 5, 30), date(2029, 11, 1)]
    line = Timeline.of(ready, date(2030, 3, 31))
    assert line.start == ready[0]
    assert line.phase[0] == 0
    for phase, day in enumerate(ready[1:], start=1):
        assert line.phase[_hour(line, day) - 1 : _hour(line, day) + 1].tolist() == [phase - 1, phase]
    assert line.years.tolist() == [2028, 2029, 2030]
    assert line.yearly(np.ones(line.hours)).tolist() == [170 * 24, 365 * 24, 90 * 24]
    assert line.months[[0, -1]].astype(str).tolist() == ["2028-07", "2030-03"]


def test_two_phases_on_one_day_are_one_step():
    line = Timeline.of([date(2028, 1, 1), date(2028, 1, 2), date(2028, 1, 2)], date(2028, 1, 3))
    assert line.phase[[0, 24, 48]].tolist() == [0, 2, 2]


def test_a_phase_after_the_end_never_comes_on():
    line = Timeline.of([date(2028, 1, 1), date(2031, 1, 1)], date(2028, 12, 31))
    assert set(line.phase) == {0}


def test_gather_lays_phases_and_weather_out():
    line = Timeline.of([date(2028, 2, 28), date(2028, 3, 1)], date(2028, 3, 1))
    by_hour = np.arange(float(WEATHER_HOURS))
    assert line.gather(by_hour)[[0, 24, 48]].tolist() == [58 * 24, 59 * 24, 60 * 24]
    by_phase = np.stack([by_hour, by_hour + 1e6])
    assert line.gather(by_phase)[[0, 24, 48]].tolist() == [58 * 24, 59 * 24, 60 * 24 + 1e6]


@pytest.mark.parametrize(
    ("start", "end", "ready"),
    [
        (date(2028, 1, 1), date(2027, 1, 1), (date(2028, 1, 1),)),
        (date(2028, 1, 1), date(2029, 1, 1), (date(2028, 1, 2),)),
        (date(2028, 1, 1), date(2029, 1, 1), ()),
        (date(2028, 1, 1), date(2029, 1, 1), (date(2028, 1, 1), date(2028, 3, 1), date(2028, 2, 1))),
    ],
)
def test_an_impossible_life_is_refused(start, end, ready):
    with pytest.raises(ValueError, match="phase"):
        Timeline(start, end, ready)
