#!/usr/bin/python3
"""Runs the programs with one fault at a time and judges each end; faults.t calls it.

faults.py FOLDER PRELOAD [NAME...]: FOLDER is for the worlds, PRELOAD is faults.c built, NAME picks
situations. Prints TAP's lines without numbers.
"""
import collections
import concurrent.futures
import os
import queue
import random
import re
import signal
import subprocess
import sys
import time

import situations
from sites import EXCLUDED, WATCHED, injected, leaked, plan
from world import World

WORKERS, WAITING_WORKERS = 2, 4
LIMIT = 60  # seconds of one run: only a hang takes as long
STRIDE = 25  # of the allocations inside libcurl's start-up each so many, as they are libcrypto's
EVERY = 2  # of the faults of a program with libcurl one in so many; the variable EVERY says otherwise
AGAIN = 3  # of the allocations in a program's later situations each so many
SHARED = re.compile(r"/proc/\d+\b")  # one place whatever the number
FREE = re.compile(r"\d+ MiB(?= free)")  # what others write changes it
TRIES = 3  # of a fault whose call does not come
SHOWN = 12  # failures of one property
PROPERTIES = ("no false success", "exit status", "message", "files", "no temporary file", "descriptors",
              "the next run mends it", "memory", "short transfers")
LEFTOVER = re.compile(r"\.fl-\w{6}$")  # a temporary file; one from an earlier run may stay until the next
PEER = re.compile(r"docker\.sock|[0-9.]+:\d+")
GRPC = re.compile(r"127\.0\.0\.1:909[123]: (no answer|the connection was closed)")
OF_KERNEL = re.compile(r": route: |addresses of this machine's links: ")  # which it was asked
Done = collections.namedtuple("Done", "code out err usual trace")


def say(kind, text):
    print(kind, text, flush=True)


