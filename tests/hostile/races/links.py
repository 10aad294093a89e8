#!/usr/bin/env python3
"""Plants what a hostile container may leave in its folders, at every name that the programs open there.

links.py ROOT OUTSIDE SOCKET: below ROOT is a configured tree whose context names the database
state/runs/state.db. For each kind of thing and each place the folders are made anew, the thing is
planted, and fl-configure, fl-configure -n and fl-bootstrap run on it. TAP's lines without numbers go
to stdout, one for each kind.

Nothing in OUTSIDE may change: owner, mode, content, times (ctime too, which no program can set, but
for a hard link, whose name below ROOT may go), names. No run may hang, write a control character, or end in an undocumented way.
"""
import collections
import contextlib
import os
import re
import shutil
import socket
import stat
import subprocess
import sys

CONTAINER = 49999
DEADLINE = 60  # stops a hang only
PLACES = (
    "state", "state/ffs", "state/ffs/app", "state/runs", "state/runs/state.db",
    "state/runs/state.db-wal", "state/runs/state.db-shm", "state/runs/state.db-journal",
    "state/runs/state.db.flower-version", "state/runs/state.db.flower-version.fl-a1B2c3",
    "certs", "certs/ca.crt",
)
PROGRAMS = (  # with the statuses that are documented for what is wrong in the folders
    (("fl-configure",), (0, 71)),
    (("fl-configure", "-n"), (0, 1)),
    (("fl-bootstrap",), (0, 71)),
)
REPLACED = "state/runs/state.db.flower-version"  # no file there keeps fl-bootstrap from its work
class Planter:
    """Plants at one path; OUTSIDE holds the canaries."""

    def __init__(self, path, outside):
        self.path, self.outside = path, outside

    def canary(self, name):
        return os.path.join(self.outside, name)

    def relative(self, name):
        return os.path.relpath(self.canary(name), os.path.realpath(os.path.dirname(self.path)))

    def link(self, target):
        os.symlink(target, self.path)
        os.lchown(self.path, CONTAINER, CONTAINER)

    def file(self, owner, mode, attribute=None, size=0):
        with open(self.path, "wb") as out:
            os.chown(self.path, owner, owner)
            os.chmod(self.path, mode)
            out.truncate(size)
        if attribute:
            subprocess.run(["chattr", attribute, self.path], stderr=subprocess.DEVNULL, check=False)

    def folder(self, mode):
        os.mkdir(self.path)
        os.chown(self.path, CONTAINER, CONTAINER)
        os.chmod(self.path, mode)

    def device(self, what):
        os.mknod(self.path, 0o600 | what, os.makedev(7, 250))  # no such device

    def socket(self):
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as one:
            folder = os.open(os.path.dirname(self.path), os.O_RDONLY)
            one.bind("/proc/self/fd/%d/%s" % (folder, os.path.basename(self.path)))  # sun_path is short
            os.close(folder)


KINDS = {
    "link to a file": lambda p: p.link(p.canary("shadow")),
    "relative link to a file": lambda p: p.link(p.relative("shadow")),
    "link to a folder": lambda p: p.link(p.canary("folder")),
    "relative link to a folder": lambda p: p.link(p.relative("folder")),
    "link to nothing": lambda p: p.link(p.canary("new")),
    "relative link to nothing": lambda p: p.link(p.relative("folder/new")),
    "link to itself": lambda p: p.link(os.path.basename(p.path)),
    "link to here": lambda p: p.link("."),
    "link to above": lambda p: p.link(".."),
    "link of 4095 bytes": lambda p: p.link("./" * 2047 + "."),
    "magic link": lambda p: p.link("/proc/self/root" + p.canary("shadow")),
    "hard link": lambda p: os.link(p.canary("shadow"), p.path),
    "hard link to a setuid program": lambda p: os.link(p.canary("setuid"), p.path),
    "hard link to a link": lambda p: os.link(p.canary("link"), p.path, follow_symlinks=False),
    "hard link to a note": lambda p: os.link(p.canary("note"), p.path),
    "fifo": lambda p: os.mkfifo(p.path),
    "socket of root": lambda p: p.socket(),
    "character device": lambda p: p.device(stat.S_IFCHR),
    "block device": lambda p: p.device(stat.S_IFBLK),
    "file of root": lambda p: p.file(0, 0o600),
    "file of mode 0": lambda p: p.file(CONTAINER, 0),
    "setuid file of root": lambda p: p.file(0, 0o6755),
    "file of a tebibyte": lambda p: p.file(CONTAINER, 0o644, size=1 << 40),
    "folder": lambda p: os.mkdir(p.path),
    "folder of mode 0": lambda p: p.folder(0),
    "immutable file of root": lambda p: p.file(0, 0o600, "+i"),
}


