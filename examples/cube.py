#!/usr/bin/env python3
"""A box of a coverage as an xarray Dataset.

    pip install xarray scipy
    . target/dev/consumer.env                       # or your own values of the same variables
    python3 examples/cube.py heat -10,35,30,60      # a collection, and west,south,east,north
"""

import io
import json
import os
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request

import xarray

TLS = ssl.create_default_context(cafile=os.environ.get("PERILS_CA"))
TLS.load_cert_chain(os.environ["PERILS_CERTIFICATE"], os.environ["PERILS_KEY"])


def token() -> str:
    form = {"grant_type": "client_credentials", "client_id": os.environ["PERILS_CLIENT_ID"]}
    body = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(os.environ["PERILS_TOKEN_ENDPOINT"], body, context=TLS) as answer:
        return json.load(answer)["access_token"]


def cube(collection: str, bbox: str, **query: str) -> xarray.Dataset:
    """The cells of `collection` that the box meets, with all its variables unless `query` says otherwise."""
    parameters = urllib.parse.urlencode({"bbox": bbox, "f": "netcdf", **query})
    url = f"{os.environ['PERILS_URL']}/v1/collections/{collection}/cube?{parameters}"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token()}"})
    with urllib.request.urlopen(request, context=TLS) as answer:
        return xarray.load_dataset(io.BytesIO(answer.read()))


def main() -> None:
    try:
        found = cube(*sys.argv[1:3])
    except urllib.error.HTTPError as refusal:
        sys.exit(f"{refusal.code} {json.load(refusal)['detail']}")
    print(found)
    for name, values in found.data_vars.items():
        unit = values.attrs.get("units", "")
        print(f"{name}: {float(values.mean()):.3f} {unit} on average, {int(values.count())} values")


if __name__ == "__main__":
    main()
