"""The whole boot on a real Engine with the real SuperLink, and how soon readiness is published."""
import argparse
import os
import random
import statistics
import subprocess
import sys
import time

from report import Row
from world import IMAGE, Unfit, wait_until

TITLE = "the whole boot on a real Docker Engine with the real SuperLink"
SLOW = "bench/slow"  # the same image, whose SuperLink is started as late as a file in the volume says
ENTRY = '["/bin/sh", "-c", "sleep $(cat /app/state/delay); exec flower-superlink \\"$@\\"", "sh"]'
LONGEST = 3.0  # seconds of start-up delay


def fresh(world, context=""):
    """No container, a new tree."""
    world.remove_container()
    return world.root(context)


def steps(world, report, options):
    """Each program of a first boot, the shell version's, and what a second boot costs."""
    names = ("fl-configure", "fl-bootstrap", "fl-healthcheck", "fl-onegate-publish")
    parts = {name: [] for name in names + ("configure.sh", "bootstrap.sh", "service configure",
                                           "service bootstrap", "again")}
    for _ in range(options.boots):
        root = fresh(world)
        for name in names:
            command = world.program(name, root, *(("--wait",) if name == "fl-healthcheck" else ()))
            parts[name].append(world.meter.run(command))
        root = fresh(world)
        for name in ("configure", "bootstrap"):
            parts[name + ".sh"].append(world.meter.run(world.script(name, root)))
        root = fresh(world)
        for stage in ("configure", "bootstrap"):
            parts["service " + stage].append(world.meter.run(world.service(root, stage)))
        parts["again"].append(world.meter.run(world.service(root, "bootstrap")))

    def row(name, title, **more):
        return Row(title, wall=[run.wall for run in parts[name]], cpu=[run.cpu for run in parts[name]],
                   memory=max(run.memory for run in parts[name]), **more)

    report.compare("a first boot, program by program (wall: with the waiting)", [
        row("fl-configure", "fl-configure (2-6)"), row("fl-bootstrap", "fl-bootstrap (7-9)"),
        row("fl-healthcheck", "fl-healthcheck --wait (10)"), row("fl-onegate-publish", "fl-onegate-publish (11)")],
                   alike=False)
    ours, theirs = world.root(), world.root()
    counted = {}
    for name in ("configure", "bootstrap"):
        counted[name] = []
        for command in (world.service(ours, name), world.script(name, theirs)):
            world.remove_container()
            counted[name].append(dict(zip(("children", "programs"), world.meter.processes(command))))
    report.compare("steps 2-6", [row("service configure", "service configure", **counted["configure"][0]),
                                 row("configure.sh", "configure.sh", **counted["configure"][1])])
    report.compare("steps 7-11", [row("service bootstrap", "service bootstrap", **counted["bootstrap"][0]),
                                  row("bootstrap.sh", "bootstrap.sh", **counted["bootstrap"][1])])
    report.compare("steps 7-11 again, the container runs", [row("again", "service bootstrap")])
    for name, what in (("fl-bootstrap", "fl-bootstrap alone"), ("service bootstrap", "all of steps 7-12")):
        report.goal("client side of a first boot, %s: CPU time, ms" % what,
                    statistics.median(run.cpu for run in parts[name]), most=20)


def make_slow_image(world):
    def docker(*words):
        subprocess.run(["docker", *words], check=True, stdout=subprocess.DEVNULL)

    docker("create", "--name", "slow", IMAGE)
    docker("commit", "--change", "ENTRYPOINT " + ENTRY, "slow", SLOW + ":" + IMAGE.split(":")[1])
    docker("rm", "slow")


def observe(world, truth):
    """Follows the container's run from its start on; the observer of tests/docker/truth.py."""
    state = {}

    def runs():
        state.update(world.inspect() or {"State": {"Pid": 0}})
        return state["State"]["Pid"] > 0

    wait_until(runs, "the container's start", 120)
    observer = truth.Observer(argparse.Namespace(fleet=9092, control=9093), state)
    observer.start()
    return observer


def one_start(world, truth, command, root, delay):
    """(ms from the end of the observer's first successful look to the publication, ms from the beginning of its
    last failed look to the publication). The SuperLink began to work between the two looks."""
    with open(os.path.join(root, "opt/flower/state/delay"), "w", encoding="ascii") as out:
        out.write("%.3f\n" % delay)
    world.remove_container()
    clock = time.time() - time.monotonic()
    began = time.time()
    boot = subprocess.Popen(command.argv, env=command.env, stdin=subprocess.DEVNULL, stdout=world.log,
                            stderr=world.log)
    observer = observe(world, truth)
    if boot.wait(timeout=120) != 0:
        raise Unfit("%s: exit status %d" % (command.name, boot.returncode))
    observer.join(60)
    observer.over = True
    published = world.published()
    if published is None or published < began or observer.first_true is None:
        raise Unfit("%s published nothing" % command.name)
    published -= clock
    return (published - observer.first_true) * 1e3, (published - observer.last_false) * 1e3


def ready(world, report, options, truth, proxy):
    context = 'export FLOWER_IMAGE="%s"\n' % SLOW
    ours, theirs = world.root(context), world.root()
    world.meter.run(world.service(ours, "configure"))
    world.meter.run(world.script("configure", theirs))
    chance = random.Random(options.seed)
    late, early = ([], []), ([], [])
    for number in range(options.starts):
        delay = chance.uniform(0, LONGEST)
        sides = [(0, world.service(ours, "bootstrap"), ours),
                 (1, world.script("bootstrap", theirs, env={"IMAGE_REPO": SLOW}), theirs)]
        for side, command, root in sides[::-1 if number % 2 else 1]:
            from_true, from_false = one_start(world, truth, command, root, delay)
            late[side].append(from_true)
            early[side].append(from_false)
    what = "from works to published, userland proxy %s, %d starts (early: before it worked)"
    report.compare(what % (proxy, options.starts), [
        Row("service bootstrap", late=late[0], early=sum(value < 0 for value in early[0])),
        Row("bootstrap.sh", late=late[1], early=sum(value < 0 for value in early[1]))])
    report.note("extremes, ms: ours %.0f to %.0f, the shell version %.0f to %.0f"
                % (min(late[0]), max(late[0]), min(late[1]), max(late[1])))
    report.goal("works to published, proxy %s: median, ms" % proxy, statistics.median(late[0]), most=50)
    report.goal("works to published, proxy %s: least, ms (never early)" % proxy, min(early[0]), least=0)


def run(world, report, options):
    sys.path.insert(0, os.path.join(world.top, "tests/docker"))
    import truth  # pylint: disable=import-outside-toplevel
    try:
        if not options.real:
            raise Unfit("--stand-ins")
        if not world.real:
            world.real_engine()
    except Unfit as reason:
        report.note("skipped, no real Docker Engine: %s" % reason)
        return
    steps(world, report, options)
    make_slow_image(world)
    ready(world, report, options, truth, "on")
    world.real_engine("--userland-proxy=false")
    ready(world, report, options, truth, "off")
    world.remove_container()
    subprocess.run(["docker", "rmi", "-f", SLOW + ":" + IMAGE.split(":")[1]], check=False, stdout=subprocess.DEVNULL)
