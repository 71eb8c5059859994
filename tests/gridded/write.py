"""Writes what xarray, netCDF4, zarr and pandas write, good files and wrong ones, into the folder that is named.

Every good file holds the same values: `value(variable, scenario, year, latitude, longitude)` below, which the
tests compute again.
"""

import sys
from pathlib import Path

import netCDF4
import numpy
import pandas
import xarray
import zarr
from numcodecs import LZ4, Blosc, GZip, Shuffle, Zlib, Zstd
from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec, GzipCodec, TransposeCodec, ZstdCodec

OUT = Path(sys.argv[1])
LATITUDES = numpy.arange(49.0, 52.0, 0.5)
LONGITUDES = numpy.arange(-3.0, 2.0, 0.25)
YEARS = numpy.array([2030, 2050, 2080])
SCENARIOS = ["ssp126", "ssp585"]
VARIABLES = {"tas": 10.0, "pr": 0.5}
MONTHS = pandas.date_range("2021-01-01", periods=4, freq="MS")


def value(variable, scenario, year, latitude, longitude):
    return numpy.round(
        VARIABLES[variable] + 3 * scenario + (year - 2000) / 100 + latitude / 4 + longitude / 8, 6
    )


def dataset(latitudes=LATITUDES, longitudes=LONGITUDES, years=YEARS, dtype="float64"):
    """Two variables over scenario, year, latitude and longitude; the north-eastern corner is missing."""
    west = numpy.where(longitudes > 180, longitudes - 360, longitudes)
    s, y, la, lo = numpy.meshgrid(
        numpy.arange(len(SCENARIOS)), years, latitudes, west, indexing="ij"
    )
    arrays = {}
    for name in VARIABLES:
        values = value(name, s, y, la, lo)
        values[(la > 51.2) & (lo > 1.6)] = numpy.nan
        arrays[name] = (("scenario", "year", "lat", "lon"), values.astype(dtype))
    found = xarray.Dataset(
        arrays,
        coords={"scenario": SCENARIOS, "year": years, "lat": latitudes, "lon": longitudes},
        attrs={"Conventions": "CF-1.11", "title": "Made for a test", "license": "CC-BY-4.0"},
    )
    found.lat.attrs = {"units": "degrees_north", "standard_name": "latitude"}
    found.lon.attrs = {"units": "degrees_east", "standard_name": "longitude"}
    found.tas.attrs = {"units": "degC", "long_name": "Temperature", "standard_name": "air_temperature"}
    return found


def monthly(calendar="standard"):
    times = (
        xarray.date_range("2021-01-01", periods=4, freq="MS", calendar=calendar, use_cftime=True)
        if calendar != "standard"
        else MONTHS
    )
    months, la, lo = numpy.meshgrid(numpy.arange(4), LATITUDES, LONGITUDES, indexing="ij")
    found = xarray.Dataset(
        {"ghi": (("time", "lat", "lon"), months + la / 4 + lo / 8)},
        coords={"time": times, "lat": LATITUDES, "lon": LONGITUDES},
    )
    found.lat.attrs["units"] = "degrees_north"
    found.lon.attrs["units"] = "degrees_east"
    return found


