"""DuckDB: files and streams that were fetched, since its client of HTTP shows no certificate; by address what is open to everyone."""

import os
import site
import tempfile
from pathlib import Path

import duckdb
import pyarrow.ipc
import requests
import shapely

import stage
import tables_published as published

os.environ["REQUESTS_CA_BUNDLE"] = stage.ANCHORS
SESSION = requests.Session()
SESSION.cert = stage.CERTIFICATE, stage.PRIVATE_KEY
if stage.TOKEN:
    SESSION.headers["Authorization"] = f"Bearer {stage.TOKEN}"

EXTENSIONS = next(path for path in (Path(base) / "duckdb_ext/extensions" for base in site.getsitepackages()) if path.exists())
DATABASE = duckdb.connect(config={"extension_directory": str(EXTENSIONS), "autoinstall_known_extensions": False})
for extension in ("spatial", "httpfs"):
    DATABASE.load_extension(extension)
DATABASE.execute(f"SET ca_cert_file = '{stage.ANCHORS}'; SET enable_server_cert_verification = true")


def ask(name, f, **query):
    answer = SESSION.get(f"{stage.URL}/collections/{name}/items", params={"f": f} | query, stream=True)
    answer.raw.decode_content = True
    if not answer.ok:
        raise ConnectionRefusedError(f"{answer.status_code} {answer.text}")
    return answer


def rows(relation):
    return [dict(zip(relation.columns, row)) for row in relation.fetchall()]


def geometry(found, right):
    if right is None:
        return found is None
    return shapely.from_wkb(found).normalize().equals_exact(shapely.geometry.shape(right).normalize(), 1e-9)


def check(name, relation, **how):
    published.check(name, rows(relation), geometry=geometry, **how)


def files(folder):
    for name in published.PUBLISHED:
        path = folder / f"{name}.parquet"
        path.write_bytes(ask(name, "parquet").content)
        columns = "* REPLACE (ST_AsWKB(geometry) AS geometry)" if name == "zones" else "*"
        check(name, DATABASE.sql(f"SELECT {columns} FROM '{path}'"))
    box = "ST_MakeEnvelope(-10, 50, -9, 50.5)"
    near = DATABASE.sql(f"SELECT * REPLACE (ST_AsWKB(geometry) AS geometry) FROM '{folder / 'zones.parquet'}' "
                        f"WHERE ST_Intersects(geometry, {box})")
    shape = shapely.box(-10, 50, -9, 50.5)
    check("zones", near, of=lambda row: row["geometry"] and shapely.geometry.shape(row["geometry"]).intersects(shape))
    for name, f in [("products", "csv"), ("products", "ndjson"), ("meters", "csv")]:
        path = folder / f"{name}.{f}"
        path.write_bytes(ask(name, f).content)
        reader = "read_csv" if f == "csv" else "read_json"
        check(name, DATABASE.sql(f"SELECT * FROM {reader}('{path}')"))


def streams():
    """An Arrow stream is summed up while it comes."""
    meters = pyarrow.ipc.open_stream(ask("meters", "arrow").raw)
    found = DATABASE.sql("SELECT meter, count(*), count(kwh), sum(kwh) FROM meters GROUP BY meter ORDER BY meter").fetchall()
    for meter, count, values, total in found:
        of_meter = [row["kwh"] for row in published.PUBLISHED["meters"] if row["meter"] == meter]
        there = [value for value in of_meter if value is not None]
        assert (count, values, total) == (len(of_meter), len(there), sum(there)), (meter, count, values, total)
    assert len(found) == 3, found


def addresses():
    """Without a certificate: what is open to everyone is read, and nothing else."""
    address = f"{stage.URL}/collections/leaflet/items"
    for f, reader in [("parquet", "read_parquet"), ("csv", "read_csv"), ("ndjson", "read_json")]:
        more = ", format = 'newline_delimited'" if f == "ndjson" else ""
        check("leaflet", DATABASE.sql(f"SELECT * FROM {reader}('{address}?f={f}'{more})"))
    guarded = f"{stage.URL}/collections/products/items?f=parquet"
    try:
        DATABASE.sql(f"SELECT * FROM read_parquet('{guarded}')").fetchall()
        raise AssertionError("guarded rows were read without a certificate")
    except duckdb.HTTPException as refusal:
        assert "401" in str(refusal), refusal


try:
    addresses()
    with tempfile.TemporaryDirectory() as folder:
        files(Path(folder))
    streams()
    print("read")
except ConnectionRefusedError as refusal:
    print("refused", published.refused(str(refusal)))
