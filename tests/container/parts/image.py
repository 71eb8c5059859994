"""The image: built from the Dockerfile as it is, and what docs/containers.md says of it."""

import os
from pathlib import Path

from harness.processes import output
from harness.site import must

from . import bases

# What `docs/containers.md` and `deploy/aws/fargate.yaml` count on.
USER, UID, GID = "10001:101", "10001", "101"
FOLDERS = {"/run/perild": "750", "/run/perild-daemon": "700", "/run/perild-identity": "700", "/var/lib/perild": "700"}


def build(engine, clone, crates: Path, logs: Path):
    """`compose build`; a build stage that has this machine's Rust and crates, and no network to fetch others."""
    sysroot = output("rustc", "--print", "sysroot", cwd=clone.root).strip()
    mounts = f"--volume {sysroot}:{bases.TOOLCHAIN}:ro --volume {crates}:{bases.CRATES}:ro"
    said = engine.compose(
        clone.compose, f"--podman-build-args=--pull-never --network none --format docker {mounts}", "build", "perild",
        timeout=1000,
    )
    (logs / "build.log").write_text(said)


def inspect(engine, clone):
    name = f"perild:{clone.version}"
    found = engine.inspect(name)
    config = found["Config"]
    labels = {word: config["Labels"][f"org.opencontainers.image.{word}"] for word in ("version", "revision", "licenses")}
    must("the labels", labels == {"version": clone.version, "revision": clone.revision, "licenses": "Apache-2.0"}, labels)
    must("the user", config["User"] == USER, config["User"])
    must("the entry point", config["Entrypoint"] == ["/usr/bin/perild"], config["Entrypoint"])
    must("the volumes", set(config["Volumes"]) == set(FOLDERS), config["Volumes"])
    must("the end", config["StopSignal"] == "SIGTERM", config["StopSignal"])
    check = found["Healthcheck"]
    must("the health check", check["Test"] == ["CMD", "/usr/bin/perild", "healthcheck"], check)
    variables = {variable.partition("=")[0] for variable in config["Env"]}
    must("variables", variables == {"PATH", "RUNTIME_DIRECTORY"}, variables)
    base = engine.inspect(bases.images(clone.root)["runtime"])
    added = found["Size"] - base["Size"]
    print(f"   {found['Size'] >> 20} MiB, {added >> 20} of them beside the base", flush=True)
    must("more than the program is in it", added < 150 << 20, f"{added} octets")
    files(engine, name)
    version = engine.podman("run", "--rm", "--network", "none", name, "--version")
    must("its version", f"perild {clone.version}" in version, version)


def files(engine, name):
    """What the image adds to its base, by a look into it."""
    root = Path(engine.podman("image", "mount", name).strip().splitlines()[-1])
    try:
        for folder, mode in FOLDERS.items():
            facts = (root / folder.lstrip("/")).stat()
            must(folder, (str(facts.st_uid), str(facts.st_gid), f"{facts.st_mode & 0o777:o}") == (UID, GID, mode), facts)
            must(f"{folder} is not empty", not any((root / folder.lstrip("/")).iterdir()))
        program = (root / "usr/bin/perild").stat()
        must("the program is its user's to change", program.st_uid == 0 and program.st_mode & 0o7777 == 0o755, program)
        must("the source or a build is in it", not any((root / gone).exists() for gone in ("src", "out", "usr/local/cargo")))
        keys = list(secret_files(root))
        must("a key is in it", not keys, keys)
    finally:
        engine.podman("image", "unmount", name)


def secret_files(root: Path):
    """Files with a private key in them, wherever they are."""
    for folder, _, names in os.walk(root):
        for name in names:
            file = Path(folder, name)
            if file.is_file() and not file.is_symlink() and file.stat().st_size < 1 << 16:
                if b"PRIVATE KEY-----\n" in file.read_bytes():
                    yield file