def good():
    folder = OUT / "good"
    folder.mkdir()
    plain = dataset()
    for kind in ["NETCDF3_CLASSIC", "NETCDF3_64BIT", "NETCDF4", "NETCDF4_CLASSIC"]:
        plain.to_netcdf(folder / f"{kind}.nc", format=kind)
    cdf5(folder / "CDF5.nc", plain)
    deflated = {name: {"zlib": True, "complevel": 4, "shuffle": True, "fletcher32": True,
                       "chunksizes": (1, 2, 4, 7)} for name in VARIABLES}
    plain.to_netcdf(folder / "deflated.nc", encoding=deflated)
    zstd = {name: {"compression": "szip", "chunksizes": (1, 2, 4, 8)} for name in VARIABLES}
    try:
        plain.to_netcdf(folder / "szip.nc", encoding=zstd, engine="netcdf4")
    except Exception:
        (folder / "szip.nc").unlink(missing_ok=True)
    packed = {name: {"dtype": "int32", "scale_factor": 1e-6, "add_offset": 5.0, "_FillValue": -2147483648}
              for name in VARIABLES}
    plain.to_netcdf(folder / "packed.nc", encoding=packed)
    plain.transpose("year", ...).to_netcdf(folder / "packed3.nc", encoding=packed, format="NETCDF3_CLASSIC", unlimited_dims=["year"])
    dataset(latitudes=LATITUDES[::-1]).to_netcdf(folder / "descending.nc")
    dataset(years=YEARS[::-1]).to_netcdf(folder / "years-descending.nc")
    whole = dataset(longitudes=numpy.arange(0, 360, 0.25))
    whole.to_netcdf(folder / "turned.nc", encoding={name: {"zlib": True} for name in VARIABLES})
    plain.transpose("lat", "lon", "year", "scenario").to_netcdf(folder / "transposed.nc")
    single = dataset(dtype="float32", latitudes=LATITUDES.astype("float32"),
                     longitudes=LONGITUDES.astype("float32"))
    single.to_netcdf(folder / "single.nc")
    named = dataset()
    named.lat.attrs, named.lon.attrs = {}, {}
    named.to_netcdf(folder / "names-only.nc")
    bounded(folder / "bounds.nc", named=plain)
    for calendar in ["standard", "noleap", "360_day"]:
        monthly(calendar).to_netcdf(folder / f"months-{calendar}.nc")
    hours = monthly()
    hours.to_netcdf(folder / "months-hours.nc",
                    encoding={"time": {"units": "hours since 1900-01-01T00:00:00Z", "dtype": "float64"}})


def zarrs():
    """The values of `good` in Zarr stores: each version, codec and way to lay out chunks."""
    folder = OUT / "zarr"
    folder.mkdir()
    plain = dataset()
    chunks = (1, 2, 4, 7)

    def write(name, version, found=plain, **encoding):
        encoding = {variable: {"chunks": chunks} | encoding for variable in VARIABLES}
        if encoding["tas"]["chunks"] is None:
            encoding = {}
        found.to_zarr(folder / f"{name}.zarr", mode="w", zarr_format=version, encoding=encoding,
                      consolidated=version == 2)

    write("v2", 2)
    write("v3", 3)
    write("v2-defaults", 2, chunks=None)
    write("v3-defaults", 3, chunks=None)
    for codec in ["lz4", "lz4hc", "blosclz", "zlib", "zstd"]:
        for name, shuffle in [("plain", Blosc.NOSHUFFLE), ("octets", Blosc.SHUFFLE), ("bits", Blosc.BITSHUFFLE)]:
            write(f"v2-blosc-{codec}-{name}", 2,
                  compressors=Blosc(cname=codec, clevel=5, shuffle=shuffle, blocksize=2048 if name == "bits" else 0),
                  chunks=(2, 3, 6, 20))
    write("v2-zlib", 2, compressors=Zlib(6))
    write("v2-gzip", 2, compressors=GZip(6))
    write("v2-zstd", 2, compressors=Zstd(3))
    write("v2-lz4", 2, compressors=LZ4())
    write("v2-shuffled", 2, compressors=Zlib(1), filters=[Shuffle(8)])
    write("v2-plain", 2, compressors=None)
    write("v3-blosc", 3, compressors=[BloscCodec(cname="lz4", shuffle="shuffle", typesize=8)])
    write("v3-gzip", 3, compressors=[GzipCodec(level=5)])
    write("v3-zstd-checked", 3, compressors=[ZstdCodec(level=3), Crc32cCodec()])
    write("v3-sharded", 3, chunks=(1, 3, 3, 5), shards=(2, 3, 6, 10))
    write("v3-single", 3, found=dataset(dtype="float32"))
    write("v2-turned", 2, found=plain.transpose("lat", "lon", "year", "scenario"), chunks=(2, 7, 2, 1))
    packed = {"dtype": "int32", "scale_factor": 1e-6, "add_offset": 5.0, "_FillValue": -2147483648}
    write("v2-packed", 2, **packed)
    write("v3-packed", 3, **packed)
    store = zarr.open_group(folder / "v3-transposed.zarr", mode="w", zarr_format=3)
    by_hand(store, plain, compressors=[ZstdCodec()], filters=[TransposeCodec(order=(3, 1, 0, 2))])
    store = zarr.open_group(folder / "v2-fortran.zarr", mode="w", zarr_format=2)
    by_hand(store, plain, order="F", compressors=Zstd(1))
    store = zarr.open_group(folder / "v3-big-endian.zarr", mode="w", zarr_format=3)
    by_hand(store, plain, serializer=BytesCodec(endian="big"), compressors=None)