def picture(outside, linked):
    """All properties of the canaries. LINKED: a second name elsewhere may come and go."""
    seen = []
    for base, folders, files in os.walk(outside):
        for name in sorted(folders + files) + ["."]:
            path = os.path.join(base, name)
            info = os.lstat(path)
            content = ""
            if stat.S_ISREG(info.st_mode):
                with open(path, "rb") as opened:
                    content = opened.read()
            names = () if linked else (info.st_nlink, info.st_ctime_ns)
            seen.append((path, info.st_mode, info.st_uid, info.st_gid, info.st_ino,
                         info.st_mtime_ns, *names, content))
    return seen


def devices_and_setuid(top):
    """Entries below TOP that must not belong to the container: a device, a set-id program of another user."""
    bad = []
    for base, folders, files in os.walk(top):
        for name in folders + files:
            info = os.lstat(os.path.join(base, name))
            device = stat.S_ISCHR(info.st_mode) or stat.S_ISBLK(info.st_mode)
            if info.st_uid == CONTAINER and (device or info.st_mode & 0o6000):
                bad.append("%s is %o of the container's" % (name, info.st_mode))
    return bad


def remove(path):
    subprocess.run(["chattr", "-R", "-f", "-i", path], stderr=subprocess.DEVNULL, check=False)
    if os.path.islink(path) or not os.path.isdir(path):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
    else:
        shutil.rmtree(path)


def prepare(flower, place):
    """New folders, with all parents of PLACE."""
    for name in ("state", "certs"):
        remove(os.path.join(flower, name))
    for name in ("state", "state/runs", "state/ffs", "certs"):
        if place == name or place.startswith(name + "/") or not name.startswith(place):
            if place != name:
                os.mkdir(os.path.join(flower, name))
                os.chown(os.path.join(flower, name), CONTAINER, CONTAINER)


def run(root, sock, words):
    command = [words[0], "--root", root, *words[1:]]
    if words[0] == "fl-bootstrap":
        command += ["--docker", sock]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=DEADLINE, check=False)
    except subprocess.TimeoutExpired:
        return "hang", b""
    return done.returncode, done.stderr


def try_one(root, outside, sock, name, place, ends):
    linked = name.startswith("hard link")
    flower = os.path.join(root, "opt/flower")
    prepare(flower, place)
    KINDS[name](Planter(os.path.join(flower, place), outside))
    before, wrong = picture(outside, linked), []
    for words, documented in PROGRAMS:
        end, text = run(root, sock, words)
        ends["%s:%s" % (words[0].partition("-")[2] + "".join(words[1:]), end)] += 1
        if end not in documented:
            wrong.append("%s ends with %s" % (" ".join(words), end))
        if end != 0 and place.startswith(REPLACED) and name.startswith(("file", "hard", "link")):
            if "-n" not in words:
                wrong.append("%s ends with %s" % (" ".join(words), end))
        if re.search(rb"[^\x20-\x7e\n]", text):
            wrong.append("%s writes a control character" % words[0])
        after = picture(outside, linked)
        if after != before:
            wrong += ["%s touched %s" % (words[0], a[0])
                      for a in after if a not in before] or ["%s took one away" % words[0]]
            before = after
    wrong += devices_and_setuid(os.path.join(flower, "state"))
    return ["%s: %s" % (place, text) for text in wrong]


def main():
    root, outside, sock = sys.argv[1:]
    for name in KINDS:
        ends, wrong, runs = collections.Counter(), [], 0
        for place in PLACES:
            wrong += try_one(root, outside, sock, name, place, ends)
            runs += len(PROGRAMS)
        print("%s %s: nothing outside changes, no run hangs" % ("not ok" if wrong else "ok", name))
        print("#   %d runs: %s" % (runs, " ".join("%s*%d" % pair for pair in sorted(ends.items()))),
              *wrong, sep="\n#   ", flush=True)
    prepare(os.path.join(root, "opt/flower"), "certs/ca.crt")


if __name__ == "__main__":
    main()
