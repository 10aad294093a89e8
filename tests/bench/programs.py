"""Each program against the shell version's script that does its part."""
import os
import shutil

from report import Row

TITLE = "each program and the shell version"
LOG = "/var/log/one-appliance"


def measured(world, commands, count):
    """A row for each command, with all its figures."""
    samples = world.meter.interleaved(commands, count)
    rows = []
    for index, (command, runs) in enumerate(zip(commands, samples)):
        children, programs = world.meter.processes(command)
        rows.append(Row(command.name, wall=[run.wall for run in runs], cpu=[run.cpu for run in runs],
                        memory=max(run.memory for run in runs), children=children, programs=programs,
                        instructions=world.meter.instructions(command) if index == 0 else None))
    return rows


def wipe(root):
    for folder in ("opt", "etc", "var"):
        shutil.rmtree(os.path.join(root, folder), ignore_errors=True)


def snapshot(root):
    """Inode and times of each file and folder but the log: a write changes one of them."""
    found = {}
    for folder, folders, files in os.walk(root):
        if folder.endswith(LOG):
            continue
        for name in folders + files:
            path = os.path.join(folder, name)
            info = os.lstat(path)
            found[path] = (info.st_ino, info.st_mtime_ns, info.st_ctime_ns)
    return found


def changed_files(world, command, root):
    before = snapshot(root)
    world.meter.run(command)
    after = snapshot(root)
    return sum(before.get(path) != after.get(path) for path in set(before) | set(after))


def configure(world, report, options, where, place):
    ours, theirs = world.root(where=where), world.root(where=where)
    rows = measured(world, [world.program("fl-configure", ours, prepare=lambda: wipe(ours)),
                            world.script("configure", theirs, prepare=lambda: wipe(theirs))], options.pairs)
    fresh = report.compare("configure, fresh, " + place, rows)
    commands = [world.program("fl-configure", ours), world.script("configure", theirs)]
    for command in commands:
        world.meter.run(command)
    rows = measured(world, commands, options.pairs)
    for row, command, root in zip(rows, commands, (ours, theirs)):
        row.figures["files"] = changed_files(world, command, root)
    report.compare("configure, unchanged, %s (files: written or touched)" % place, rows)
    report.goal("configure, fresh, %s: wall time, of the shell version's" % place, fresh["wall"].median, most=0.25)
    report.goal("configure, unchanged, %s: files written" % place, rows[0].figures["files"], most=0)
    return rows[0].figures["memory"]


def run(world, report, options):
    world.any_engine(options.real)
    ram = os.path.join("/dev/shm", os.path.basename(world.folder))
    os.mkdir(ram)
    try:
        configure(world, report, options, ram, "in memory")
    finally:
        shutil.rmtree(ram)
    memory = configure(world, report, options, None, "on disk")
    report.goal("fl-configure: peak memory, MB", memory, most=12)

    root = world.root()
    world.boot(root)
    theirs = world.root()
    world.meter.run(world.script("configure", theirs))
    report.note("%s answer" % world.called)

    rows = measured(world, [world.program("fl-onegate-publish", root), world.script("onegate-publish", theirs)],
                    options.pairs)
    ratios = report.compare("publish (step 11)", rows)
    report.goal("publish: wall time, of the shell version's", ratios["wall"].median, most=0.6)
    report.goal("fl-onegate-publish: peak memory, MB", rows[0].figures["memory"], most=12)

    script = world.script("health-check", theirs)
    report.compare("probe: does the Fleet port accept?",
                   measured(world, [world.program("fl-healthcheck", root, "--probe=tcp"), script], options.pairs))
    rows = measured(world, [world.program("fl-healthcheck", root), script], options.pairs)
    ratios = report.compare("health: all five layers, beside the probe of one port", rows)
    report.goal("five layers: wall time, of `nc -z` in its script", ratios["wall"].median, most=1.2)
    report.goal("fl-healthcheck: peak memory, MB", rows[0].figures["memory"], most=12)

    bootstrap = world.program("fl-bootstrap", root)
    rows = measured(world, [bootstrap], options.pairs)
    report.compare("bootstrap, the container runs already (steps 7-9)", rows)
    report.goal("fl-bootstrap: peak memory, MB", rows[0].figures["memory"], most=12)

    report.compare("start-up alone: --version", [
        measured(world, [world.program(name, root, "--version")], options.pairs)[0]
        for name in ("fl-configure", "fl-bootstrap", "fl-healthcheck", "fl-onegate-publish")], alike=False)