def tables():
    """The values of `good` as rows: one value a row, and one value a variable."""
    folder = OUT / "tables"
    folder.mkdir()
    wide = dataset().to_dataframe().reset_index()
    long = wide.melt(["scenario", "year", "lat", "lon"], list(VARIABLES), "metric", "value")
    shuffled = long.sample(frac=1, random_state=7)
    shuffled.to_csv(folder / "long.csv", index=False)
    shuffled.to_csv(folder / "long-gzip.csv.gz", index=False)
    for name in ["snappy", "zstd", "gzip", "none"]:
        packing = None if name == "none" else name
        shuffled.to_parquet(folder / f"long-{name}.parquet", index=False, compression=packing, row_group_size=300)
    wide.to_parquet(folder / "values.parquet", index=False)
    wide.astype({"scenario": "category", "lat": "float32", "lon": "float32"}).to_parquet(
        folder / "values-category.parquet", index=False)
    wide.to_csv(folder / "values.csv", index=False)
    (OUT / "wide").mkdir()

    def named(name, pattern, **more):
        column = long.apply(lambda row: pattern.format(**row), axis=1)
        cells = long.assign(column=column).pivot(index=["lat", "lon"], columns="column", values="value")
        cells.reset_index().assign(**more).sample(frac=1, random_state=3).to_parquet(
            OUT / "wide" / f"{name}.parquet", compression="zstd", row_group_size=50)

    named("wide", "{metric}_{scenario}_{year}")
    named("wide-pattern", "{year}.{metric}.{scenario}", comment="by hand")
    shuffled.to_parquet(OUT / "bombs" / "lz4.parquet", index=False, compression="lz4")


def by_hand(store, plain, **how):
    """What xarray has no word for: arrays as zarr makes them, with the names of their dimensions."""
    def array(name, values, dimensions, **how):
        named = {"dimension_names": dimensions} if store.metadata.zarr_format == 3 else {}
        made = store.create_array(name, shape=values.shape, dtype=values.dtype, **named, **how)
        if not named:
            made.attrs["_ARRAY_DIMENSIONS"] = list(dimensions)
        made[...] = values
        return made

    for name in ["year", "lat", "lon"]:
        array(name, plain[name].values, (name,))
    array("scenario", numpy.array(SCENARIOS, dtype="U6"), ("scenario",))
    store["lat"].attrs["units"], store["lon"].attrs["units"] = "degrees_north", "degrees_east"
    for name in VARIABLES:
        array(name, plain[name].values, plain[name].dims, chunks=(2, 2, 4, 7), fill_value=numpy.nan, **how)


def cdf5(path, plain):
    with netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_DATA") as file:
        for name in ["year", "lat", "lon"]:
            file.createDimension(name, plain.sizes[name])
            file.createVariable(name, "f8" if name != "year" else "i8", (name,))[:] = plain[name].values
        file.createDimension("scenario", len(SCENARIOS))
        file.createDimension("letters", 6)
        text = file.createVariable("scenario", "S1", ("scenario", "letters"))
        text[:] = netCDF4.stringtochar(numpy.array(SCENARIOS, "S6"))
        file["lat"].units, file["lon"].units = "degrees_north", "degrees_east"
        for name in VARIABLES:
            variable = file.createVariable(name, "f8", ("scenario", "year", "lat", "lon"), fill_value=-9e9)
            variable[:] = numpy.where(numpy.isnan(plain[name].values), -9e9, plain[name].values)


