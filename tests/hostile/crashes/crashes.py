#!/usr/bin/env python3
"""Kills a program at random moments, or at each system call that writes, and looks at what is left.

crashes.py WHAT below a folder of its own; see main() for the options. TAP's results go to stdout,
without numbers, for crashes.t.
"""
import argparse
import collections
import os
import random
import sys
import time

import cases
import killing

WHOM = ["group"] * 3 + ["shell", "child"]


def report(case, head, fell, temporary):
    print("# %s: %s; %d before, %d between, %d after; a temporary file left %d times" % (
        case.name, head, fell["before"], fell["between"], fell["after"], temporary))
    for fault in case.faults[:10]:
        print("#   " + fault)
    print("%s %s: nothing half, nothing claimed falsely, healed by the next run" % (
        "not ok" if case.faults else "ok", case.name))
    sys.stdout.flush()
    return not case.faults


def randomly(case, rounds, dice, whom):
    case.learn()
    length = killing.measure(case.command, case.prepare, case.env)
    moments = killing.Moments(dice, length)
    fell, met, temporary = collections.Counter(), collections.Counter(), 0
    while fell.total() < rounds:
        case.prepare()
        moment = moments.draw()
        code, target = killing.at_moment(case.command, moment, dice.choice(whom), case.env)
        seen, left = case.look("%d before it, of the %s after %.2f ms (exit status %d)" % (
            met.total(), target, moment * 1000, code))
        met[target] += 1
        moments.learn(moment, seen, target == "nobody")
        if target != "nobody":
            fell[seen] += 1
            temporary += left
    return report(case, "%d kills within %.1f ms (%s)" % (
        fell.total(), length * 1000, ", ".join("%s %d" % pair for pair in sorted(met.items()))), fell, temporary)


def at_each_call(case, calls):
    case.learn()
    case.prepare()
    counts = killing.count_calls(case.command, os.path.join(case.work.folder, "record"), calls)
    fell, temporary = collections.Counter(), 0
    for call in calls:
        for number in range(1, counts[call] + 1):
            case.prepare()
            if not killing.at_call(case.command, call, number):
                case.faults.append("%s %d was not reached" % (call, number))
            seen, left = case.look("%s %d" % (call, number))
            fell[seen] += 1
            temporary += left
    good = report(case, "killed at %d system calls (%s)" % (
        fell.total(), ", ".join("%s %d" % (call, counts[call]) for call in calls if counts[call])), fell, temporary)
    met = fell["between"] > 0 or not case.writes()
    print("%s %s: the kills met the time between the first and the last write" % (
        "ok" if met else "not ok", case.name))
    return good and met


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("configure", "service-configure", "bootstrap",
                                         "service-bootstrap", "calls", "calls-bootstrap"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=100)
    cases.add_options(parser)
    options = parser.parse_args()
    killing.adopt_orphans()
    work = cases.Work(options)
    dice = random.Random("%d %s" % (options.seed, options.what))
    begin = time.monotonic()
    program, _, _ = options.what.partition("-")
    service = options.what.startswith("service")
    if service:
        command, whom = work.service(options.what.partition("-")[2]), WHOM
    else:
        command, whom = work.program("fl-bootstrap" if "bootstrap" in options.what else "fl-configure"), ["group"]
    if "bootstrap" in options.what:
        if not service:
            command += ["--docker", options.engine]
        them = work.of_bootstrap(command, " ".join(options.what.split("-")) + ", ", service)
    else:
        them = work.of_configure(command, " ".join(options.what.split("-")) + ", ")
    results = []
    for number, case in enumerate(them):
        if program == "calls":
            results.append(at_each_call(case, killing.CALLS if options.what == "calls" else killing.ENGINE_CALLS))
        else:
            share = options.rounds // len(them) + (number < options.rounds % len(them))
            results.append(randomly(case, share, dice, whom))
    print("# %s took %.0f s" % (options.what, time.monotonic() - begin))
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
