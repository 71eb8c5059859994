"""A catalogue in three forms, read by rdflib and judged by pySHACL against shapes.

Prints the number of statements; ends with 1 when the forms differ or the shapes do not hold.
"""

import sys

from pyshacl import validate
from rdflib import Graph
from rdflib.compare import isomorphic

shapes, turtle, json_ld, rdf_xml = sys.argv[1:]
graphs = [
    Graph().parse(path, format=form)
    for path, form in ((turtle, "turtle"), (json_ld, "json-ld"), (rdf_xml, "xml"))
]
if not all(isomorphic(graphs[0], other) for other in graphs[1:]):
    sys.exit("the forms differ")
conforms, _, report = validate(graphs[0], shacl_graph=shapes, advanced=True)
if not conforms:
    sys.exit(report)
print(len(graphs[0]))
