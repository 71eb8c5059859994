"""pyarrow, polars and GeoPandas: whole tables as Arrow streams, Parquet and GeoParquet files, CSV and lines of JSON."""

import io
import os

import geopandas
import polars
import pyarrow
import pyarrow.csv
import pyarrow.ipc
import pyarrow.json
import pyarrow.parquet
import requests
import shapely

import stage
import tables_published as published

os.environ["REQUESTS_CA_BUNDLE"] = stage.ANCHORS
SESSION = requests.Session()
SESSION.cert = stage.CERTIFICATE, stage.PRIVATE_KEY
if stage.TOKEN:
    SESSION.headers["Authorization"] = f"Bearer {stage.TOKEN}"


def ask(name, f, **query):
    answer = SESSION.get(f"{stage.URL}/collections/{name}/items", params={"f": f} | query, stream=f == "arrow")
    answer.raw.decode_content = True
    if not answer.ok:
        raise ConnectionRefusedError(f"{answer.status_code} {answer.text}")
    return answer


def by_wkb(found, right):
    if right is None:
        return found is None
    found = shapely.from_wkb(found) if isinstance(found, bytes) else found
    return found.normalize().equals_exact(shapely.geometry.shape(right).normalize(), 1e-9)


def check(name, rows, **how):
    published.check(name, rows, geometry=by_wkb, **how)


def arrow():
    """As the octets come: no answer is held as a whole before it is read."""
    for name in published.PUBLISHED:
        reader = pyarrow.ipc.open_stream(ask(name, "arrow").raw)
        check(name, (row for batch in reader for row in batch.to_pylist()))
    meters = pyarrow.ipc.open_stream(ask("meters", "arrow").raw).schema
    assert meters.field("kwh").metadata[b"unit"] == b"kW.h", meters
    assert not meters.field("meter").nullable
    few = pyarrow.ipc.open_stream(ask("products", "arrow", year="1907", properties="sku,price").raw).read_all()
    assert few.to_pydict() == {"sku": ["P-0007", "P-0107", "P-0207"], "price": [1.75, 26.75, 51.75]}, few


def parquet():
    for name in published.PUBLISHED:
        file = pyarrow.parquet.ParquetFile(io.BytesIO(ask(name, "parquet").content))
        check(name, file.read().to_pylist())


def text():
    for name in ("products", "meters"):
        check(name, pyarrow.csv.read_csv(io.BytesIO(ask(name, "csv").content),
                                         parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
                                         convert_options=pyarrow.csv.ConvertOptions(strings_can_be_null=True)).to_pylist())
        lines = pyarrow.json.read_json(io.BytesIO(ask(name, "ndjson").content)).to_pylist()
        check(name, lines, without=("from",) if name == "meters" else ()) if name != "meters" else None
        assert len(lines) == len(published.PUBLISHED[name])


def frames():
    for name in published.PUBLISHED:
        check(name, polars.read_ipc_stream(ask(name, "arrow").content).to_dicts())
        check(name, polars.read_parquet(ask(name, "parquet").content).to_dicts())
    for name in ("products", "meters"):
        check(name, polars.read_csv(ask(name, "csv").content, try_parse_dates=True).to_dicts())
        check(name, polars.read_ndjson(ask(name, "ndjson").content).to_dicts())


def geo():
    """GeoParquet, geoarrow and GeoJSON: where the rows lie, and in which system."""
    files = [
        geopandas.read_parquet(io.BytesIO(ask("zones", "parquet").content)),
        geopandas.GeoDataFrame.from_arrow(pyarrow.ipc.open_stream(ask("zones", "arrow").raw).read_all()),
        geopandas.read_file(io.BytesIO(ask("zones", "geojson", limit=1000).content)),
    ]
    for frame in files:
        assert frame.crs.equals("OGC:CRS84", ignore_axis_order=True), frame.crs
        check("zones", frame.to_dict("records"))


try:
    for step in (arrow, parquet, text, frames, geo):
        step()
    print("read")
except ConnectionRefusedError as refusal:
    print("refused", published.refused(str(refusal)))