def bounded(path, named):
    found = named.copy()
    found["lat_bnds"] = (("lat", "nv"), numpy.stack([LATITUDES - 0.25, LATITUDES + 0.25], 1))
    found["lon_bnds"] = (("lon", "nv"), numpy.stack([LONGITUDES - 0.125, LONGITUDES + 0.125], 1))
    found["year_bnds"] = (("year", "nv"), numpy.stack([YEARS - 10, YEARS + 10], 1))
    found.lat.attrs["bounds"] = "lat_bnds"
    found.lon.attrs["bounds"] = "lon_bnds"
    found.year.attrs["bounds"] = "year_bnds"
    found.to_netcdf(path)


def wrong():
    """Each is a good file with one thing broken; the name says which."""
    folder = OUT / "wrong"
    folder.mkdir()

    def write(name, change, **encoding):
        found = dataset()
        changed = change(found)
        (found if changed is None else changed).to_netcdf(folder / f"{name}.nc", **encoding)

    def attribute(coordinate, key, text):
        def change(found):
            found[coordinate].attrs[key] = text
        return change

    write("no-latitude", lambda found: found.rename(lat="y").drop_vars("y"))
    write("projected", lambda found: projected(found))
    write("grid-mapping", lambda found: mapped(found))
    write("latitude-in-metres", attribute("lat", "units", "m"))
    write("two-latitudes", lambda found: found.assign_coords(
        other=("lat2", numpy.arange(3.0), {"units": "degrees_north"}),
        more=("lat3", numpy.arange(3.0), {"units": "degrees_north"})).rename(lat="y").drop_vars("y"))
    write("irregular", lambda found: found.assign_coords(
        lat=("lat", numpy.array([49, 49.5, 50.1, 51, 51.3, 52.0]), {"units": "degrees_north"})))
    write("not-monotonic", lambda found: found.assign_coords(
        lat=("lat", LATITUDES[[0, 2, 1, 3, 4, 5]], {"units": "degrees_north"})))
    write("latitude-twice", lambda found: found.assign_coords(
        lat=("lat", LATITUDES[[0, 1, 1, 3, 4, 5]], {"units": "degrees_north"})))
    write("beyond-the-pole", lambda found: found.assign_coords(
        lat=("lat", LATITUDES + 40, {"units": "degrees_north"})))
    write("twice-around", lambda found: found.assign_coords(
        lon=("lon", numpy.linspace(-180, 300, len(LONGITUDES)), {"units": "degrees_east"})))
    write("latitude-missing", lambda found: found.assign_coords(
        lat=("lat", numpy.where(LATITUDES == 50, numpy.nan, LATITUDES), {"units": "degrees_north"})))
    write("scenario-twice", lambda found: found.assign_coords(scenario=["ssp126", "ssp126"]))
    write("no-scenario", lambda found: found.drop_vars("scenario"))
    write("other-dimensions", lambda found: found.assign(few=found.tas.isel(year=0, drop=True)))
    write("infinite", lambda found: found.assign(tas=found.tas.where(found.lat != 50, numpy.inf)))
    write("too-large", lambda found: found.assign(tas=found.tas * 1e12))
    write("scale-text", attribute("tas", "scale_factor", "a tenth"))
    write("bounds-missing", lambda found: found.assign_coords(
        lat=("lat", LATITUDES, {"units": "degrees_north", "bounds": "lat_bounds"})))
    write("bounds-elsewhere", lambda found: cornered(found, 5.0))
    write("bounds-at-corner", lambda found: cornered(found, 0.25))

    def times(name, **attributes):
        monthly().to_netcdf(folder / f"{name}.nc", encoding={"time": {"units": "days since 2000-01-01"}})
        with netCDF4.Dataset(folder / f"{name}.nc", "a") as file:
            file["time"].setncatts(attributes)

    times("calendar-unknown", calendar="martian")
    times("calendar-none", calendar="none")
    times("units-years", units="years since 2000-01-01")
    times("units-no-date", units="days since the flood")
    times("units-zone", units="days since 2000-01-01 00:00:00 +05:30")
    leap = monthly("360_day")
    leap["time"] = [type(leap.time.values[0])(2021, 2, day) for day in (27, 28, 29, 30)]
    leap.to_netcdf(folder / "date-of-360-days.nc")

    write("longitude-missing", lambda found: found.assign_coords(
        lon=("lon", numpy.where(LONGITUDES == 0, numpy.nan, LONGITUDES), {"units": "degrees_east"})))
    write("longitude-twice", lambda found: found.assign_coords(
        lon=("lon", numpy.where(LONGITUDES == 0, 0.25, LONGITUDES), {"units": "degrees_east"})))
    write("latitude-as-text", lambda found: found.assign_coords(
        lat=("lat", LATITUDES.astype(str).astype(object), {"units": "degrees_north"})))
    write("values-as-text", lambda found: found[["tas"]].astype(str).astype(object))
    write("year-missing", lambda found: found.assign_coords(year=("year", [2030.0, numpy.nan, 2080.0])))
    write("year-twice", lambda found: found.assign_coords(year=("year", [2030, 2030, 2080])))
    write("valid-range-turned", attribute("tas", "valid_range", numpy.array([60.0, -60.0])))
    write("offset-text", attribute("tas", "add_offset", "five"))
    with netCDF4.Dataset(folder / "no-time-yet.nc", "w") as file:
        for name, values, units in [("lat", LATITUDES, "degrees_north"), ("lon", LONGITUDES, "degrees_east")]:
            file.createDimension(name, len(values))
            file.createVariable(name, "f8", (name,))[:] = values
            file[name].units = units
        file.createDimension("time", None)
        file.createVariable("time", "f8", ("time",)).units = "days since 2000-01-01"
        file.createVariable("tas", "f8", ("time", "lat", "lon"))
    monthly().to_netcdf(folder / "time-twice.nc", encoding={"time": {"units": "days since 2000-01-01"}})
    with netCDF4.Dataset(folder / "time-twice.nc", "a") as file:
        file["time"][1] = file["time"][0]
    monthly().to_netcdf(folder / "time-missing.nc", encoding={"time": {"units": "days since 2000-01-01", "dtype": "f8"}})
    with netCDF4.Dataset(folder / "time-missing.nc", "a") as file:
        file["time"][2] = numpy.nan

    points = xarray.Dataset(
        {"tas": ("station", numpy.arange(5.0))},
        coords={"lat": ("station", numpy.arange(5.0)), "lon": ("station", numpy.arange(5.0))},
    )
    points.lat.attrs["units"], points.lon.attrs["units"] = "degrees_north", "degrees_east"
    points.to_netcdf(folder / "stations.nc")
    two = numpy.meshgrid(numpy.arange(4.0), numpy.arange(5.0))
    curved = xarray.Dataset(
        {"tas": (("y", "x"), two[0])}, coords={"lat": (("y", "x"), two[0]), "lon": (("y", "x"), two[1])}
    )
    curved.lat.attrs["units"], curved.lon.attrs["units"] = "degrees_north", "degrees_east"
    curved.to_netcdf(folder / "curvilinear.nc")


