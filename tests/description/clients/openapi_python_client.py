"""What a consumer writes round the client that openapi-python-client makes: one place, a portfolio, a file."""

import json
import os
import ssl

from perild_client import AuthenticatedClient
from perild_client.api.files import file as ask_file
from perild_client.api.perils import location, locations, perils
from perild_client.models import Peril, Place, Query

identity = ssl.create_default_context(cafile=os.environ["PERILS_CA"])
identity.load_cert_chain(os.environ["PERILS_CERTIFICATE"], os.environ["PERILS_KEY"])


def client(token):
    return AuthenticatedClient(base_url=os.environ["PERILS_URL"], token=token, verify_ssl=identity)


ours = client(os.environ["TOKEN"])
one = location.sync(client=ours, lat=[51.5], lon=[-0.12], perils=[Peril.FIRE], years=[2050])
places = [Place(id="a", latitude=51.5, longitude=-0.12), Place(id="b", latitude=91, longitude=0)]
body = Query(locations=places, perils=[Peril.FIRE])
many = locations.sync(client=ours, body=body, years=[2050])
file = ask_file.sync(client=ours, name=os.environ["FILE"])
refused = perils.sync_detailed(client=client("unknown"))
print(
    json.dumps(
        {
            "value": one.locations[0].values[0].value,
            "reasons": [[place.id, place.reason] for place in many.locations],
            "file": file,
            "refused": refused.status_code,
        }
    )
)
