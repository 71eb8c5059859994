"""OWSLib's client of OGC API Features: documents, pages, filters and single rows."""

import os

import owslib.util
import requests
from owslib.ogcapi.features import Features

import stage
import tables_published as published

# OWSLib 0.35 does not pass Authentication(cert=...) on to requests: a session has the certificate instead.
os.environ["REQUESTS_CA_BUNDLE"] = stage.ANCHORS
owslib.util.requests = requests.Session()
owslib.util.requests.cert = stage.CERTIFICATE, stage.PRIVATE_KEY
HEADERS = {"Authorization": f"Bearer {stage.TOKEN}"} if stage.TOKEN else {}


def find(client):
    names = {"zones", "products", "leaflet", "meters"}
    assert names <= set(client.feature_collections()), client.feature_collections()
    assert client.api()["openapi"].startswith("3.0"), client.api()["openapi"]
    classes = client.conformance()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in classes, classes
    for name in names:
        assert client.collection(name)["itemType"] == "feature"
        assert "properties" in client.collection_schema(name)


def rows(page):
    return [feature["properties"] | {"geometry": feature["geometry"]} for feature in page["features"]]


def pages(client, name, **query):
    """The rows of all pages: this client goes to the first one alone, and its user follows the links."""
    page = client.collection_items(name, **query)
    while True:
        yield from rows(page)
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        if not following:
            return
        page = owslib.util.requests.get(following[0], headers=HEADERS).json()


def check(name, found, of=lambda row: True):
    without = () if name == "zones" else ("geometry",)
    published.check(name, found, of, without, geometry=lambda one, other: one == other)


def read(client):
    for name in ("zones", "products", "meters"):
        check(name, pages(client, name))
        check(name, pages(client, name, limit=60))
    queryables = client.collection_queryables("products")["properties"]
    assert queryables["brand"]["enum"] == ["Aurora", "Borealis, Ltd", "Côte"], queryables
    check("zones", pages(client, "zones", bbox=[-9.5, 50.1, -9.1, 50.4]), lambda row: row["geometry"] is None or
          row["id"] == "Z/001,e")
    check("zones", pages(client, "zones", datetime_="2026-04-28T12:00:00Z/.."), lambda row: row["until"] is None)
    check("zones", pages(client, "zones", filter="customers > 300 AND name LIKE 'Zone \"2%'"),
          lambda row: row["customers"] > 300 and row["name"].startswith('Zone "2'))
    check("products", pages(client, "products", brand="Borealis, Ltd"), lambda row: row["brand"] == "Borealis, Ltd")
    check("meters", pages(client, "meters", datetime_="2026-03-29", meter="M1"),
          lambda row: row["meter"] == "M1" and row["from"].startswith("2026-03-29"))
    for name, row in [("zones", "Z/018,é"), ("products", "P-0007")]:
        found = client.collection_item(name, row)
        assert found["id"] == row
        check(name, rows({"features": [found]}), lambda one: row in one.values())


try:
    client = Features(stage.URL, headers=HEADERS)
    find(client)
    read(client)
    print("read")
except RuntimeError as refusal:
    print("refused", published.refused(str(refusal)))
