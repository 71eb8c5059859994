"""The data provider of the original guide: one route, behind the library's introspection."""

import logging
import os
from pathlib import Path

import flask
from ib1.openenergy.support import AccessTokenValidator, nginx_cert_parser

PLACE = Path(os.environ["BENCH_PLACE"])

logging.basicConfig()
LOG = logging.getLogger("shared_data")
LOG.setLevel(logging.INFO)

app = flask.Flask(__name__)
validator = AccessTokenValidator(
    client_id="provider",
    private_key=str(PLACE / "certs/a.key"),
    certificate=str(PLACE / "certs/a.pem"),
    issuer_url=os.environ["BENCH_ISSUER"],
    client_cert_parser=nginx_cert_parser,
)


@app.route("/<name>")
@validator.introspects(scope="")
def shared_data(name):
    LOG.info("%s asked for %s", flask.g.introspection_response["client_id"], name)
    return flask.send_from_directory(PLACE / "srv/shared_data", f"{name}.csv")
