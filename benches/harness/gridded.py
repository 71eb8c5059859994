"""A world of irradiance by month, made once below target/: a NetCDF file that both servers take as it is.

0.25 degrees, twelve months, two variables: 1,038,240 cells of 24 values.
"""

import shutil
import subprocess

from .environments import environment
from .place import IS_ROOT, TARGET

HOME = TARGET / "bench-gridded"
DATA = HOME / "irradiance.nc"
STATE = HOME / "state"
STORE = STATE / "collections/irradiance.arrow"

# The newest that runs on Python 3.11, which Debian 12 has.
PACKAGES = ["gunicorn==22.0.0", "gevent", "pygeoapi==0.21.0", "xarray==2026.9.0", "fsspec", "netCDF4"]

DESCRIPTION = """[collection]
title = "Irradiance by month"
licence = "CC0-1.0"
version = "1.0.0"
kind = "coverage"

[[field]]
name = "ghi"
unit = "kW.h/m2"
decimals = 2

[[field]]
name = "sunshine"
unit = "h"
decimals = 0
"""


def python():
    """The Python that pygeoapi is installed in, with what its documentation asks for."""
    return environment("pygeoapi-0.21.0", PACKAGES, "pygeoapi", "gunicorn") / "bin/python"


def data():
    if not DATA.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        part = DATA.with_suffix(".part")
        subprocess.run([python(), "-c", WRITE, part], check=True)
        part.rename(DATA)
    return DATA


def store_into(place, binary):
    """Imports the file, unless an earlier run has, and puts the store into the state folder of `place`."""
    data()
    if not STORE.exists():
        description = HOME / "irradiance.toml"
        description.write_text(DESCRIPTION)
        subprocess.run([binary, "import", "--state", STATE, DATA], check=True, stdout=subprocess.DEVNULL)
    folder = place.path("state/collections")
    folder.mkdir()
    copy = shutil.copy(STORE, folder)
    if IS_ROOT:
        for owned in (folder, copy):
            shutil.chown(owned, "nobody", "www-data")


WRITE = """
import sys
import netCDF4
import numpy

latitudes, longitudes, months = numpy.arange(721) / 4 - 90, numpy.arange(1440) / 4 - 180, numpy.arange(12)
with netCDF4.Dataset(sys.argv[1], "w", format="NETCDF3_64BIT_OFFSET") as file:
    for name, values, units in [
        ("time", [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334], "days since 2021-01-01"),
        ("lat", latitudes, "degrees_north"), ("lon", longitudes, "degrees_east"),
    ]:
        file.createDimension(name, len(values))
        axis = file.createVariable(name, "f8", (name,))
        axis[:], axis.units = values, units
    for name, most, decimals in [("ghi", 250, 2), ("sunshine", 400, 0)]:
        variable = file.createVariable(name, "f4", ("time", "lat", "lon"))
        for month in months:
            season = numpy.sin(numpy.radians(latitudes * numpy.cos(month * numpy.pi / 6)))[:, None]
            values = most * (0.5 + 0.3 * season + 0.2 * numpy.sin(numpy.radians(longitudes * 7))[None, :])
            variable[month] = values.round(decimals)
"""
