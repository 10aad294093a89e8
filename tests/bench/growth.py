"""What grows: the context, state/, the number of callers, the time of waiting."""
import os
import subprocess

from meter import Command
from report import Row

TITLE = "large contexts, many files, many at once"
FOLDER = 1000  # files in each folder


def runs_of(world, commands, count):
    """Rows with wall, CPU and memory only."""
    rows = []
    for command, runs in zip(commands, world.meter.interleaved(commands, count)):
        rows.append(Row(command.name, wall=[run.wall for run in runs], cpu=[run.cpu for run in runs],
                        memory=max(run.memory for run in runs)))
    return rows


def with_context(world, report, options, what, text, beside=True):
    ours = world.program("fl-configure", world.root(text))
    shell = world.script("configure", world.root(text), statuses=(0, 1, 126))
    rows = runs_of(world, [ours, shell] if beside else [ours], options.few)
    status = world.meter.run(shell).status if beside else 0
    if status != 0:
        rows[1].name += " (fails, exit status %d)" % status
    report.compare("configure, unchanged, a context of " + what, rows)


def contexts(world, report, options):
    for size, name in ((1 << 10, "1 KB"), (100 << 10, "100 KB"), (1 << 20, "1 MB"), (10 << 20, "10 MB")):
        line = "x" * 79 + "\n"
        with_context(world, report, options, name, 'export START_SCRIPT="%s"\n' % (line * (size // len(line))))
    for count in (10, 1000, 10000, 100000):
        with_context(world, report, options, "%d variables" % count,
                     "".join('export NAME_%d="value %d"\n' % (i, i) for i in range(count)), count < 100000)
    report.note("bash needs minutes to export 100,000 variables, so configure.sh was left out there")


def fill(folder, count):
    for number in range(count):
        if number % FOLDER == 0:
            below = os.path.join(folder, "%04d" % (number // FOLDER))
            os.makedirs(below)
        with open(os.path.join(below, "%06d" % number), "wb"):
            pass


def give(folder, owner):
    subprocess.run(["chown", "-R", "%d:%d" % (owner, owner), folder], check=True)


def states(world, report, options):
    for count in (0, 1000, 10000, 100000):
        root = world.root()
        configure = world.program("fl-configure", root)
        world.meter.run(configure)
        state = os.path.join(root, "opt/flower/state")
        fill(state, count)
        chown = ["chown", "-R", "49999:49999", state]
        give(state, 49999)
        rows = runs_of(world, [configure, Command("chown -R", chown)], options.few)
        ratios = report.compare("state/ of %d files, all its user's already" % count, rows)
        if count == 100000:
            report.goal("walking 100,000 files: wall time, of chown -R", ratios["wall"].median, most=1)
            configure.prepare = lambda: give(state, 0)
            rows = runs_of(world, [configure, Command("chown -R", chown, prepare=configure.prepare)], options.few)
            report.compare("state/ of %d files, all root's" % count, rows)


def at_once(world, report, options):
    """Many publications at the same time."""
    root, theirs = world.root(), world.root()
    world.any_engine(False)
    world.boot(root)
    world.meter.run(world.script("configure", theirs))
    failures = os.path.join(world.folder, "failures")
    rows = []
    for command in (world.program("fl-onegate-publish", root), world.script("onegate-publish", theirs)):
        open(failures, "w", encoding="ascii").close()
        crowd = Command("%d x %s" % (options.crowd, command.name), ["sh", "-c", """
            i=0 failures=$1 count=$2
            shift 2
            while [ "$i" -lt "$count" ]; do
                { "$@" || echo >>"$failures"; } &
                i=$((i + 1))
            done
            wait""", "sh", failures, str(options.crowd)] + command.argv, env=command.env)
        runs = [world.meter.run(crowd) for _ in range(options.few)]
        with open(failures, encoding="ascii") as source:
            failed = len(source.readlines())
        rows.append(Row(crowd.name, wall=[run.wall for run in runs], cpu=[run.cpu for run in runs],
                        memory=max(run.memory for run in runs), failed=failed))
    report.compare("publications at once", rows)


def run(world, report, options):
    contexts(world, report, options)
    states(world, report, options)
    at_once(world, report, options)
