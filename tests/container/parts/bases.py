"""The images that the Dockerfile and compose.yaml name, made here: no registry is asked.

They stand in for the published ones and are named as these are. The first two have Debian's minimal system, as
`debian:bookworm-slim` has; nginx's has Debian's nginx with the user, the folders and the main file of nginx's own image.
"""

import re
import shutil
from pathlib import Path

from harness.processes import output, tool

MIRROR = "http://deb.debian.org/debian"
RELEASE = "bookworm"
# https://github.com/rust-lang/docker-rust: what the slim image has beside the toolchain.
PACKAGES = {"runtime": [], "build": ["ca-certificates", "gcc", "libc6-dev"], "nginx": ["nginx-light"]}
# https://github.com/nginx/docker-nginx: uid and gid 101, logs on the standard streams, one folder of sites.
NGINX_USER = "echo 'nginx:x:101:101:nginx:/nonexistent:/bin/false' >>/etc/passwd && (getent group 101 || echo 'nginx:x:101:' >>/etc/group)"
NGINX_FILE = """
user nginx;
pid /run/nginx.pid;
error_log /dev/stderr notice;
events {}
http {
    client_body_temp_path /var/cache/nginx/client_temp;
    proxy_temp_path       /var/cache/nginx/proxy_temp;
    fastcgi_temp_path     /var/cache/nginx/fastcgi_temp;
    uwsgi_temp_path       /var/cache/nginx/uwsgi_temp;
    scgi_temp_path        /var/cache/nginx/scgi_temp;
    include /etc/nginx/mime.types;
    access_log /dev/stdout;
    include /etc/nginx/conf.d/*.conf;
}
"""
TOOLCHAIN, CRATES = "/usr/local/rust", "/usr/local/crates"
CARGO_FILE = f"""
[net]
offline = true
[source.crates-io]
replace-with = "vendored"
[source.vendored]
directory = "{CRATES}"
"""
# `cargo build --release` as it stands in the Dockerfile, but for the minutes that an optimiser takes.
QUICK = {"OPT_LEVEL": "0", "LTO": "off", "DEBUG": "0", "CODEGEN_UNITS": "16"}


def trees(target: Path) -> Path:
    """A root file system for each image, from an earlier run when there is one."""
    place, stamp = target / "bases", target / "bases.recipe"
    recipe = f"1 {RELEASE} {PACKAGES} {NGINX_USER} {NGINX_FILE} {CARGO_FILE}"
    if stamp.exists() and stamp.read_text() == recipe:
        return place
    stamp.unlink(missing_ok=True)
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    output(tool("debootstrap", "debootstrap"), "--variant=minbase", RELEASE, place / "runtime", MIRROR, timeout=900)
    for name in ("build", "nginx"):
        output("cp", "--archive", "--reflink=auto", place / "runtime", place / name)
        # Maintainers' scripts start nothing: there is no init in there.
        install = ["apt-get", "install", "--yes", "--no-install-recommends", *PACKAGES[name]]
        output("chroot", place / name, "env", "DEBIAN_FRONTEND=noninteractive", *install)
    for name in PACKAGES:
        output("chroot", place / name, "apt-get", "clean")
        shutil.rmtree(place / name / "var/lib/apt/lists")
    for folder in (TOOLCHAIN, CRATES, "/usr/local/cargo"):
        (place / "build" / folder.lstrip("/")).mkdir(parents=True)
    (place / "build/usr/local/cargo/config.toml").write_text(CARGO_FILE)
    nginx = place / "nginx"
    output("chroot", nginx, "sh", "-euc", NGINX_USER)
    (nginx / "etc/nginx/nginx.conf").write_text(NGINX_FILE)
    (nginx / "var/cache/nginx").mkdir()
    stamp.write_text(recipe)
    return place


def crates(repository: Path, target: Path) -> Path:
    """What the lock file names, as cargo has it already or fetches it."""
    place = target / "crates"
    output("cargo", "vendor", "--locked", "--quiet", "--versioned-dirs", place, cwd=repository, timeout=600)
    return place


def images(repository: Path):
    """The names that the repository's files ask for, by tree."""
    dockerfile = (repository / "deploy/container/Dockerfile").read_text()
    compose = (repository / "deploy/container/compose.yaml").read_text()

    def named(pattern, text):
        return re.search(pattern, text, re.M)[1]

    return {
        "runtime": named(r"^ARG RUNTIME_IMAGE=(.*)$", dockerfile),
        "build": named(r"^ARG RUST_IMAGE=(.*)$", dockerfile),
        "nginx": named(r"\$\{NGINX_IMAGE:-(.*)\}", compose),
    }


def changes(tree):
    """What the published image has beside files, as `podman import` takes it."""
    if tree == "build":
        variables = {"PATH": f"{TOOLCHAIN}/bin:/usr/sbin:/usr/bin:/sbin:/bin", "CARGO_HOME": "/usr/local/cargo"}
        variables |= {f"CARGO_PROFILE_RELEASE_{name}": value for name, value in QUICK.items()}
        return [f"ENV={name}={value}" for name, value in variables.items()]
    if tree == "nginx":
        # podman ends a change at its first space.
        return [r'ENTRYPOINT=["/usr/sbin/nginx","-g","daemon\u0020off;"]', "STOPSIGNAL=SIGQUIT"]
    return []
