"""TMY3 and EPW: what is right is read as pvlib reads it, what is wrong is one typed error with its line."""

from __future__ import annotations

import io

import numpy as np
import pytest

from gigacampus.engines.site import WeatherYear, read_epw, read_tmy3
from gigacampus.engines.site.weather import LONGEST_GAP, SERIES
from gigacampus.errors import DataError
from gigacampus.timeline import to_utc

READERS = {"tmy3": read_tmy3, "epw": read_epw}
FIRST = {"tmy3": 2, "epw": 8}
DRY_BULB = {"tmy3": 5, "epw": 6}
MISSING = {"tmy3": "-9900", "epw": "99.9"}
kinds = pytest.mark.parametrize("kind", ["tmy3", "epw"])


@pytest.fixture
def texts(tmy3_text, epw_text):
    return {"tmy3": tmy3_text, "epw": epw_text}


def _edit(text, line, cell, value):
    """The text with one cell of one line (from 1) replaced."""
    lines = text.split("\n")
    cells = lines[line - 1].split(",")
    cells[cell] = value
    lines[line - 1] = ",".join(cells)
    return "\n".join(lines)


def _fails(kind, text):
    with pytest.raises(DataError) as caught:
        READERS[kind](text)
    return caught.value.problems[0]


@kinds
def test_a_file_gives_back_what_was_written(kind, texts, weather):
    read = READERS[kind](texts[kind])
    assert (read.latitude, read.longitude, read.elevation, read.utc_offset) == (32.5, -92.0, 24.0, -6.0)
    assert "Made" in read.label.title()
    assert read.notes == ()
    for name in SERIES:
        np.testing.assert_allclose(getattr(read, name), getattr(weather, name), rtol=1e-9, err_msg=name)


@kinds
def test_windows_line_ends_and_a_byte_order_mark_are_read(kind, texts):
    plain = READERS[kind](texts[kind])
    odd = READERS[kind]("\ufeff" + texts[kind].replace("\n", "\r\n") + "\r\n\r\n")
    assert (odd.ghi == plain.ghi).all()


def test_tmy3_is_as_pvlib_reads_it(tmy3_text):
    from pvlib import iotools

    theirs, meta = iotools.read_tmy3(io.StringIO(tmy3_text.replace("MADE, UP", "MADE UP")), coerce_year=2021)
    ours = read_tmy3(tmy3_text)
    assert (meta["latitude"], meta["longitude"], meta["altitude"], meta["TZ"]) == (32.5, -92.0, 24.0, -6.0)
    pairs = {
        "dry_bulb": "temp_air",
        "dew_point": "temp_dew",
        "ghi": "ghi",
        "dni": "dni",
        "dhi": "dhi",
        "wind": "wind_speed",
    }
    for name, column in pairs.items():
        np.testing.assert_allclose(getattr(ours, name), to_utc(theirs[column].to_numpy(float), -6), err_msg=name)
    np.testing.assert_allclose(ours.pressure, 100 * to_utc(theirs["pressure"].to_numpy(float), -6))
    np.testing.assert_allclose(ours.rh, to_utc(theirs["relative_humidity"].to_numpy(float), -6) / 100)


def test_epw_is_as_pvlib_reads_it(epw_text, tmp_path):
    from pvlib import iotools

    path = tmp_path / "made-up.epw"
    path.write_text(epw_text)
    theirs, meta = iotools.read_epw(str(path), coerce_year=2021)
    ours = read_epw(epw_text)
    assert (meta["latitude"], meta["longitude"], meta["altitude"], meta["TZ"]) == (32.5, -92.0, 24.0, -6.0)
    pairs = {"dry_bulb": "temp_air", "dew_point": "temp_dew", "pressure": "atmospheric_pressure", "wind": "wind_speed"}
    for name, column in (pairs | {"ghi": "ghi", "dni": "dni", "dhi": "dhi"}).items():
        np.testing.assert_allclose(getattr(ours, name), to_utc(theirs[column].to_numpy(float), -6), err_msg=name)


@kinds
def test_short_gaps_are_interpolated_and_noted(kind, texts):
    text = texts[kind]
    whole = READERS[kind](text)
    for line in range(100, 100 + LONGEST_GAP):
        text = _edit(text, line, DRY_BULB[kind], MISSING[kind])
    filled = READERS[kind](text)
    assert filled.notes == (f"dry_bulb: {LONGEST_GAP} missing hours were interpolated",)
    gap = np.flatnonzero(filled.dry_bulb != whole.dry_bulb)
    assert len(gap) <= LONGEST_GAP
    ends = whole.dry_bulb[[gap.min() - 1, gap.max() + 1]]
    assert ends.min() <= filled.dry_bulb[gap].min() <= filled.dry_bulb[gap].max() <= ends.max()


@kinds
def test_a_gap_over_new_year_is_closed_around_the_circle(kind, texts):
    text, first = texts[kind], FIRST[kind]
    for line in (first + 1, first + 8760):
        text = _edit(text, line, DRY_BULB[kind], MISSING[kind])
    assert READERS[kind](text).notes == ("dry_bulb: 2 missing hours were interpolated",)