class Runner:
    """Runs one situation in any of the worlds."""

    def __init__(self, situation, preload):
        self.situation, self.preload = situation, preload
        self.usual = {}  # world: code, stdout, tree before and after, facts of the run without a fault
        self.failures = collections.defaultdict(list)
        self.outcomes = collections.defaultdict(collections.Counter)
        self.unreached = 0

    def execute(self, world, prefix=(), environment=None):
        if self.situation.lock:
            prefix = ("sh", "-c", 'exec 9<>"$0" && exec "$@"', world.path(situations.LOCK), *prefix)
        try:
            done = subprocess.run([*prefix, *self.situation.command(world)], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT, check=False,
                                  env={"PATH": os.environ["PATH"], **(environment or {})})
        except subprocess.TimeoutExpired:
            return 124, "", "hangs"
        return (done.returncode, FREE.sub("some", done.stdout.decode("utf-8", "replace")),
                done.stderr.decode("utf-8", "replace").replace(world.folder, "WORLD"))

    def learn(self, world):
        """The run without a fault."""
        self.situation.set_up(world)
        self.situation.restore(world)
        before = world.snapshot()
        code, out, _ = self.execute(world)
        self.usual[world] = code, out, before, world.snapshot(), self.situation.facts(world)

    def record(self, world):
        """Its calls, and the numbers of its allocations and transfers."""
        self.situation.restore(world)
        trace = world.folder + "/record"
        self.execute(world, ("strace", "-f", "-yy", "-s", "300", "-qq", "-o", trace))
        self.situation.restore(world)
        report = world.folder + "/report"
        if os.path.exists(report):
            os.unlink(report)
        self.execute(world, environment={"LD_PRELOAD": self.preload, "FAULT": "count:0",
                                         "FAULT_REPORT": report})
        with open(report, encoding="ascii") as source:
            numbers = [int(number) for number in re.findall(r"\d+", source.read())]
        return trace, numbers

    # --- one fault -----------------------------------------------------------------------------

    def fail_call(self, world, site):
        self.situation.restore(world)
        trace = world.folder + "/trace"
        how = "retval" + site.fault if site.fault[0] == "=" else "error=" + site.fault
        code, out, err = self.execute(world, (
            "strace", "-f", "--seccomp-bpf", "-qq", "-o", trace, "-e",
            "trace=%s,%s" % (site.call, WATCHED), "-e",
            "inject=%s:%s:when=%d" % (site.call, how, site.number)))
        hit = injected(trace)
        where = "%s %d %s%s" % (site.call, site.number, site.fault, " (%s)" % site.what if site.what else "")
        done = Done(code, out, err, code == self.usual[world][0], trace)
        self.outcomes[site.call][code] += 1
        self.judge(world, done, where, site)
        return hit

    def fail_preloaded(self, world, kind, number):
        self.situation.restore(world)
        report = world.folder + "/report"
        if os.path.exists(report):
            os.unlink(report)
        code, out, err = self.execute(world, environment={
            "LD_PRELOAD": self.preload, "FAULT": "%s:%d" % (kind, number), "FAULT_REPORT": report})
        usual = code == self.usual[world][0]
        where = "%s %d" % (kind, number)
        hit = os.path.exists(report) and open(report, encoding="ascii").read().startswith("hit")
        self.outcomes[kind][code] += 1
        # If a library has no memory, the program may report a missing answer instead.
        if kind == "alloc" and not usual and (code != 71 or "memory" not in err) and (
                self.situation.program == "fl-configure" or not err
                or code not in self.situation.codes + self.situation.of_peer):
            self.blame("memory", where, "exit %d" % code, err)
        # Over HTTP/2 libcurl 7.88 may give up after a short write.
        if kind == "short" and not usual and not (GRPC.search(err) and code in self.situation.of_peer):
            self.blame("short transfers", where, "exit %d" % code, err)
        if kind == "close" and not usual and code not in self.situation.codes:
            self.blame("exit status", where, "exit %d" % code, err)
        self.judge(world, Done(code, out, err, usual, None), where, None)
        return hit

    # --- judgement -----------------------------------------------------------------------------

    def blame(self, what, where, text, err=""):
        self.failures[what].append("%s: %s%s" % (where, text, ": " + err.strip()[:200] if err else ""))

    def judge(self, world, done, where, site):
        usual_code, usual_out, before, after, usual_facts = self.usual[world]
        facts = self.situation.facts(world)
        now = world.snapshot()
        for text in self.situation.judge(world, done, facts):
            self.blame("no false success", where, text)
        if done.usual and self.situation.gives_way(done):
            return
        if done.usual and (done.out != usual_out or facts != usual_facts):
            self.blame("no false success", where, "exit %d with another result: %r %r" %
                       (done.code, done.out, facts))
        if site is not None and not done.usual:
            self.judge_failure(done, where, site)
        if site is None or not site.call.startswith("unlink"):  # what cannot be removed goes with the next run
            for name in sorted(set(now) - set(before) - set(after) - set(self.situation.forgets)):
                self.blame("no temporary file", where, name + " is left")
        self.judge_files(done, where, before, after, now, facts)
        if done.trace and site.in_main and done.code < 126:
            held = leaked(done.trace)
            if held:
                self.blame("descriptors", where, "open at the end: %s" % held)
        if self.situation.mends and not done.usual:
            again, out, err = self.execute(world)
            if again != usual_code or changes(after, world.snapshot()):
                self.blame("the next run mends it", where, "exit %d %s" %
                           (again, changes(after, world.snapshot())), err)

    def judge_failure(self, done, where, site):
        situation = self.situation
        if not site.in_main:  # the loader's own, 127
            if done.code == 0:
                self.blame("no false success", where, "exit 0")
            elif not done.err and 0 < done.code:
                self.blame("message", where, "exit %d: no message" % done.code)
            return
        allowed = set(situation.codes + situation.of_peer)
        if site.what.endswith(situations.CONTEXT) and situation.of_context:
            allowed = situation.of_context
        elif site.what.endswith(situations.JSON) and situation.of_json:
            allowed = situation.of_json
        elif "docker.sock" in site.what or re.search(r":\d+$", site.what):
            allowed = situation.of_peer
        elif "/root/" in site.what or site.what == "stdout":
            allowed = situation.codes
        if OF_KERNEL.search(done.err):  # a socket, and no peer behind it
            allowed = {71}
        if done.code not in allowed:
            self.blame("exit status", where, "exit %d" % done.code, done.err)
        if site.what == "stderr" or OF_KERNEL.search(done.err):
            return
        names = [site.what]
        if "/" in site.what:
            names += [os.path.dirname(site.what)]
        if site.what.startswith("/proc/self/fd/"):
            names += [os.path.basename(site.what)]  # the path that no link can bend
        elif site.what.startswith("/proc/"):
            names += ["/proc:", "in the container"]  # what may not be read may belong to somebody else
        elif PEER.search(site.what):  # how often one is read from is not the same each time
            names = PEER.findall(done.err) or names
        names = [LEFTOVER.sub("", name) for name in names if len(name) > 1]
        if site.what == "stdout":
            names = ["standard output"]
        if self.situation.drifts and done.err:
            return
        if site.call in ("flock", "fcntl") and "descriptor 9" in done.err:
            return  # the caller's; its name is not known here
        if not any(name and name in done.err for name in names) and not (
                not names and re.search(r"/root/|docker\.sock|\d:\d|libcurl|memory|standard", done.err)):
            self.blame("message", where, "exit %d" % done.code, done.err or "no message")

    def judge_files(self, done, where, before, after, now, facts):
        before, after, now = ({name: entry for name, entry in tree.items() if name not in self.situation.forgets}
                              for tree in (before, after, now))
        if done.usual:
            wrong = changes(after, now)
            if wrong:
                self.blame("files", where, "exit %d and %s" % (done.code, wrong))
            return
        for name, entry in now.items():
            old, new = before.get(name), after.get(name)
            if entry in (old, new) or name.startswith("var") or self.situation.may_hold(name, entry.data, facts):
                continue
            if (old or new) and entry.kind == "folder":
                continue  # its mode and owner are given after it was made: the next run mends that
            self.blame("files", where, "exit %d and %s is neither the old nor the new one" % (done.code, name))
        changing = [name for name in (situations.ENV, situations.JSON) if before.get(name) != after.get(name)]
        if [now.get(name) == before.get(name) for name in changing] == [True, False]:
            self.blame("files", where, "exit %d and superlink.json is new before superlink.env" % done.code)
        for name in before:
            if name not in now and name in after and name != situations.STATUS:
                self.blame("files", where, "exit %d and %s is gone" % (done.code, name))


