#!/usr/bin/env python3
"""A container that changes its folders while root's programs walk through them.

races.py moments ROOT OUTSIDE SOCKET   each attack before each system call of the walk (stops.py)
races.py loop ROOT OUTSIDE RUNS        a process of the container's user that changes things for ever
races.py pairs ROOT                    a second fl-configure, whole, before each call of the first

TAP's lines without numbers go to stdout, with the number of runs, how they ended, how many changed
something of root's. OUTSIDE holds the canaries, ELSEWHERE beside it is a folder where the container's
user may write as well, with a file of root's.
"""
import collections
import ctypes
import itertools
import os
import shutil
import signal
import subprocess
import sys
import time

import stops

CONTAINER = 49999
LOOP_SECONDS = 25


def ours(path):
    os.lchown(path, CONTAINER, CONTAINER)


def make_file(path, text=""):
    with open(path, "w", encoding="ascii") as out:
        out.write(text)


class World:
    def __init__(self, root, outside):
        self.root, self.outside = root, outside
        self.flower = os.path.join(root, "opt/flower")
        self.state = os.path.join(self.flower, "state")
        self.elsewhere = outside + ".elsewhere"

    def lay(self, deep=False):
        """New folders and canaries, all of root's, so that the program must change the owner of each entry."""
        for path in (self.state, self.outside, self.elsewhere):
            shutil.rmtree(path, ignore_errors=True)
        for path in ("", "a", "a/b", "z", "runs"):
            os.mkdir(os.path.join(self.state, path), 0o755)
        for path in ("file", "a/b/file"):
            make_file(os.path.join(self.state, path))
        if deep:
            os.makedirs(os.path.join(self.state, "/".join("d" * 70)))
        os.makedirs(os.path.join(self.outside, "folder/c"))
        for path in ("shadow", "folder/file", "folder/c/file"):
            make_file(os.path.join(self.outside, path), "root's")
        make_file(os.path.join(self.outside, "note"), "1.25.0\n")
        os.chmod(os.path.join(self.outside, "note"), 0o600)
        os.mkdir(self.elsewhere)
        ours(self.elsewhere)
        make_file(os.path.join(self.elsewhere, "file"))

    def lost(self):
        """The files of root's that have changed."""
        found = []
        for base, folders, files in os.walk(self.outside):
            for name in [*folders, *files]:
                path = os.path.join(base, name)
                info = os.lstat(path)
                want = 0o600 if name == "note" else 0o755 if name in folders else 0o644
                if info.st_uid != 0 or info.st_mode & 0o7777 != want:
                    found.append(path)
                elif name in ("shadow", "file"):
                    with open(path, encoding="ascii") as text:
                        if text.read() != "root's":
                            found.append(path)
            if not {"shadow", "note"} <= set(files) and base == self.outside:
                found.append(base)
        if os.lstat(os.path.join(self.elsewhere, "file")).st_uid != 0:
            found.append("elsewhere")
        return found

    def at(self, name):
        return os.path.join(self.state, name)

    def out(self, name):
        return os.path.join(self.outside, name)

    def away(self, name, to="aside"):
        """Removes a name, also if it is already gone."""
        for number in range(100):
            target = os.path.join(self.elsewhere, "%s%d" % (to, number))
            if not os.path.lexists(target):
                if os.path.lexists(self.at(name)):
                    os.rename(self.at(name), target)
                return target
        return None


def swap_link(name, target):
    def act(world):
        world.away(name)
        os.symlink(world.out(target), world.at(name))
        ours(world.at(name))
    return act


def swap_hard_link(name, target):
    def act(world):
        world.away(name)
        os.link(world.out(target), world.at(name))
    return act


def swap_fifo(name):
    def act(world):
        world.away(name)
        os.mkfifo(world.at(name))
    return act


def vanish(name):
    def act(world):
        shutil.rmtree(world.away(name), ignore_errors=True)
    return act


def move(name, to):
    def act(world):
        if os.path.lexists(world.at(name)):
            os.rename(world.at(name), world.at(to))
    return act


def move_elsewhere(name):
    def act(world):
        world.away(name)
    return act


