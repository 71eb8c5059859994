#!/usr/bin/env python3
"""Peril values for one place and for a portfolio, with Python's standard library alone.

    . target/dev/consumer.env                       # or your own values of the same variables
    python3 examples/portfolio.py [PORTFOLIO.csv]

The portfolio needs the columns lat and lon (or latitude and longitude); all others come back with the answer, which goes
to standard output as CSV. What is said about it goes to standard error.
"""

import csv
import io
import json
import os
import pathlib
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request

URL = os.environ["PERILS_URL"]


def mutual_tls() -> ssl.SSLContext:
    """Who may be the server, and who we are."""
    context = ssl.create_default_context(cafile=os.environ.get("PERILS_CA"))
    context.load_cert_chain(os.environ["PERILS_CERTIFICATE"], os.environ["PERILS_KEY"])
    return context


TLS = mutual_tls()


def token() -> str:
    """An access token; it is bound to our certificate and expires, so ask again when a call is answered 401."""
    form = {"grant_type": "client_credentials", "client_id": os.environ["PERILS_CLIENT_ID"]}
    body = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(os.environ["PERILS_TOKEN_ENDPOINT"], body, context=TLS) as answer:
        return json.load(answer)["access_token"]


def ask(bearer: str, body: bytes | None = None, media_type: str = "", **query: str) -> bytes:
    """GET, or POST of `body`, at /v1/location."""
    headers = {"Authorization": f"Bearer {bearer}"}
    if body is not None:
        headers["Content-Type"] = media_type
    target = f"{URL}/v1/location?{urllib.parse.urlencode(query)}"
    request = urllib.request.Request(target, body, headers)
    try:
        with urllib.request.urlopen(request, context=TLS) as answer:
            return answer.read()
    except urllib.error.HTTPError as refusal:
        problem = json.load(refusal)
        sys.exit(f"{refusal.code} {problem['title']}: {problem.get('detail', '')} ({problem['interaction_id']})")


def main() -> None:
    bearer = token()

    one = json.loads(ask(bearer, lat="51.5", lon="-0.12", perils="heat", years="2050"))
    for value in one["locations"][0]["values"]:
        shown = value["reason"] if value["value"] is None else f"{value['value']} {value['unit']}"
        print(f"{value['metric']} {value['scenario']} {value['year']}: {shown}", file=sys.stderr)
    if one["store"]["synthetic"]:
        print("These values are synthetic: they say nothing about any place.", file=sys.stderr)

    default = pathlib.Path(__file__).with_name("portfolio.csv")
    portfolio = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    answer = ask(bearer, portfolio.read_bytes(), "text/csv", perils="heat,fire", scenarios="ssp585", years="2030,2050")
    rows = list(csv.DictReader(io.StringIO(answer.decode())))
    for row in rows:
        if row["status"] != "ok":
            print(f"no values for {row}: {row['reason']}", file=sys.stderr)
    print(f"{len(rows)} places", file=sys.stderr)
    sys.stdout.write(answer.decode())


if __name__ == "__main__":
    main()
