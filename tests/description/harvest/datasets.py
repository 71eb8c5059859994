"""Every dataset of a catalogue as CKAN's own harvester has it, one JSON object a line."""

import json
import sys

from ckanext.dcat.processors import RDFParser

path, form, profile = sys.argv[1:]
parser = RDFParser(profiles=[profile])
with open(path, encoding="utf-8") as file:
    parser.parse(file.read(), _format=form)
for dataset in parser.datasets():
    extras = {extra["key"]: extra["value"] for extra in dataset.get("extras", [])}
    print(
        json.dumps(
            {
                "title": dataset.get("title"),
                "notes": dataset.get("notes"),
                "uri": dataset.get("uri") or extras.get("uri"),
                "tags": sorted(tag["name"] for tag in dataset.get("tags", [])),
                "resources": [
                    {
                        "url": one.get("url"),
                        "download": one.get("download_url"),
                        "size": one.get("size"),
                        "type": one.get("mimetype"),
                        "hash": one.get("hash"),
                    }
                    for one in dataset["resources"]
                ],
            }
        )
    )
