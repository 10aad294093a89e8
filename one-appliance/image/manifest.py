#!/usr/bin/env python3
"""Prints the image's manifest as JSON: manifest.py ROOT QCOW2 NAME. build.sh calls it.

The marketplace's YAML asks for md5 and sha256. Sizes are in bytes, created is in seconds since the epoch.
"""
import hashlib
import json
import os
import subprocess
import sys
import time


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def digest(path, kind):
    with open(path, "rb") as source:
        return hashlib.file_digest(source, kind).hexdigest()


def virtual_size(path):
    """Bytes 24 to 31 of the header (QEMU, docs/interop/qcow2.txt)."""
    with open(path, "rb") as source:
        return int.from_bytes(source.read(32)[24:], "big")


def flower(root):
    store = os.path.join(root, "var/lib/docker/image/overlay2/repositories.json")
    with open(store, encoding="utf-8") as source:
        repositories = json.load(source)["Repositories"]
    return [{"reference": reference, "digest": ident}
            for names in repositories.values() for reference, ident in sorted(names.items())]


def main():
    root, path, name = sys.argv[1:]
    packages = output("dpkg-query", "--admindir=" + os.path.join(root, "var/lib/dpkg"), "-W",
                      "-f", "${Package} ${Version}\n").split("\n")
    with open(os.path.join(root, "etc/os-release"), encoding="utf-8") as source:
        release = dict(line.rstrip("\n").split("=", 1) for line in source if "=" in line)
    json.dump({
        "name": name,
        "suite": output("chroot", root, "/usr/bin/fl-configure", "--version").split()[-1],
        "created": int(os.environ.get("SOURCE_DATE_EPOCH") or time.time()),
        "os": release["PRETTY_NAME"].strip('"'),
        "os_release": release["VERSION_ID"].strip('"'),
        "flower": flower(root),
        "size": os.path.getsize(path),
        "virtual_size": virtual_size(path),
        "md5": digest(path, "md5"),
        "sha256": digest(path, "sha256"),
        "packages": dict(line.split(" ", 1) for line in packages if line),
    }, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
