#!/usr/bin/env python3
"""Cuts the power, in a model: see disk.py. TAP's results go to stdout, without numbers, for durable.t.

Each command is recorded once. Its calls are replayed one after the other; after each of them, every
tree that a cut may leave there is looked at, and the next real run has to mend it.
"""
import argparse
import collections
import os
import random
import subprocess
import sys
import time

import calls
import cases
import tree
from disk import Disk


class Cut:
    """A recorded case, and every tree that a power cut may leave."""

    def __init__(self, case, heal=None, faults_of=tree.halves):
        self.case, self.heal, self.faults_of = case, heal or case.command, faults_of
        self.before = tree.lasting(case.before)
        self.faults, self.cuts, self.states, self.healed = [], 0, 0, 0
        self.seen = {}  # each distinct tree, and the call after which it was met first

    def record(self):
        self.case.prepare()
        path = os.path.join(self.case.work.folder, "record")
        code = calls.record(self.case.command, path, self.case.env)
        if code != 0:
            self.faults.append("the run under strace: exit status %d" % code)
        self.after = tree.lasting(tree.take(self.case.root))
        return list(calls.read(path))

    def replay(self, dice):
        made = self.record()
        self.disk = Disk(self.before)
        replay = calls.Replay(self.disk, self.case.root)
        self.look("before everything", dice)
        for number, call in enumerate(made):
            claimed, changes = replay.status, replay.do(call)
            if replay.status != claimed:
                self.claim(replay.status)
            if not changes:
                continue
            self.cuts += 1
            self.look("after call %d, %s" % (number, call.name), dice)
        self.faults += self.disk.faults
        self.faults += ["not synced when the run has ended: " + fact for fact in self.disk.unsynced()]
        self.faults += ["the model is wrong: " + fault
                        for fault in tree.differences(self.volatile(), self.after)]
        return self

    def volatile(self):
        return self.disk.tree(range(len(self.disk.facts)), False)

    def claim(self, word):
        """When the status file, which a cut takes away, gets its new word, everything must be synced."""
        if word.endswith("_success"):
            self.faults += ["%s is claimed before this is synced: %s" % (word, fact)
                            for fact in self.disk.unsynced()]

    def look(self, when, dice):
        for found in self.disk.states(dice):
            self.states += 1
            key = frozenset((path, node) for path, node in found.items() if not path.startswith(tree.LOGS))
            if key in self.seen:
                continue
            self.seen[key] = when
            self.faults += ["a cut %s: %s" % (when, fault) for fault in
                            self.faults_of(found, self.before, self.after, self.case.work.motds)
                            + tree.false_claims(found, self.before, self.after)]
            self.next_run(found, when)

    def next_run(self, found, when):
        case = self.case
        tree.lay_out(case.root, found)
        done = subprocess.run(self.heal, env=case.env, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=False)
        self.healed += 1
        left = tree.lasting(tree.take(case.root))
        wanted = self.after
        if self.heal != case.command:  # of another program only what that one makes
            left, wanted = ({path: one[path] for path in tree.CONFIGURED if path in one} for one in (left, wanted))
        self.faults += ["a cut %s, then the next run: %s" % (when, fault) for fault in
                        ["exit status %d: %s" % (done.returncode, done.stderr[-200:])] * bool(done.returncode)
                        + tree.differences(left, wanted)]

    def report(self):
        print("# %s: %d calls to cut after, %d states, %d distinct trees, %d real runs on them" % (
            self.case.name, self.cuts, self.states, len(self.seen), self.healed))
        faults = list(collections.OrderedDict.fromkeys(self.faults))
        for fault in faults[:12]:
            print("#   " + fault)
        if len(faults) > 12:
            print("#   and %d more" % (len(faults) - 12))
        print("%s %s: old or new after every cut, synced before it is claimed, healed by the next run" % (
            "not ok" if faults else "ok", self.case.name))
        sys.stdout.flush()
        return not faults


# Writers with mistakes, to show that the test finds each mistake.
NAIVE = {
    "in place": ("printf 'A=1\\nB=2\\n' >\"$1/superlink.env\" && sync \"$1/superlink.env\" \"$1\"",
                 "is emptied before it is written anew"),
    "no fsync": ("printf 'A=1\\nB=2\\n' >\"$1/superlink.env.fl-naive1\" && "
                 "mv \"$1/superlink.env.fl-naive1\" \"$1/superlink.env\" && sync \"$1\"",
                 "is renamed into place before it is synced"),
    "no fsync of the folder": ("printf 'A=1\\nB=2\\n' >\"$1/superlink.env.fl-naive1\" && "
                               "sync \"$1/superlink.env.fl-naive1\" && "
                               "mv \"$1/superlink.env.fl-naive1\" \"$1/superlink.env\"",
                               "not synced when the run has ended"),
    "owner after the rename": ("printf 'A=1\\nB=2\\n' >\"$1/superlink.env.fl-naive1\" && "
                               "sync \"$1/superlink.env.fl-naive1\" && "
                               "mv \"$1/superlink.env.fl-naive1\" \"$1/superlink.env\" && "
                               "chown 12 \"$1/superlink.env\" && sync \"$1\"",
                               "content, owner or mode"),
}


def control(work, name, dice):
    script, expected = NAIVE[name]
    config = "opt/flower/config"
    folder = tree.Node("folder", 0o755, 0, 0, None)
    before = {"opt": folder, "opt/flower": folder, config: folder,
              config + "/superlink.env": tree.Node("file", 0o644, 0, 0, b"A=0\nB=0\n")}
    case = cases.Case(work, name, ["sh", "-c", script, "sh", os.path.join(work.root, config)], {}, before)
    cut = Cut(case)
    cut.next_run = lambda *_: None
    cut.replay(dice)
    found = [fault for fault in cut.faults if expected in fault]
    states = [fault for fault in cut.faults if fault.startswith("a cut ")]
    print("# naive writer, %s: %d faults, %d of them broken trees; %s" % (
        name, len(cut.faults), len(states), (states or found or ["none"])[0]))
    good = found and not any("the model is wrong" in fault for fault in cut.faults)
    print("%s the checker finds a writer that is wrong: %s" % ("ok" if good else "not ok", name))
    return bool(good)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("configure", "service"))
    parser.add_argument("--seed", type=int, default=0)
    cases.add_options(parser)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    begin = time.monotonic()
    work = cases.Work(options)
    results = []
    if options.what == "configure":
        results += [control(work, name, dice) for name in NAIVE]
        them = [Cut(case) for case in work.of_configure(work.program("fl-configure"), "fl-configure, ")]
    else:
        them = [Cut(case) for case in work.of_configure(work.service("configure"), "service configure, ")[:2]]
        them += [Cut(case) for case in work.of_install()]
        configure = work.program("fl-configure", "-q")
        them += [Cut(case, configure) for case in
                 work.of_bootstrap(work.service("bootstrap"), "service bootstrap, ", True)[:2]]
    results += [cut.replay(dice).report() for cut in them]
    print("# %s took %.0f s" % (options.what, time.monotonic() - begin))
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
