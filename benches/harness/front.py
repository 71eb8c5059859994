"""nginx: the shipped site in front of the daemon, and the same site in front of everything else."""

import re
import shutil
import socket

from .place import IS_ROOT, ROOT
from .programs import Program, answers

SHIPPED = ROOT / "nginx"

# Each candidate is the shipped site with another upstream; nginx alone and the original guide's site
# have the shipped head (TLS, limits, logs) and a location of their own.
OWN_LOCATIONS = {
    "alone": """
    location / {{
        root {dir}/srv/plain;
        default_type text/csv;
    }}
""",
    "seed": """
    location / {{
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header Host $http_host;
        proxy_set_header X-OE-CLIENT-CERT $ssl_client_cert;
        proxy_redirect off;
        proxy_pass http://seed;
    }}
""",
}


def start(place, candidates):
    """nginx with one port for each of `candidates`; the ports are given back by name."""
    etc = place.path("nginx")
    (etc / "perild.d").mkdir(parents=True)
    shutil.copy("/etc/nginx/mime.types", etc)
    for part in (SHIPPED / "perild.d").iterdir():
        (etc / "perild.d" / part.name).write_text(placed(part.read_text(), place))
    ports = {name: free_port() for name in candidates}
    site = (SHIPPED / "perild.conf").read_text()
    head, guarded = split(site)
    http = [placed(head, place)]
    for name in candidates:
        if name != "perild":
            http.append(upstream(head, name, place))
        http.append(placed(server(guarded, name, place), place).replace("listen 443", f"listen 127.0.0.1:{ports[name]}"))
        forward = (SHIPPED / "perild.d/forward.inc").read_text()
        (etc / f"perild.d/forward-{name}.inc").write_text(forward.replace("http://$perild_daemon", f"http://{name}"))
    (etc / "sites.conf").write_text("\n".join(http))
    main = etc / "nginx.conf"
    main.write_text(MAIN.format(user="user www-data;" if IS_ROOT else "", dir=place.dir))
    front = Program(place, "front", ["/usr/sbin/nginx", "-e", "stderr", "-c", main])
    front.await_that(lambda: len(front.pids()) > 2, "its workers")
    return front, ports


def static(place):
    """A bare nginx on a unix socket: the least work that can be done behind a proxy.

    It looks the file up on every request, as the daemon must, so it has no open_file_cache. A POST is answered
    with the file as well.
    """
    path = place.path("run/static.sock")
    config = place.path("static.conf")
    config.write_text(STATIC.format(user="user www-data;" if IS_ROOT else "", dir=place.dir))
    program = Program(place, "static", ["/usr/sbin/nginx", "-e", "stderr", "-c", config])
    program.socket = path
    program.await_that(lambda: path.exists() and answers(path), "its socket")
    return program


def split(site):
    """The shipped site's http part up to the first server, and the server that guards the data."""
    servers = re.findall(r"^server \{.*?^\}", site, re.M | re.S)
    guarded = next(server for server in servers if "ssl_certificate_key" in server)
    return site[: site.index("\nserver {")], guarded


def upstream(head, name, place):
    block = re.search(r"^upstream perild \{.*?^\}", head, re.M | re.S).group()
    if name == "alone":
        return ""
    if name == "seed":
        # As in the original guide: no connection is kept.
        return f"upstream seed {{ server unix:{place.dir}/run/seed.sock fail_timeout=0; }}"
    return placed(block, place).replace("upstream perild", f"upstream {name}").replace("perild.sock", f"{name}.sock")


def server(guarded, name, place):
    guarded = re.sub(r"\n    listen \[::\]:443.*", "", guarded)
    if name in OWN_LOCATIONS:
        end_of_head = guarded.index("\n    location ")
        head = guarded[:end_of_head].replace("error_page 495 = @public;", "")
        return head + OWN_LOCATIONS[name].format(dir=place.dir) + "}"
    return guarded.replace("perild.d/forward.inc", f"perild.d/forward-{name}.inc")


def placed(text, place):
    """The shipped text with this run's name and places, as the tests put them in."""
    for shipped, here in (
        ("example.energydata.org.uk", "localhost"),
        ("/etc/letsencrypt", f"{place.dir}/letsencrypt"),
        ("/etc/perild", f"{place.dir}"),
        ("/run/perild", f"{place.dir}/run"),
        ("/srv/perild", f"{place.dir}/srv"),
        ("/var/log/nginx", f"{place.dir}/log"),
        # One client asks for all of them here, and nginx alone answers more than the shipped limit lets it ask.
        ("rate=50000r/s", "rate=1000000r/s"),
    ):
        text = text.replace(shipped, here)
    return text


def free_port():
    with socket.socket() as stream:
        stream.bind(("127.0.0.1", 0))
        return stream.getsockname()[1]


# Debian 12's /etc/nginx/nginx.conf, in the foreground.
MAIN = """{user}
worker_processes auto;
daemon off;
pid {dir}/run/front.pid;
error_log stderr warn;
events {{ worker_connections 768; }}
http {{
    sendfile on;
    tcp_nopush on;
    types_hash_max_size 2048;
    include mime.types;
    default_type application/octet-stream;
    access_log off;
    gzip on;
    client_body_temp_path {dir}/tmp/body;
    proxy_temp_path {dir}/tmp/proxy;
    fastcgi_temp_path {dir}/tmp/fastcgi;
    uwsgi_temp_path {dir}/tmp/uwsgi;
    scgi_temp_path {dir}/tmp/scgi;
    include sites.conf;
}}
"""

STATIC = """{user}
worker_processes auto;
daemon off;
pid {dir}/run/static.pid;
error_log stderr warn;
events {{ worker_connections 768; }}
http {{
    sendfile on;
    tcp_nopush on;
    access_log off;
    default_type "text/csv; charset=utf-8";
    keepalive_requests 1000000;
    client_body_temp_path {dir}/tmp/static-body;
    proxy_temp_path {dir}/tmp/static-proxy;
    fastcgi_temp_path {dir}/tmp/static-fastcgi;
    uwsgi_temp_path {dir}/tmp/static-uwsgi;
    scgi_temp_path {dir}/tmp/static-scgi;
    server {{
        listen unix:{dir}/run/static.sock;
        root {dir}/srv/plain;
        error_page 405 =200 $uri;
    }}
}}
"""
