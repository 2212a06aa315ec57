"""Build the catalogue's hourly Parquet files from the original TMY3 and EIA-930 files.

Usage::

    uv run python scripts/build_catalog_data.py SOURCE_DIR [TARGET_DIR]

`SOURCE_DIR` holds ``weather_tmy3/<station>.tmy3.gz`` (NREL TMY3, months of 1976-2005; Wilcox and Marion,
NREL/TP-581-43156) and ``eia_mix2022/<BA>.csv.gz`` (EIA-930 net generation by fuel, 2022). `TARGET_DIR` is the
catalogue's folder by default. Running it twice gives the same bytes (with the same pyarrow).

Schema of ``weather/<name>.parquet``: 8,760 rows in the order of local standard time, 1 January 00:00 first. TMY3 labels
an hour by its end, 01:00 to 24:00, so row 0 is the file's ``01:00``. Irradiance is the energy of that hour; the other
columns are the observation at its end. A column's value is its integer divided by its scale.

==================  ======  =====  ==============================================
column              dtype   scale  meaning
==================  ======  =====  ==============================================
dry_bulb            int16      10  air temperature [°C]
dew_point           int16      10  dew point [°C]
relative_humidity   uint8       1  relative humidity [%]
pressure            int16       1  station pressure [mbar]
ghi                 int16       1  global horizontal irradiance [W/m2]
dni                 int16       1  direct normal irradiance [W/m2]
dhi                 int16       1  diffuse horizontal irradiance [W/m2]
wind_speed          int16      10  wind speed at 10 m [m/s]
==================  ======  =====  ==============================================

File metadata (text): name, station, title, latitude, longitude [deg], elevation [m], utc_offset [h], source_years (the
year of each month's first hour, 12 of them), hours, scale.<column>.

Schema of ``mix/<name>.parquet``: 8,760 rows in UTC, 2022-01-01 00:00 first, labelled by the start of the hour. EIA-930
labels an hour by its end; the middle of the solar day shows that this holds for MISO and ERCOT (18.5 and 19.2 h UTC
against a solar noon of 18.0 and 18.7) and not for PJM (16.8 against 17.2). So the rows of the first two stand an hour
earlier than in the source, and the source's first hour, which ended 2021, stands last. Columns
WND SUN WAT OIL NG COL NUC OTH, int32, net generation [MWh]. Empty cells, and those that cannot be (`FAULTS`), are
interpolated linearly (`_filled`) and rounded. File metadata (text): name, balancing_authority, year,
hours, gaps (cells interpolated), gaps.<column>.

Each column is one chunk without nulls. To read one without importing pandas, which ``read_table`` and ``to_numpy`` do::

    table = pyarrow.parquet.ParquetFile(path).read(use_threads=False)
    chunk = table.column("ghi").chunk(0)
    numpy.frombuffer(chunk.buffers()[1], dtype=str(chunk.type), count=len(chunk))
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

HOURS = 8760

STATIONS: Mapping[str, str] = {
    "abilene-tx": "TX-Abilene_Regional_Ap_Ut",
    "albuquerque-nm": "NM-Albuquerque_Intl_Arpt_Isis",
    "atlanta-ga": "GA-Atlanta_Hartsfield_Intl_Ap",
    "baltimore-md": "MD-Baltimore_Bltwashngtn_Intl",
    "charleston-sc": "SC-Charleston_Intl_Arpt",
    "charlotte-nc": "NC-Charlotte_Douglas_Intl_Arpt",
    "chicago-il": "IL-Chicago_Ohare_Intl_Ap",
    "columbus-oh": "OH-Columbus_Port_Columbus_Intl_A",
    "council-bluffs-ia": "IA-Council_Bluffs",
    "dallas-tx": "TX-Dallasfort_Worth_Intl_Ap",
    "denver-co": "CO-Denver_Centennial_Golden_Nrel",
    "des-moines-ia": "IA-Des_Moines_Intl_Ap",
    "duluth-mn": "MN-Duluth_International_Arpt",
    "dulles-va": "VA-Washington_Dc_Dulles_Intl_Ar_Sterling_Isis",
    "fairbanks-ak": "AK-Fairbanks_Intl_Arpt",
    "helena-mt": "MT-Helena_Regional_Airport",
    "knoxville-tn": "TN-Knoxville_Mcghee_Tyson_Ap",
    "las-vegas-nv": "NV-Las_Vegas_Mccarran_Intl_Ap",
    "memphis-tn": "TN-Memphis_International_Ap",
    "miami-fl": "FL-Miami_Intl_Ap",
    "monroe-la": "LA-Monroe_Regional_Ap",
    "omaha-ne": "NE-Omaha_Eppley_Airfield",
    "phoenix-az": "AZ-Phoenix_Sky_Harbor_Intl_Ap",
    "redmond-or": "OR-Redmond_Roberts_Field",
    "san-antonio-tx": "TX-San_Antonio_Intl_Ap",
    "san-francisco-ca": "CA-San_Francisco_Intl_Ap",
    "shreveport-la": "LA-Shreveport_Regional_Arpt",
}
"""Name in the catalogue, and file of the station."""

# column: (column of the TMY3 file, scale, dtype, lowest and highest value that is believed)
WEATHER: Mapping[str, tuple[str, int, pa.DataType, float, float]] = {
    "dry_bulb": ("Dry-bulb (C)", 10, pa.int16(), -60, 55),
    "dew_point": ("Dew-point (C)", 10, pa.int16(), -70, 35),
    "relative_humidity": ("RHum (%)", 1, pa.uint8(), 1, 100),
    "pressure": ("Pressure (mbar)", 1, pa.int16(), 650, 1080),
    "ghi": ("GHI (W/m^2)", 1, pa.int16(), 0, 1400),
    "dni": ("DNI (W/m^2)", 1, pa.int16(), 0, 1400),
    "dhi": ("DHI (W/m^2)", 1, pa.int16(), 0, 1000),
    "wind_speed": ("Wspd (m/s)", 10, pa.int16(), 0, 45),
}

EARLY: Mapping[str, Sequence[int]] = {"fairbanks-ak": (1, 2, 3, 5, 6, 7, 8, 9, 10, 12)}
"""Months whose irradiance stands an hour before the extraterrestrial irradiance of the same file; moved back here."""

MIXES: Mapping[str, str] = {"ercot-2022": "ERCO", "miso-2022": "MISO", "pjm-2022": "PJM"}
ENDING = ("ercot-2022", "miso-2022")
"""Mixes whose source labels an hour by its end."""

FUELS = ("WND", "SUN", "WAT", "OIL", "NG", "COL", "NUC", "OTH")
FAULTS: Mapping[str, Sequence[tuple[str, str, Sequence[str]]]] = {
    "pjm-2022": (
        ("2022-02-11T06", "2022-02-11T09", ("NUC",)),  # half of the fleet for four hours
        ("2022-02-12T05", "2022-02-12T05", ("NUC",)),
        ("2022-09-30T05", "2022-10-01T08", FUELS),  # a day at 1.6 times the nuclear fleet, then four hours of nothing
        ("2022-10-02T04", "2022-10-02T04", FUELS),
    ),
}
"""First and last hour of what EIA-930 published and cannot be, and in which fuels."""


def weather_table(source: Path, name: str) -> pa.Table:
    """The weather year of one station."""
    with gzip.open(source / "weather_tmy3" / f"{STATIONS[name]}.tmy3.gz", "rt", encoding="ascii", newline="") as file:
        station, title, state, offset, latitude, longitude, elevation = next(csv.reader(file))
        rows = list(csv.DictReader(file))
    if len(rows) != HOURS:
        raise ValueError(f"{name}: {len(rows)} hours")
    for hour, row in enumerate(rows):
        if row["Time (HH:MM)"] != f"{hour % 24 + 1:02d}:00":
            raise ValueError(f"{name}: hour {hour} is labelled {row['Time (HH:MM)']}")
    metadata = {
        "name": name,
        "station": station,
        "title": f"{title}, {state}",
        "latitude": latitude,
        "longitude": longitude,
        "elevation": elevation,
        "utc_offset": offset,
        "source_years": ",".join(_source_years([row["Date (MM/DD/YYYY)"] for row in rows])),
        "hours": "local standard time, 00:00 of 1 January first",
    }
    columns, types = [], []
    for column, (given, scale, dtype, lowest, highest) in WEATHER.items():
        values = np.array([float(row[given]) for row in rows])
        for month in EARLY.get(name, ()) if given.endswith("(W/m^2)") else ():
            hours = [hour for hour, row in enumerate(rows) if int(row["Date (MM/DD/YYYY)"][:2]) == month]
            values[hours] = np.roll(values[hours], 1)
        if not (values.min() >= lowest and values.max() <= highest):
            raise ValueError(f"{name}: {given} runs from {values.min()} to {values.max()}")
        columns.append(pa.array(np.rint(values * scale).astype(int).tolist(), type=dtype))
        types.append(pa.field(column, dtype, nullable=False))
        metadata[f"scale.{column}"] = str(scale)
    return pa.table(columns, schema=pa.schema(types, metadata=metadata))


def _source_years(dates: Sequence[str]) -> list[str]:
    years: dict[str, str] = {}
    for date in dates:
        month, _, year = date.split("/")
        years.setdefault(month, year)
    return [years[f"{month:02d}"] for month in range(1, 13)]


def mix_table(source: Path, name: str) -> pa.Table:
    """The hourly net generation by fuel of one balancing authority."""
    with gzip.open(source / "eia_mix2022" / f"{MIXES[name]}.csv.gz", "rt", encoding="ascii", newline="") as file:
        rows = list(csv.DictReader(file))
    hours = np.datetime64("2022-01-01T00") + np.arange(HOURS)
    if [row["timestamp"] for row in rows] != [f"{hour} ".replace("T", " ")[:13] + ":00:00+00:00" for hour in hours]:
        raise ValueError(f"{name}: the hours of 2022 are not complete and in order")
    given = {fuel: np.array([float(row[fuel] or "nan") for row in rows]) for fuel in FUELS}
    for first, last, fuels in FAULTS.get(name, ()):
        for fuel in fuels:
            given[fuel][(hours >= np.datetime64(first)) & (hours <= np.datetime64(last))] = np.nan
    columns, gaps = [], {}
    for fuel in FUELS:
        values, gaps[fuel] = _filled(given[fuel])
        values = np.roll(values, -1) if name in ENDING else values
        columns.append(pa.array(np.rint(values).astype(int).tolist(), type=pa.int32()))
    metadata = {
        "name": name,
        "balancing_authority": MIXES[name],
        "year": "2022",
        "hours": "UTC, start of the hour",
        "gaps": str(sum(gaps.values())),
    } | {f"gaps.{fuel}": str(count) for fuel, count in gaps.items()}
    fields = [pa.field(fuel, pa.int32(), nullable=False) for fuel in FUELS]
    return pa.table(columns, schema=pa.schema(fields, metadata=metadata))


def _filled(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
    """Gaps interpolated, up to three hours between neighbours, longer ones between the same hours of other days."""
    gap, hours = ~np.isfinite(values), np.arange(HOURS)
    filled = np.interp(hours, hours[~gap], values[~gap])
    for start in np.flatnonzero(gap & ~np.roll(gap, 1)):
        end = start + int(np.argmin(gap[start:]))
        for hour in range(start, end) if end - start > 3 else ():
            same = hours[hour % 24 :: 24]
            known = same[~gap[same]]
            filled[hour] = np.interp(hour, known, values[known])
    return filled, int(gap.sum())


def write(table: pa.Table, path: Path) -> None:
    """Write a table compactly; slowly varying integers are smallest as differences, the others as split bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    differences = {"pressure"}
    options = {
        "compression": "zstd",
        "compression_level": 22,
        "use_dictionary": False,
        "write_statistics": False,
        "store_schema": False,
        "data_page_size": 1 << 20,
        "column_encoding": {
            name: "DELTA_BINARY_PACKED" if name in differences else "BYTE_STREAM_SPLIT" for name in table.column_names
        },
    }
    with pq.ParquetWriter(path, table.schema, **options) as writer:
        writer.write_table(table, row_group_size=HOURS)
        writer.add_key_value_metadata({key.decode(): value.decode() for key, value in table.schema.metadata.items()})


def main(source: Path, target: Path) -> None:
    """Build every file, and print its size."""
    total = 0
    for folder, names, build in (("weather", STATIONS, weather_table), ("mix", MIXES, mix_table)):
        for name in names:
            path = target / folder / f"{name}.parquet"
            write(build(source, name), path)
            total += path.stat().st_size
            print(f"{path.stat().st_size:8,d}  {folder}/{name}")
    print(f"{total:8,d}  in all")


if __name__ == "__main__":
    catalogue = Path(__file__).parents[1] / "src/gigacampus/campus/catalog"
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else catalogue)
