"""What a consumer writes round the client that openapi-generator makes: one place, a portfolio, a file."""

import json
import os

from perild_client import ApiClient, ApiException, Configuration, FilesApi, Peril, PerilsApi, Place, Query


def client(token):
    configuration = Configuration(
        host=os.environ["PERILS_URL"], access_token=token, ssl_ca_cert=os.environ["PERILS_CA"]
    )
    configuration.cert_file = os.environ["PERILS_CERTIFICATE"]
    configuration.key_file = os.environ["PERILS_KEY"]
    return ApiClient(configuration)


ours = client(os.environ["TOKEN"])
perils = PerilsApi(ours)
one = perils.location(lat=[51.5], lon=[-0.12], perils=[Peril.FIRE], years=[2050])
places = [Place(id="a", latitude=51.5, longitude=-0.12), Place(id="b", latitude=91, longitude=0)]
many = perils.locations(query=Query(locations=places, perils=[Peril.FIRE]), years=[2050])
file = FilesApi(ours).file(name=os.environ["FILE"])
try:
    refused = PerilsApi(client("unknown")).perils()
except ApiException as exception:
    refused = exception.status
print(
    json.dumps(
        {
            "value": one.locations[0].values[0].value,
            "reasons": [[place.id, place.reason] for place in many.locations],
            "file": bytes(file).decode(),
            "refused": refused,
        }
    )
)