WALK_ATTACKS = {
    "file becomes link": swap_link("file", "shadow"),
    "deep file becomes link": swap_link("a/b/file", "shadow"),
    "file becomes hard link": swap_hard_link("file", "shadow"),
    "deep file becomes hard link": swap_hard_link("a/b/file", "shadow"),
    "folder becomes link": swap_link("a", "folder"),
    "deep folder becomes link": swap_link("a/b", "folder"),
    "file becomes pipe": swap_fifo("file"),
    "folder becomes pipe": swap_fifo("a/b"),
    "folder vanishes": vanish("a"),
    "folder goes elsewhere": move_elsewhere("a/b"),
    "folder goes below itself's neighbour": move("a", "z/a"),
    "database's folder becomes link": swap_link("runs", "folder"),
}


# A naive program, which does not think of races: it looks at a path string and then uses it.
NAIVE = """
import os, sys
for base, folders, files in os.walk(sys.argv[1]):
    for name in [".", *folders, *files]:
        path = os.path.join(base, name)
        if not os.path.islink(path):
            os.chown(path, %d, %d)
""" % (CONTAINER, CONTAINER)

WORST = ("file becomes link", "deep file becomes hard link", "deep folder becomes link")


def explore(world, command, numbers, attack, deep=False, before=None, folder=None):
    """Runs COMMAND with ATTACK before each call of NUMBERS, from the opening of FOLDER if one is given: (how they
    ended, those that lost)."""
    ends, lost = collections.Counter(), []
    for number in numbers:
        world.lay(deep)
        if before is not None:
            before(world)
        end, _ = stops.run(command, number, lambda pid: attack(world), folder=folder)
        ends[end] += 1
        if world.lost():
            lost.append(number)
    return ends, lost


def tell(what, program, ends, lost, documented=("0", "71")):
    """A line of TAP, but for the naive program, which may lose."""
    if program != "naive":
        good = not lost and all(str(end) in documented for end in ends)
        print("%s %s, %s: nothing of root's is lost" % ("ok" if good else "not ok", program, what))
    print("#   %s, %s: %d runs, %s; lost %d" % (program, what, sum(ends.values()), " ".join(
        "%s*%d" % (end, count) for end, count in sorted(ends.items(), key=str)), len(lost)), flush=True)
    return len(lost)


def moments(root, outside, sock):
    world = World(root, outside)
    ours_program = ["fl-configure", "-q", "--root", root]
    naive, lost = [sys.executable, "-ISBc", NAIVE, world.state], 0
    for program, command in (("fl-configure", ours_program), ("naive", naive)):
        world.lay()
        numbers = stops.within(command, world.state)
        for turn, (what, attack) in enumerate(WALK_ATTACKS.items()):
            # All moments for the worst attack; for the others each third moment, another third each time.
            if what in WORST:
                lost += tell(what, program, *explore(world, command, numbers, attack))
            elif program != "naive":
                tell(what, program, *explore(world, command, numbers[turn % 3::3], attack))
    print("%s naive: a walk by paths loses at some of these moments" % ("ok" if lost else "not ok"))
    world.lay(deep=True)
    numbers = stops.within(ours_program, world.state)[::16]
    tell("folder of 70 levels goes elsewhere", "fl-configure",
         *explore(world, ours_program, numbers, move_elsewhere("/".join("d" * 30)), deep=True))
    tell("folder of 70 levels vanishes", "fl-configure",
         *explore(world, ours_program, numbers, vanish("/".join("d" * 30)), deep=True))

    note = "runs/state.db.flower-version"

    def with_note(text, mode):
        def before(world):
            make_file(world.at(note), text)
            os.chmod(world.at(note), mode)
            for name in ("runs", note):
                ours(world.at(name))
        return before

    # fl-bootstrap reads the note. fl-healthcheck writes it behind a look, which never takes equally many calls.
    bootstrap = ["fl-bootstrap", "-q", "--root", root, "--docker", sock]
    healthcheck = ["fl-healthcheck", "-q", "--root", root, "--docker", sock, "--wait=20"]
    for what, attack, before in (
            ("note becomes link", swap_link(note, "note"), with_note("0\n", 0o644)),
            ("note becomes hard link", swap_hard_link(note, "note"), with_note("1.25.0\n", 0o600)),
            ("note becomes pipe", swap_fifo(note), with_note("1.25.0\n", 0o600)),
            ("note's folder becomes link", swap_link("runs", "folder"), with_note("0\n", 0o644)),
            ("note's folder vanishes", vanish("runs"), with_note("0\n", 0o644))):
        world.lay()
        before(world)
        numbers = stops.within(bootstrap, world.state)
        tell(what, "fl-bootstrap", *explore(world, bootstrap, numbers, attack, before=before))
        world.lay()
        before(world)
        numbers = range(len(stops.within(healthcheck, world.state)))
        tell(what, "fl-healthcheck", *explore(world, healthcheck, numbers, attack, before=before, folder=world.state))


