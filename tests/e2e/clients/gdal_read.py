"""GDAL over the network, through GeoPandas: tables of values with a point for each cell."""

import warnings
from urllib.parse import urlencode

import geopandas
import pyogrio
from pyogrio.errors import DataSourceError

import stage

pyogrio.set_gdal_config_options({
    "GDAL_HTTP_SSLCERT": stage.CERTIFICATE,
    "GDAL_HTTP_SSLKEY": stage.PRIVATE_KEY,
    "GDAL_HTTP_HEADERS": f"Authorization: Bearer {stage.TOKEN}",
    "GDAL_CURL_CA_BUNDLE": stage.ANCHORS,
})


def csv(path, **parameters):
    """A table as CSV, whose coordinates GDAL is told the names of."""
    url = f"{stage.URL}/{path}?{urlencode(parameters | {'f': 'csv'})}"
    return geopandas.read_file(f"CSV:/vsicurl/{url}", X_POSSIBLE_NAMES="longitude", Y_POSSIBLE_NAMES="latitude",
                               AUTODETECT_TYPE="YES", KEEP_GEOM_COLUMNS="NO")


def geojson(path, **parameters):
    """Features, which say themselves where they lie."""
    return geopandas.read_file(f"GeoJSON:{stage.URL}/{path}?{urlencode(parameters | {'f': 'geojson'})}")


def check(found, expected, names, count):
    assert len(found) == count, found
    for row in found.itertuples(index=False):
        place = row.geometry.x, row.geometry.y
        for name, value in zip(found.columns, row):
            if name in names:
                assert stage.same(value, expected[(*names[name], *place)]), (place, name, value)


def read():
    irradiance = stage.irradiance()
    expected = {(variable, time, longitude, latitude): value
                for (variable, longitude, latitude, time), value in irradiance.items()}
    names = {f"{variable}_{time}": (variable, time) for variable in ("ghi", "sunshine") for time in stage.TIMES}
    for path, place, count in [
        ("position", {"coords": "POINT(1.4 51.1)"}, 1),
        ("position", {"coords": "MULTIPOINT((1.4 51.1),(2 50))"}, 2),
        ("area", {"coords": "POLYGON((-3 49,2 49,2 52,-3 49))"}, None),
        ("cube", {"bbox": "-3,49,0,51"}, 7 * 5),
    ]:
        for reader in READERS:
            found = reader(f"collections/irradiance/{path}", **place)
            assert set(names) <= set(found.columns), found.columns
            assert found[list(names)].dtypes.map(lambda one: one.kind in "fi").all(), found.dtypes
            check(found, expected, names, count or len(found))
            assert len(found) > 0


READERS = [csv, geojson]
with warnings.catch_warnings(record=True) as said:
    try:
        read()
        print("read")
    except DataSourceError as refused:
        assert any("401" in str(one.message) for one in said), (refused, said)
        print("refused")
