"""QGIS of Debian without a screen: layers by its provider of OGC API Features, a file, and a map drawn of both.

The certificate is a configuration of its authentication manager. A layer has one, so that the token is added to each
request, as startup.py of a profile does it.
"""

import os
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlencode

HOME = tempfile.TemporaryDirectory()
os.environ |= {
    "QT_QPA_PLATFORM": "offscreen", "QGIS_AUTH_DB_DIR_PATH": HOME.name, "XDG_RUNTIME_DIR": HOME.name,
    # It takes times for local ones, and loses those of the hour that a change of the clocks leaves out.
    "TZ": "UTC",
}

import shapely.geometry
import shapely.wkb
from PyQt5.QtCore import QDate, QDateTime, QSize, QUrl
from PyQt5.QtGui import QColor
from PyQt5.QtNetwork import QNetworkRequest
from qgis.core import (
    NULL,
    QgsApplication,
    QgsAuthCertUtils,
    QgsAuthMethodConfig,
    QgsBlockingNetworkRequest,
    QgsFeatureRequest,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsNetworkAccessManager,
    QgsRectangle,
    QgsVectorLayer,
)

import stage
import tables_published as published

PICTURE = Path(sys.argv[2]) / "qgis.png"
BOX = (-10, 50, -9, 50.5)
ASKED = []


def with_token(request):
    ASKED.append(request.url().toString())
    if stage.TOKEN:
        request.setRawHeader(b"Authorization", f"Bearer {stage.TOKEN}".encode())


def authentication():
    """The certificate and its key, kept by QGIS under a password, and the authority of the server's certificate."""
    manager = QgsApplication.authManager()
    assert manager.setMasterPassword("of this run", True)
    config = QgsAuthMethodConfig("PKI-Paths")
    config.setName("consumer")
    config.setConfig("certpath", stage.CERTIFICATE)
    config.setConfig("keypath", stage.PRIVATE_KEY)
    assert manager.storeAuthenticationConfig(config)[0]
    assert manager.storeCertAuthorities(QgsAuthCertUtils.certsFromFile(stage.ANCHORS))
    manager.rebuildCaCertsCache()
    manager.rebuildTrustedCaCertsCache()
    return config.id()


def service(name, **options):
    words = "".join(f" {option}='{value}'" for option, value in options.items())
    return QgsVectorLayer(f"url='{stage.URL}' typename='{name}' authcfg={CERTIFICATE}{words}", name, "OAPIF")


def fetched(name, **query):
    """The answer as a file, fetched by QGIS's own network; a refusal ends the run with its own words."""
    request = QgsBlockingNetworkRequest()
    request.setAuthCfg(CERTIFICATE)
    request.get(QNetworkRequest(QUrl(f"{stage.URL}/collections/{name}/items?{urlencode(query)}")))
    content = bytes(request.reply().content())
    if status(request) != 200:
        print("refused", published.refused(f"{status(request)} {content.decode()}"))
        sys.exit()
    path = Path(HOME.name) / f"{name}.{query['f']}"
    path.write_bytes(content)
    return str(path)


def status(request):
    return request.reply().attribute(QNetworkRequest.HttpStatusCodeAttribute)


def rows(layer, request=QgsFeatureRequest()):
    assert layer.isValid()
    for feature in layer.getFeatures(request):
        row = {name: value(found) for name, found in zip(layer.fields().names(), feature.attributes())}
        shape = feature.geometry()
        yield row | {"geometry": None if shape.isNull() else shapely.wkb.loads(bytes(shape.asWkb()))}


def value(found):
    """What the publisher wrote; QGIS has no zone with a time."""
    if found == NULL:
        return None
    if isinstance(found, QDateTime):
        return found.toString("yyyy-MM-ddTHH:mm:ssZ")
    if isinstance(found, QDate):
        return found.toString("yyyy-MM-dd")
    return found