@kinds
def test_a_long_gap_is_an_error(kind, texts):
    text = texts[kind]
    for line in range(100, 101 + LONGEST_GAP):
        text = _edit(text, line, DRY_BULB[kind], MISSING[kind])
    problem = _fails(kind, text)
    assert (problem.line, problem.path) == (100, "dry_bulb")
    assert "in a row are missing" in problem.message


@kinds
@pytest.mark.parametrize("value", ["", "nan", "inf", "1e999", "warm", "-273", "71", "0x10"])
def test_an_impossible_value_is_an_error_with_its_line(kind, texts, value):
    problem = _fails(kind, _edit(texts[kind], 4321, DRY_BULB[kind], value))
    assert (problem.line, problem.path) == (4321, "dry_bulb")
    assert problem.value == repr(value)


@kinds
def test_a_row_with_too_many_or_few_columns_is_an_error(kind, texts):
    lines = texts[kind].split("\n")
    lines[999] += ",0"
    assert _fails(kind, "\n".join(lines)).line == 1000
    lines[999] = lines[999][:20]
    assert _fails(kind, "\n".join(lines)).line == 1000


@kinds
def test_a_missing_hour_is_an_error(kind, texts):
    lines = texts[kind].split("\n")
    del lines[999]
    assert "8,759 hours, not 8,760" in _fails(kind, "\n".join(lines)).message


@kinds
def test_a_leap_year_is_told_what_to_do(kind, texts):
    lines = texts[kind].rstrip("\n").split("\n")
    assert "29 February" in _fails(kind, "\n".join(lines + lines[-24:])).fix


@kinds
def test_hours_out_of_order_are_an_error(kind, texts):
    lines = texts[kind].split("\n")
    lines[500], lines[501] = lines[501], lines[500]
    problem = _fails(kind, "\n".join(lines))
    assert problem.line == 501
    assert "is expected here" in problem.message


@kinds
@pytest.mark.parametrize("text", ["", "\n", "\x00", "722486", "LOCATION", "{}", "a,b\n" * 10])
def test_another_file_is_an_error(kind, text):
    assert _fails(kind, text).line in (1, 2)


@pytest.mark.parametrize("cell", [3, 4, 5, 6])
def test_an_impossible_place_is_an_error(tmy3_text, cell):
    assert _fails("tmy3", _edit(tmy3_text.replace("MADE, UP", "MADE UP"), 1, cell, "1e9")).line == 1


def test_a_missing_column_is_named(tmy3_text):
    assert "Dew-point (C)" in _fails("tmy3", tmy3_text.replace("Dew-point (C)", "Dewpoint")).message


def test_a_year_must_be_whole_and_finite(weather):
    series = {name: getattr(weather, name) for name in SERIES}
    with pytest.raises(DataError, match="wind needs 8,760 finite hours"):
        WeatherYear.from_local("x", (0, 0, 0, 0), series | {"wind": np.full(8760, np.nan)})
    with pytest.raises(DataError, match="8,760"):
        WeatherYear.from_local("x", (0, 0, 0, 0), {name: values[:-1] for name, values in series.items()})


JUNK = [
    "",
    " ",
    ",",
    ",,",
    "\n",
    "\r",
    "\x00",
    '"',
    "'",
    "nan",
    "-",
    "9999",
    "-9900",
    "1e400",
    "é",
    "\u2028",
    "½",
    "٣",
    "/",
    ":",
]


def _mutate(text, rng):
    """One to three random edits: junk put in, a stretch cut, a line doubled, dropped or swapped."""
    for _ in range(rng.integers(1, 4)):
        where = int(rng.integers(0, len(text) if rng.random() < 0.7 else min(len(text), 900)))
        match rng.integers(0, 5):
            case 0:
                text = text[:where] + JUNK[rng.integers(0, len(JUNK))] + text[where:]
            case 1:
                text = text[:where] + text[where + int(rng.integers(1, 40)) :]
            case 2:
                text = text[:where] + JUNK[rng.integers(0, len(JUNK))] + text[where + 1 :]
            case 3:
                end = text.find("\n", where) + 1
                text = text[:end] + text[where:end] + text[end:]
            case _:
                text = text[:where] + chr(int(rng.integers(32, 127))) + text[where + 1 :]
        text = text or "\n"
    return text


@kinds
@pytest.mark.parametrize("seed", range(3))
def test_a_mutated_file_is_an_error_or_a_right_load(kind, texts, seed):
    rng = np.random.default_rng([seed, len(kind)])
    for _ in range(50):
        assert _is_right_or_refused(READERS[kind], _mutate(texts[kind], rng))


def _is_right_or_refused(reader, text):
    try:
        read = reader(text)
    except DataError as error:
        return error.problems[0].line is not None and len(str(error)) < 400
    return all(np.isfinite(getattr(read, name)).all() for name in SERIES) and read.rh.max() <= 1