def changes(wanted, found):
    names = [name for name in sorted(set(wanted) | set(found)) if wanted.get(name) != found.get(name)
             and not name.startswith("var") and not (name in found and LEFTOVER.search(name))]
    return ", ".join("%s is %s" % (name, "missing" if name not in found else "there" if name not in wanted
                                   else "another") for name in names)


def jobs_of(runner, folder, trace, numbers, whole, thorough):
    """The faults to make in the situation, and how many are possible. The start-up of loader and libcurl is the same in
    each situation of a program, so it is included only if WHOLE."""
    sites = plan(trace, folder)
    first, last, allocations, transfers, closes = numbers
    stride, again = (1, 1) if thorough else (STRIDE, AGAIN)
    jobs = [("fail_call", (site,)) for site in sites
            if whole or (site.in_main and not (site.again and "/root/" not in site.what))]
    jobs += [("fail_preloaded", ("alloc", number)) for number in range(1, allocations + 1)
             if (whole and (number - first) % stride == 0 if first <= number <= last
                 else whole or number % again == 0)]
    jobs += [("fail_preloaded", ("short", number)) for number in range(1, transfers + 1)]
    jobs += [("fail_preloaded", ("close", number)) for number in range(1, closes + 1)]
    return jobs, len(sites) + allocations + transfers + closes


def kind_of(job):
    how, arguments = job
    if how != "fail_call":
        return arguments[0]
    site = arguments[0]
    return site.call, site.fault, site.in_main, SHARED.sub("/proc/N", LEFTOVER.sub("", site.what))


