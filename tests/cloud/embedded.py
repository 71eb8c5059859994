"""Takes the shell scripts that stand inside the CloudFormation templates out into files, for shellcheck.

Usage: embedded.py OUT TEMPLATE...    (cfn-lint's environment)

Each file is named after its template and the resource or container that it belongs to. What CloudFormation puts in,
`${Name}`, is there as the word `filled-in`.
"""

import re
import sys
from pathlib import Path

from cfnlint.decode.cfn_yaml import load

FILLED_IN = re.compile(r"\$\{[A-Za-z0-9:.]+\}")


def scripts(template):
    """Name and text of every user data and every container's command that is a script."""
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        if "UserData" in properties:
            text = properties["UserData"]["Fn::Base64"]["Fn::Sub"]
            yield name, FILLED_IN.sub("filled-in", text)
        for container in properties.get("ContainerDefinitions", []):
            if container.get("EntryPoint", [])[:1] == ["/bin/sh"]:
                yield container["Name"], "#!/bin/sh\nset -eu\n" + container["Command"][0]


def main(out, templates):
    count = 0
    for path in templates:
        for name, text in scripts(load(path)):
            (out / f"{Path(path).stem}-{name}.sh").write_text(text, encoding="utf-8")
            count += 1
    if count == 0:
        sys.exit("no template has a script in it: has their shape changed?")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
