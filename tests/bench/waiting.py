"""What it costs to wait: for an Engine that is not there, for a SuperLink that does not answer."""
import os

from meter import Command
from report import Row
from world import IMAGE, wait_until

TITLE = "waiting, by the second and by the hour (extrapolated)"
ACCEPTS, REFUSES = 9192, 9193  # Fleet ports


def loop(world, title, text, seconds, env=None):
    """One of the shell version's loops; it has no end of its own."""
    script = '. "$0/common.sh"; %s' % text
    return Command(title, ["timeout", str(seconds), "bash", "-c", script, world.baseline], env=env,
                   statuses=(124,))


def run(world, report, options):
    # An Engine whose container runs and serves nothing.
    engine = os.path.join(world.folder, "waiting.sock")
    world.standin("engine.py", "--socket", engine, "--image", IMAGE)
    ports = os.path.join(world.folder, "waiting.ports")
    # As docker-proxy in front of a port on which nothing listens.
    world.standin("superlink.py", "--fleet", str(ACCEPTS), "--mode=reset", "--port-file", ports)
    wait_until(lambda: os.path.exists(engine) and os.path.exists(ports), "the stand-ins")
    roots = {}
    for port in (ACCEPTS, REFUSES):
        roots[port] = world.root('export FL_FLEET_API_ADDRESS="0.0.0.0:%d"\n' % port)
        world.meter.run(world.program("fl-configure", roots[port]))
    world.meter.run(world.program("fl-bootstrap", roots[REFUSES], "--docker", engine))

    seconds, nothing = options.wait, os.path.join(world.folder, "nothing.sock")
    health = ("--wait=%d" % seconds, "--docker", engine)
    groups = [
        ("for the Engine, %d s" % seconds, [
            world.program("fl-bootstrap", roots[REFUSES], "--timeout=%d" % seconds, "--docker", nothing,
                          statuses=(75,)),
            loop(world, "until docker info; do sleep 1; done", "until docker info; do sleep 1; done", seconds,
                 env={"DOCKER_HOST": "unix://" + nothing})]),
        ("for the SuperLink, its port refuses, %d s" % seconds, [
            world.program("fl-healthcheck", roots[REFUSES], *health, statuses=(75,)),
            loop(world, "until nc -z; do sleep 1; done",
                 "FLEET_PORT=%d; until superlink_listening; do sleep 1; done" % REFUSES, seconds)]),
        ("for the SuperLink, its port accepts and resets, %d s" % seconds, [
            world.program("fl-healthcheck", roots[ACCEPTS], *health, statuses=(75,))])]
    samples = iter(world.meter.run_together([command for _, commands in groups for command in commands]))
    for what, commands in groups:
        rows = []
        for command in commands:
            sample = next(samples)
            rate = sample.cpu / seconds
            rows.append(Row(command.name, rate=rate, hour=rate * 3.6, memory=sample.memory))
        report.compare("waiting " + what, rows)
        report.goal("waiting %s: CPU time, ms a second" % what, rows[0].figures["rate"], most=10)
