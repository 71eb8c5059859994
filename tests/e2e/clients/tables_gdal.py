"""GDAL over the network: its driver of OGC API Features, which goes from page to page, and its readers of files."""

from urllib.parse import urlencode

import geopandas
import pyogrio
import shapely
from pyogrio.errors import DataSourceError, FeatureError

import stage
import tables_published as published

pyogrio.set_gdal_config_options({
    "GDAL_HTTP_SSLCERT": stage.CERTIFICATE,
    "GDAL_HTTP_SSLKEY": stage.PRIVATE_KEY,
    "GDAL_CURL_CA_BUNDLE": stage.ANCHORS,
    # The driver of OGC API Features leaves GDAL_HTTP_HEADERS out of its requests for rows.
    "GDAL_HTTP_AUTH": "BEARER" if stage.TOKEN else None,
    "GDAL_HTTP_BEARER": stage.TOKEN or None,
})
SERVICE = f"OAPIF:{stage.URL}"


def geometry(found, right):
    if right is None:
        return found is None
    return found.normalize().equals_exact(shapely.geometry.shape(right).normalize(), 1e-9)


def check(name, frame, of=lambda row: True, without=()):
    rows = frame.to_dict("records")
    published.check(name, rows, of, without, geometry)


def features():
    """Layers by the driver of OGC API Features."""
    layers = {name for name, _ in pyogrio.list_layers(SERVICE)}
    assert {"zones", "products", "meters"} <= layers, layers
    for name in ("zones", "products", "meters"):
        for size in ("60", "1000"):
            check(name, pyogrio.read_dataframe(SERVICE, layer=name, PAGE_SIZE=size))
    frame = pyogrio.read_dataframe(SERVICE, layer="zones", bbox=(-10, 50, -9, 50.5))
    check("zones", frame, lambda row: row["geometry"] and meets(row["geometry"], shapely.box(-10, 50, -9, 50.5)))
    frame = pyogrio.read_dataframe(SERVICE, layer="zones", where="customers >= 300 AND name LIKE 'Zone \"2%'")
    check("zones", frame, lambda row: row["customers"] >= 300 and row["name"].startswith('Zone "2'))
    frame = pyogrio.read_dataframe(SERVICE, layer="zones", where="\"from\" < '2026/03/10 00:00:00'")
    check("zones", frame, lambda row: row["from"] < "2026-03-10")
    one = "Z/017,e"
    check("zones", pyogrio.read_dataframe(SERVICE, layer="zones", where=f"id = '{one}'"), lambda row: row["id"] == one)
    try:
        # It escapes nothing in the address of a row; what it makes of this key is no address, and is told so.
        pyogrio.read_dataframe(SERVICE, layer="zones", where="id = 'Z/018,é'")
    except FeatureError as refusal:
        assert "must be percent-encoded" in str(refusal), refusal
    turned = pyogrio.read_dataframe(SERVICE, layer="zones", CRS="EPSG:3857")
    assert turned.crs.to_epsg() == 3857, turned.crs
    check("zones", turned.to_crs("OGC:CRS84"))


def files():
    """Answers as files: pages of GeoJSON, and whole tables as CSV and as lines of GeoJSON."""
    for query in ({"limit": 1000}, {"limit": 1000, "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}):
        check("zones", geopandas.read_file(f"GeoJSON:{url('zones', f='geojson', **query)}"))
    check("zones", geopandas.read_file(f"GeoJSONSeq:{url('zones', f='ndjson')}"))
    table = pyogrio.read_dataframe(f"CSV:/vsicurl_streaming/{url('zones', f='csv')}", GEOM_POSSIBLE_NAMES="geometry",
                                   AUTODETECT_TYPE="YES", KEEP_GEOM_COLUMNS="NO")
    check("zones", table, without=("planned",))
    filtered = {"f": "geojson", "limit": 1000, "filter": "S_INTERSECTS(geometry, BBOX(-10, 50, -9, 50.5)) AND planned = TRUE"}
    box = shapely.box(-10, 50, -9, 50.5)
    check("zones", geopandas.read_file(f"GeoJSON:{url('zones', **filtered)}"),
          lambda row: row["planned"] and row["geometry"] and meets(row["geometry"], box))


def meets(shape, box):
    return shapely.geometry.shape(shape).intersects(box)


def url(name, **query):
    return f"{stage.URL}/collections/{name}/items?{urlencode(query)}"


try:
    features()
    files()
    print("read")
except (DataSourceError, FeatureError) as refusal:
    print("refused", published.refused(str(refusal)))