def series():
    """Irradiance of 2021 and 2022 in a file each half year, packed by numbers of its own, and files that do not fit."""
    folder = OUT / "series"
    folder.mkdir()

    def half(name, first, longitudes=LONGITUDES, latitudes=LATITUDES, until=6, **encoding):
        times = pandas.date_range(first, periods=until, freq="MS")
        months = (times.year - 2021) * 12 + times.month - 1
        m, la, lo = numpy.meshgrid(months, latitudes, longitudes, indexing="ij")
        values = m + la / 4 + lo / 8
        # One corner is never covered, another in the first half year only.
        values[(la > 51.2) & (lo > 1.6)] = numpy.nan
        if first >= "2021-07":
            values[(la < 49.2) & (lo < -2.8)] = numpy.nan
        found = xarray.Dataset({"ghi": (("time", "lat", "lon"), values)},
                               coords={"time": times, "lat": latitudes, "lon": longitudes},
                               attrs={"title": f"Irradiance from {first}", "license": "CC-BY-4.0"})
        found.lat.attrs["units"], found.lon.attrs["units"] = "degrees_north", "degrees_east"
        found.ghi.attrs["units"] = "W m-2"
        found.to_netcdf(folder / f"{name}.nc", unlimited_dims=["time"],
                        encoding={"time": {"units": f"days since {first}"}} | encoding)

    def packed(scale):
        return {"ghi": {"dtype": "int32", "scale_factor": scale, "add_offset": 10.0, "_FillValue": -2147483648}}

    half("ghi-2021-1", "2021-01-01")
    half("ghi-2021-2", "2021-07-01", **packed(0.03125))
    half("ghi-2022-1", "2022-01-01", **packed(0.0009765625))
    half("overlapping", "2021-06-01")
    half("shifted", "2022-07-01", longitudes=LONGITUDES + 0.125)
    half("descending", "2022-07-01", latitudes=LATITUDES[::-1])
    half("far", "2021-01-01", longitudes=LONGITUDES + 10, until=12)
    other = xarray.open_dataset(folder / "ghi-2022-1.nc").load().rename(ghi="dni")
    other["time"] = other.time + numpy.timedelta64(365, "D")
    other.to_netcdf(folder / "renamed.nc")
    calendar = monthly("noleap")
    calendar["ghi"].attrs["units"] = "W m-2"
    calendar["time"] = [time.replace(year=2023) for time in calendar.time.values]
    calendar.to_netcdf(folder / "noleap.nc")


