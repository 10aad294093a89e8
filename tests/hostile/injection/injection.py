#!/usr/bin/env python3
"""Gives every program every payload at every place where a value can come in, and checks the rules of rules.py.

usage: injection.py FOLDER ENGINE-SOCKET ENGINE-STATE ENGINE-JOURNAL GATE-URL GATE-STATE GATE-JOURNAL
"""
import concurrent.futures
import os
import sys
import time

import boot
import publish
import read
import rules

WORKERS = 2


def in_parallel(work, cases):
    """Each worker takes each WORKERS-th case."""
    with concurrent.futures.ProcessPoolExecutor(WORKERS) as pool:
        parts = [cases[i::WORKERS] for i in range(WORKERS)]
        return list(pool.map(work, parts, range(WORKERS)))


def main():
    folder, engine, gate = sys.argv[1], sys.argv[2:5], sys.argv[5:8]
    verdict = rules.Verdict()
    accepted = set()
    counts = {}
    read.FOLDER = publish.FOLDER = boot.FOLDER = folder
    publish.GATE = gate
    step = int(os.environ.get("EVERY", "1"))  # a look at each N-th case only
    stages = [("fl-configure", read.configure, read.cases()),
              ("names", read.configure, read.name_cases()),
              ("service configure", read.service, read.service_cases()),
              ("fl-onegate-publish", publish.work, publish.cases()),
              ("arguments", publish.arguments, publish.argument_cases())]
    stages = [(name, work, cases[::step]) for name, work, cases in stages]
    for name, work, cases in stages:
        began = time.monotonic()
        for part, values in in_parallel(work, cases):
            verdict.add(part)
            accepted.update(values)
        counts[name] = "%d in %.1f s" % (len(cases), time.monotonic() - began)
    began = time.monotonic()
    publish.judge_journal(verdict)
    cases = boot.chosen(accepted)
    boot.bootstrap(verdict, cases, *engine)
    counts["accepted values"] = len(accepted)
    counts["fl-bootstrap"] = "%d in %.1f s" % (len(cases), time.monotonic() - began)
    verdict.write()
    for name, count in counts.items():
        print("# %s: %s" % (name, count))
    print("# combinations: %d" % (sum(len(cases) for _, _, cases in stages) + len(cases)))


if __name__ == "__main__":
    main()
