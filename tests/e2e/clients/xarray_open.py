"""Answers as NetCDF, opened by xarray through both of its readers of the classic format."""

import tempfile

import numpy
import requests
import xarray

import stage

session = requests.Session()
session.trust_env = False
session.cert, session.verify = (stage.CERTIFICATE, stage.PRIVATE_KEY), stage.ANCHORS
session.headers["Authorization"] = f"Bearer {stage.TOKEN}"


def opened(engine, path, **parameters):
    answer = session.get(f"{stage.URL}/collections/{path}", params={**parameters, "f": "netcdf"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/netcdf", answer.headers
    with tempfile.NamedTemporaryFile(suffix=".nc") as file:
        file.write(answer.content)
        file.flush()
        return xarray.load_dataset(file.name, engine=engine)


def values(found, name, *along):
    """Values of a variable by longitude and latitude and by the coordinates `along`."""
    return {(row["lon"], row["lat"], *(row[axis] for axis in along)): row[name]
            for row in found[name].to_dataframe().reset_index().to_dict("records")}


def check(found, expected, count):
    assert len(found) == count, found
    for key, value in found.items():
        assert stage.same(value, expected[key]), (key, value, expected[key])


def irradiance(engine):
    source = stage.irradiance()
    for path, place, count in [
        ("irradiance/cube", {"bbox": "-3,49,0,51"}, 7 * 5),
        ("irradiance/position", {"coords": "POINT(1.4 51.1)"}, 1),
        ("irradiance/position", {"coords": "MULTIPOINT((1.4 51.1),(2 50))"}, 2),
        ("irradiance/area", {"coords": "POLYGON((-3 49,2 49,2 52,-3 49))"}, None),
    ]:
        found = opened(engine, path, **place)
        assert found.attrs["Conventions"] == "CF-1.11" and found.attrs["license"] == "CC-BY-4.0", found.attrs
        assert found.ghi.attrs["units"] == "kW.h/m2" and found.ghi.attrs["long_name"], found.ghi.attrs
        assert found.time.dtype.kind == "M", found.time
        found["time"] = numpy.datetime_as_string(found.time.values, unit="s").astype(object) + "Z"
        for variable in ("ghi", "sunshine"):
            expected = {key[1:]: value for key, value in source.items() if key[0] == variable}
            cells = count or found.sizes["point"]
            check(values(found, variable, "time"), expected, cells * 4)
        assert ("cell_share" in found) == (path == "irradiance/area")
    assert 0 < float(found.cell_share.min()) < 1 == float(found.cell_share.max())
    south = opened(engine, "irradiance/cube", bbox="-3,49,3,53").ghi.sel(lat=50, lon=2, time="2021-02-01")
    assert stage.same(float(south), source["ghi", 2.0, 50.0, "2021-02-01T00:00:00Z"])


def heat(engine):
    found = opened(engine, "heat/cube", bbox="170,-20,-170,20", subset="year(2030:2075)")
    assert found.lon.values.tolist() == [170, 175, 180, 185, 190] and "point" not in found.sizes, found.lon
    assert found.scenario.values.tolist() == stage.SCENARIOS and found.year.values.tolist() == [2030, 2040, 2050, 2075]
    west = found.assign_coords(lon=(found.lon + 180) % 360 - 180)
    check(values(west, "daysexceeding35c", "scenario", "year"), stage.heat(), 5 * 9 * 2 * 4)


for engine in ("scipy", "netcdf4"):
    irradiance(engine)
    heat(engine)
    print(engine)