def choose(jobs, every, chance):
    """One in EVERY jobs, and at least one of each kind: each call on each file or peer with each of its faults."""
    kinds = collections.defaultdict(list)
    for job in jobs:
        kinds[kind_of(job)].append(job)
    chosen = set()
    for alike in kinds.values():
        chosen.update(chance.sample(alike, -(-len(alike) // every)))
    return [job for job in jobs if job in chosen]


def examine(situation, preload, worlds, whole, chance):
    began = time.monotonic()
    runner = Runner(situation, preload)
    count = WAITING_WORKERS if situation.waits else WORKERS
    free = queue.Queue()
    for world in worlds[:count]:
        runner.learn(world)
        free.put(world)
    asked = int(os.environ.get("EVERY", 0))
    jobs, possible = jobs_of(runner, worlds[0].folder, *runner.record(worlds[0]), whole, asked == 1)
    jobs = choose(jobs, asked or (1 if situation.program == "fl-configure" else EVERY), chance)

    def work(job):
        world = free.get()
        try:
            # A program does not poll and read from a peer equally often each time: the last calls may not come.
            if not any(getattr(runner, job[0])(world, *job[1]) for _ in range(TRIES)):
                runner.unreached += 1
        finally:
            free.put(world)

    pool = concurrent.futures.ThreadPoolExecutor(count)
    try:
        for _ in pool.map(work, jobs):
            pass
    finally:
        pool.shutdown(cancel_futures=True)  # ended by a signal: those that run, and no more
    return runner, len(jobs), possible, time.monotonic() - began


def tell(runner, tried, possible, seconds):
    name = runner.situation.name
    usual = {result[0] for result in runner.usual.values()}
    for what in PROPERTIES:
        failures = runner.failures[what]
        failures.sort()
        say("not ok" if failures else "ok", "%s: %s" % (name, what))
        for text in failures[:SHOWN]:
            say("#  ", text.replace("\n", " | "))
        if len(failures) > SHOWN:
            say("#  ", "and %d more" % (len(failures) - SHOWN))
    say("#", "%s (exit %s): %d of %d faults in %.0f s, %d of them not reached" %
        (name, ", ".join(map(str, sorted(usual))), tried, possible, seconds, runner.unreached))
    say("#", "  " + "; ".join("%s %s" % (call, listed(codes)) for call, codes in sorted(runner.outcomes.items())))


def listed(codes):
    return " ".join("%d:%d" % pair for pair in sorted(codes.items()))


def tell_all(totals):
    """A line for each call: in how many places it failed, in all situations, and how the program ended."""
    say("#", "%-16s %7s  exit status:times, a minus is a signal" % ("call", "failed"))
    for call, codes in sorted(totals.items(), key=lambda pair: -sum(pair[1].values())):
        say("#", "%-16s %7d  %s" % (call, sum(codes.values()), listed(codes)))


def main():
    folder, preload, *names = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the stand-ins end with this
    worlds = [World("%s/w%d" % (folder, number)) for number in range(WAITING_WORKERS)]
    seed = os.environ.get("SEED") or str(random.randrange(10**6))
    chance = random.Random(seed)
    seen, total, of_all, began = set(), 0, 0, time.monotonic()
    totals = collections.defaultdict(collections.Counter)
    try:
        for world in worlds:
            world.start()
        for situation in situations.ALL:
            if names and situation.name not in names:
                continue
            result = examine(situation, preload, worlds, situation.program not in seen, chance)
            seen.add(situation.program)
            total += result[1]
            of_all += result[2]
            tell(*result)
            for call, codes in result[0].outcomes.items():
                totals[call].update(codes)
    finally:
        for world in worlds:
            world.stop()
    tell_all(totals)
    say("#", "%d of %d faults in all in %.0f s, SEED=%s; of the others each has one of its kind among them, or belongs "
        "to a start-up that another situation has; calls left alone: %s" % (
        total, of_all, time.monotonic() - began, seed,
        "; ".join("%s (%s)" % pair for pair in sorted(EXCLUDED.items()))))


if __name__ == "__main__":
    main()
