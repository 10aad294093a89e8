#!/usr/bin/env python3
"""Collects the files of a pull request for OpenNebula's community marketplace: collect.py MANIFEST URL OUTPUT-FOLDER

MANIFEST is flower-superlink.json, which `make image` writes. The image can be downloaded from URL. `make marketplace` calls
this. Paths and keys are those of github.com/OpenNebula/marketplace-community (fa6fbbd of 2026-04-17).
"""
import json
import pathlib
import shutil
import sys
import time

import yaml

HERE = pathlib.Path(__file__).resolve().parent
NAME = "flower-superlink"
COPIED = ("README.md", "CHANGELOG.md", "metadata.yaml", "context.yaml", "tests.yaml", "tests")


def described(appliance, manifest, url):
    """The appliance's description, with the image's data from the manifest."""
    day = time.strftime("%Y%m%d", time.gmtime(manifest["created"]))
    version = f"{manifest['suite']}-{day}"
    return appliance | {
        "version": version,
        "creation_time": manifest["created"],
        "os-release": manifest["os_release"],
        "images": [{
            "name": f"{NAME}-{version}",
            "url": url,
            "type": "OS",
            "dev_prefix": "vd",
            "driver": "qcow2",
            "size": manifest["virtual_size"],
            "checksum": {"md5": manifest["md5"], "sha256": manifest["sha256"]},
        }],
    }


def main():
    manifest_path, url, output = sys.argv[1:]
    try:
        manifest = json.loads(pathlib.Path(manifest_path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        sys.exit(f"marketplace: {manifest_path}: {error}; what next: make image, or MANIFEST=FILE")
    source, = HERE.glob("*-*-*-*-*.yaml")
    appliance = yaml.safe_load(source.read_text(encoding="utf-8"))

    output = pathlib.Path(output)
    shutil.rmtree(output, ignore_errors=True)
    folder = output / "appliances" / NAME
    folder.mkdir(parents=True)
    for name in COPIED:
        copy = shutil.copytree if (HERE / name).is_dir() else shutil.copy
        copy(HERE / name, folder / name)
    text = yaml.safe_dump(described(appliance, manifest, url), sort_keys=False, explicit_start=True,
                          allow_unicode=True, width=10000)
    (folder / source.name).write_text(text, encoding="utf-8")

    recipe = output / "apps-code" / "community-apps" / "packer" / NAME
    shutil.copytree(HERE.parent / "packer", recipe)
    # Each recipe there has this link: newer versions of packer need the list of their plugins.
    (recipe / "common.pkr.hcl").symlink_to("../../../one-apps/packer/common.pkr.hcl")

    print(f"marketplace: copy {output}/ over a checkout of marketplace-community; add by hand: {NAME} to SERVICES in "
          f"apps-code/community-apps/Makefile.config, and logos/{appliance['logo']}", file=sys.stderr)


if __name__ == "__main__":
    main()
