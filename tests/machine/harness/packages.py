"""Other packages made from a package: of the version before, with other defaults, with parts that nginx refuses."""

import shutil

from .processes import output

# Where the first version had its files, each of which dpkg asked about.
CONFFILES = {
    "usr/share/perild/perild.toml": "etc/perild/perild.toml",
    "usr/share/perild/certbot/perild-nginx": "etc/letsencrypt/renewal-hooks/deploy/perild-nginx",
}


def remade(package, out, version, change):
    """`package` as `version`, after `change` of the folder that it is unpacked to."""
    folder = out.with_suffix(".unpacked")
    shutil.rmtree(folder, ignore_errors=True)
    output("dpkg-deb", "--raw-extract", package, folder)
    control = folder / "DEBIAN/control"
    lines = control.read_text().splitlines(keepends=True)
    control.write_text("".join(f"Version: {version}\n" if line.startswith("Version:") else line for line in lines))
    (folder / "DEBIAN/md5sums").unlink(missing_ok=True)
    change(folder)
    output("dpkg-deb", "--root-owner-group", "-Znone", "--build", folder, out)
    shutil.rmtree(folder)
    return out


def as_the_first_version(folder):
    """Its files below /etc are dpkg's to ask about, and its scripts know nothing of how that is now."""
    files = dict(CONFFILES)
    for part in (folder / "usr/share/perild/nginx/perild.d").iterdir():
        files[str(part.relative_to(folder))] = f"etc/nginx/perild.d/{part.name}"
    for shipped, place in files.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / shipped).rename(folder / place)
    (folder / "etc/letsencrypt/renewal-hooks/deploy/perild-nginx").chmod(0o755)
    (folder / "DEBIAN/conffiles").write_text("".join(f"/{place}\n" for place in sorted(files.values())))
    (folder / "DEBIAN/postinst").write_text(
        "#!/bin/sh\nset -e\nsystemd-sysusers perild.conf\nsystemd-tmpfiles --create perild.conf || true\nsystemctl daemon-reload\n"
        '[ -z "$2" ] || ! systemctl --quiet is-active perild.service || deb-systemd-invoke restart perild.service\n'
    )
    (folder / "DEBIAN/prerm").unlink()
    (folder / "DEBIAN/postrm").unlink()


def with_other_defaults(folder):
    """A key that this version does not know, another default, and a part of the site that has a line more."""
    shipped = folder / "usr/share/perild/perild.toml"
    text = shipped.read_text()
    shipped.write_text(text.replace("max_radius_km = 200", "max_radius_km = 201\nnovelty = true"))
    part = folder / "usr/share/perild/nginx/perild.d/limits-server.inc"
    part.write_text(f"{part.read_text()}# of the newer version\n")
    site = folder / "usr/share/perild/nginx/perild.conf"
    site.write_text(f"{site.read_text()}# of the newer version\n")


def with_parts_that_nginx_refuses(folder):
    part = folder / "usr/share/perild/nginx/perild.d/limits-server.inc"
    part.write_text(f"{part.read_text()}nonsense on;\n")