def cornered(found, by):
    low = LATITUDES + by - 0.25
    found["lat_bnds"] = (("lat", "nv"), numpy.stack([low, low + 0.5], 1))
    found.lat.attrs["bounds"] = "lat_bnds"


def projected(found):
    changed = found.rename(lat="y", lon="x")
    changed.y.attrs = {"units": "m", "standard_name": "projection_y_coordinate"}
    changed.x.attrs = {"units": "m", "standard_name": "projection_x_coordinate"}
    return changed


def mapped(found):
    found["crs"] = ((), 0, {"grid_mapping_name": "rotated_latitude_longitude"})
    found.tas.attrs["grid_mapping"] = "crs"
    found.pr.attrs["grid_mapping"] = "crs"


def bombs():
    """Small files that claim to be large."""
    folder = OUT / "bombs"
    folder.mkdir()
    with netCDF4.Dataset(folder / "unwritten.nc", "w") as file:
        for name, size, units in [("time", 4000, "1"), ("lat", 1801, "degrees_north"), ("lon", 3600, "degrees_east")]:
            file.createDimension(name, size)
            variable = file.createVariable(name, "f8", (name,))
            variable.units = units
            step = {"time": 1, "lat": 0.1, "lon": 0.1}[name]
            variable[:] = numpy.arange(size) * step - (90 if name == "lat" else 0)
        file.createVariable("tas", "f4", ("time", "lat", "lon"), zlib=True, chunksizes=(1, 1801, 3600))
    with netCDF4.Dataset(folder / "zeros.nc", "w") as file:
        for name, size, units in [("time", 12, "1"), ("lat", 721, "degrees_north"), ("lon", 1440, "degrees_east")]:
            file.createDimension(name, size)
            variable = file.createVariable(name, "f8", (name,))
            variable.units = units
            variable[:] = numpy.arange(size) * {"time": 1, "lat": 0.25, "lon": 0.25}[name] - (90 if name == "lat" else 0)
        tas = file.createVariable("tas", "f4", ("time", "lat", "lon"), zlib=True, complevel=9,
                                  chunksizes=(4, 721, 1440))
        for start in range(0, 12, 4):
            tas[start:start + 4] = 0
    with netCDF4.Dataset(folder / "chunk.nc", "w") as file:
        for name, size, units in [("lat", 18001, "degrees_north"), ("lon", 36000, "degrees_east")]:
            file.createDimension(name, size)
            variable = file.createVariable(name, "f8", (name,))
            variable.units = units
            variable[:] = numpy.arange(size) / 100 - (90 if name == "lat" else 0)
        file.createVariable("tas", "i1", ("lat", "lon"), zlib=True, chunksizes=(18001, 36000))[:] = 0


if __name__ == "__main__":
    good()
    zarrs()
    wrong()
    series()
    bombs()
    tables()