# --- without stops -----------------------------------------------------------------------------

def hostile(world, ready):
    """Replaces folders by links, moves, makes and removes them for ever, as the container's user."""
    os.setgroups([])
    os.setgid(CONTAINER)
    os.setuid(CONTAINER)
    os.chdir(world.state)
    exchange = ctypes.CDLL(None).renameat2

    def swap(one, other):
        exchange(-100, one.encode(), -100, other.encode(), 2)  # AT_FDCWD, RENAME_EXCHANGE

    for name, target in (("link", "folder"), ("link2", "shadow")):
        os.symlink(world.out(target), name)
    make_file("file2")
    os.write(ready, b"1")
    turn = 0
    while True:
        turn += 1
        swap("a", "link")
        swap("file2", "link2")
        for act in (lambda: os.rename("z", "a/b/z"), lambda: os.rename("a/b/z", "z"),
                    lambda: os.mkdir("new%d" % (turn % 50)),
                    lambda: os.rmdir("new%d" % ((turn + 25) % 50)),
                    lambda: os.rename("a/b", "z/b"), lambda: os.rename("z/b", "a/b")):
            try:
                act()
            except OSError:
                pass


def loop(root, outside, runs):
    world = World(root, outside)
    for program, command in (
            ("fl-configure", ["fl-configure", "-q", "--root", root]),
            ("naive", [sys.executable, "-ISBc", NAIVE, world.state])):
        world.lay()
        for base, folders, files in os.walk(world.state):
            for name in [".", *folders, *files]:
                ours(os.path.join(base, name))
        reading, ready = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                hostile(world, ready)
            finally:
                os._exit(1)
        os.read(reading, 1)
        ends, lost, longest = collections.Counter(), [], 0
        until = time.monotonic() + LOOP_SECONDS
        try:
            for number in range(int(runs)):
                began = time.monotonic()
                if began > until:
                    break
                # Root owns them again, so that the program always has an owner to change.
                for name in ("file2", "a/b/file"):
                    try:
                        os.chown(world.at(name), 0, 0, follow_symlinks=False)
                    except OSError:
                        pass
                try:
                    done = subprocess.run(command, capture_output=True, timeout=stops.DEADLINE,
                                          check=False)
                    ends[done.returncode] += 1
                except subprocess.TimeoutExpired:
                    ends["hang"] += 1
                longest = max(longest, time.monotonic() - began)
                if world.lost():
                    lost.append(number)
                    for base, folders, files in os.walk(outside):
                        for name in [*folders, *files]:
                            os.lchown(os.path.join(base, name), 0, 0)
            if os.waitpid(pid, os.WNOHANG) != (0, 0):
                ends["the hostile process ended"] += 1
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        tell("a loop, the longest run %d ms" % (longest * 1000), program, ends, lost)


def pairs(root):
    """Two runs at once: afterwards each file is whole, and nothing is left over."""
    command = ["fl-configure", "-q", "--root", root]
    flower, units = os.path.join(root, "opt/flower"), os.path.join(root, "etc/systemd/system")

    def fresh():
        for path in (flower, units):
            shutil.rmtree(path, ignore_errors=True)

    def files():
        found = {}
        for top in (flower, units):
            for base, _, names in os.walk(top):
                for name in names:
                    with open(os.path.join(base, name), "rb") as text:
                        found[os.path.join(base, name)] = text.read()
        return found

    fresh()
    _, calls = stops.run(command)
    want = files()
    ends, bad = collections.Counter(), []
    for number in itertools.count():
        fresh()
        seconds = []
        end, _ = stops.run(command, number, lambda pid: seconds.append(
            subprocess.run(command, capture_output=True, check=False).returncode))
        if not seconds:  # it ended before: the allocator makes a call more or less each time
            break
        ends["%s,%s" % (end, seconds[0])] += 1
        if files() != want:
            bad.append(number)
    if number < calls // 2:
        bad.append("of %d calls %d were reached" % (calls, number))
    tell("a second run before each call of the first", "fl-configure", ends, bad, ("0,0",))


if __name__ == "__main__":
    {"moments": moments, "loop": loop, "pairs": pairs}[sys.argv[1]](*sys.argv[2:])
