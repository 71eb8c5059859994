#!/usr/bin/env bash
# Peril values with curl, line by line. First: . target/dev/consumer.env (with `perild dev` running), or your own values
# of the same six variables.
set -euo pipefail

tls=(--cacert "$PERILS_CA" --cert "$PERILS_CERTIFICATE" --key "$PERILS_KEY")

# A token, good for some minutes and for this certificate only.
TOKEN=$(curl -sSf "${tls[@]}" -d grant_type=client_credentials -d "client_id=$PERILS_CLIENT_ID" "$PERILS_TOKEN_ENDPOINT" |
    sed 's/.*"access_token":"\([^"]*\)".*/\1/')
perils=(curl -sSf "${tls[@]}" -H "Authorization: Bearer $TOKEN")

# What there is: perils, metrics, units, scenarios, years.
"${perils[@]}" "$PERILS_URL/v1/perils" | cut -c 1-300

# One place, as JSON: each value with its unit, its cell, and how it was made.
"${perils[@]}" "$PERILS_URL/v1/location?lat=51.5&lon=-0.12&perils=fire&years=2050"
echo

# One place, a line for each value.
"${perils[@]}" "$PERILS_URL/v1/location?lat=51.5&lon=-0.12&perils=heat&layout=long&f=csv"

# A portfolio as CSV: its own columns come back, the values behind them.
"${perils[@]}" -H 'Content-Type: text/csv' --data-binary @- \
    "$PERILS_URL/v1/location?perils=heat,fire&scenarios=ssp585&years=2050" <<'CSV'
site,lat,lon
London,51.5,-0.12
Madrid,40.4,-3.7
Mid-Atlantic,0,-30
CSV

# The same from GeoJSON to GeoJSON.
"${perils[@]}" -H 'Content-Type: application/geo+json' --data-binary @- \
    "$PERILS_URL/v1/location?perils=heat&scenarios=ssp585&years=2050" <<'JSON'
{"type": "FeatureCollection", "features": [
  {"type": "Feature", "geometry": {"type": "Point", "coordinates": [-0.12, 51.5]}, "properties": {"site": "London"}}]}
JSON
echo

# A place at the coast whose own cell is sea, for fire: the nearest cell with a value within 200 km.
"${perils[@]}" "$PERILS_URL/v1/location?lat=60&lon=-67&perils=fire&scenarios=ssp585&years=2050&radius_km=200&f=csv"

# The old service's addresses answer as they did.
"${perils[@]}" "$PERILS_URL/fire?lat=51.5&lon=-0.12&year=2050"
echo