def geometry(found, right):
    """QGIS makes one kind of all: of a polygon a multipolygon of one."""
    if right is None or found is None:
        return found is right
    parts = sorted((shape.normalize() for shape in getattr(found, "geoms", [found])), key=lambda shape: shape.wkb)
    right = shapely.geometry.shape(right)
    rights = sorted((shape.normalize() for shape in getattr(right, "geoms", [right])), key=lambda shape: shape.wkb)
    return len(parts) == len(rights) and all(a.equals_exact(b, 1e-9) for a, b in zip(parts, rights))


def check(name, found, of=lambda row: True):
    published.check(name, found, of, (), geometry)


def meets(row):
    return row["geometry"] and shapely.geometry.shape(row["geometry"]).intersects(shapely.geometry.box(*BOX))


def features():
    for name in ("zones", "products", "meters"):
        for size in (60, 1000):
            check(name, rows(service(name, pageSize=size)))
    box = QgsFeatureRequest().setFilterRect(QgsRectangle(*BOX)).setFlags(QgsFeatureRequest.ExactIntersect)
    check("zones", rows(service("zones", pageSize=60), box), meets)
    # With this word QGIS asks for what is seen, and for nothing else.
    seen = service("zones", pageSize=60, restrictToRequestBBOX=1)
    ASKED.clear()
    check("zones", rows(seen, box), meets)
    assert ASKED and all("bbox=-10,50,-9,50.5" in address for address in ASKED), ASKED


def subsets():
    """QGIS judges expressions itself, of a time it sends what it can."""
    for expression, of in (
        ("\"customers\" >= 300 AND \"name\" LIKE 'Zone \"2%'",
         lambda row: row["customers"] >= 300 and row["name"].startswith('Zone "2')),
        ('"planned"', lambda row: row["planned"]),
        ("\"id\" = 'Z/018,é'", lambda row: row["id"] == "Z/018,é"),
        ("\"from\" < '2026-03-10T00:00:00Z'", lambda row: row["from"] < "2026-03-10"),
    ):
        layer = service("zones", pageSize=1000)
        assert layer.setSubsetString(expression), expression
        check("zones", rows(layer), of)


def files():
    check("zones", rows(QgsVectorLayer(fetched("zones", f="ndjson"), "zones", "ogr")))
    filtered = fetched("zones", f="geojson", limit=1000, filter="S_INTERSECTS(geometry, BBOX(-10, 50, -9, 50.5)) AND planned = TRUE")
    check("zones", rows(QgsVectorLayer(filtered, "zones", "ogr")), lambda row: row["planned"] and meets(row))


def drawn():
    """A map of the zones: areas of the file, points by the provider."""
    areas = QgsVectorLayer(f"{fetched('zones', f='ndjson')}|geometrytype=Polygon", "areas", "ogr")
    points = service("zones", pageSize=1000)
    for layer, color in ((areas, "#3b6ea8"), (points, "#c0392b")):
        assert layer.isValid()
        layer.renderer().symbol().setColor(QColor(color))
    areas.renderer().symbol().symbolLayer(0).setStrokeColor(QColor("#3b6ea8"))
    settings = QgsMapSettings()
    settings.setLayers([points, areas])
    settings.setBackgroundColor(QColor("white"))
    settings.setDestinationCrs(areas.crs())
    settings.setOutputSize(QSize(1600, 800))
    settings.setExtent(QgsRectangle(-10.25, 49.75, -4.25, 52.75))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    assert not job.errors(), [fault.message for fault in job.errors()]
    picture = job.renderedImage()
    assert picture.save(str(PICTURE))
    place = settings.mapToPixel()
    colors = [picture.pixelColor(place.transform(x, y).toQPointF().toPoint()).name()
              for x, y in ((-9.8, 50.2), (-9.40625, 50.09375), (-8.5, 50.0), (-7.7, 50.4))]
    # Within a polygon, in the hole of one, on a point, and on nothing.
    assert colors == ["#3b6ea8", "#ffffff", "#c0392b", "#ffffff"], colors


app = QgsApplication([], False, HOME.name)
app.initQgis()
CERTIFICATE = authentication()
QgsNetworkAccessManager.setRequestPreprocessor(with_token)
if not service("zones").isValid():
    fetched("zones", f="geojson")
features()
subsets()
files()
drawn()
print("read")
