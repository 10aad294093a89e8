"""The programs against what people use instead."""
import os
import shutil
import subprocess

from meter import Command
from programs import measured
from world import CONTAINER, IMAGE, TOKEN

TITLE = "the programs and other tools for the same request"
PROBE = "github.com/grpc-ecosystem/grpc-health-probe@v0.4.62"
PAIRS = ("FL_READY=YES", "FL_ENDPOINT=192.0.2.10:9092", "FL_VERSION=1.25.0", "FL_ROLE=superlink")


def grpc_health_probe(world):
    """Its path, built and kept in the cache folder; or None and the reason."""
    folder = os.path.join(world.cache, "go")
    path = os.path.join(folder, "bin", "grpc-health-probe")
    if os.path.exists(path):
        return path, None
    if not shutil.which("go"):
        return None, "no go command"
    done = subprocess.run(
        ["nsenter", "--net=/proc/self/fd/%d" % world.host_network, "go", "install", PROBE],
        env={**os.environ, "GOBIN": os.path.join(folder, "bin"), "GOPATH": folder, "CGO_ENABLED": "0",
             "GOCACHE": os.path.join(folder, "cache"), "GOFLAGS": "-modcacherw"},
        pass_fds=(world.host_network,), stdin=subprocess.DEVNULL, capture_output=True, timeout=600, check=False)
    if done.returncode != 0:
        return None, "go install: " + (done.stderr.decode(errors="replace").strip().splitlines() or ["?"])[-1]
    shutil.rmtree(os.path.join(folder, "cache"), ignore_errors=True)
    return path, None


def compare(world, report, options, what, ours, name, argv, **more):
    """Against one command line, if its program is there."""
    if not shutil.which(argv[0]):
        report.note("%s: skipped, %s is not installed" % (what, argv[0]))
        return
    other = Command(name, argv, env={"DOCKER_HOST": "unix://" + world.socket}, **more)
    report.compare(what, measured(world, [ours, other], options.pairs))


def run(world, report, options):
    world.any_engine(options.real)
    root = world.root()
    world.boot(root)
    report.note("%s answer" % world.called)

    body = "".join(pair + "\n" for pair in PAIRS)
    compare(world, report, options, "PUT to OneGate", world.program("fl-onegate-publish", root, *PAIRS),
            "curl -X PUT", ["curl", "--silent", "--show-error", "--fail", "--request", "PUT", world.gate + "/vm",
                            "--header", "X-ONEGATE-TOKEN: " + TOKEN, "--header", "X-ONEGATE-VMID: 42",
                            "--header", "Content-Type: text/plain", "--data-binary", body])
    compare(world, report, options, "TCP probe",
            world.program("fl-healthcheck", root, "--probe=tcp", "127.0.0.1:9092"),
            "nc -z", ["nc", "-z", "127.0.0.1", "9092"])
    probe, reason = grpc_health_probe(world)
    if probe is None:
        report.note("gRPC probe: skipped, %s" % reason)
    else:
        # The SuperLink does not implement the health protocol; to the probe that is status 3.
        compare(world, report, options, "gRPC probe",
                world.program("fl-healthcheck", root, "--probe=grpc", "127.0.0.1:9092"),
                "grpc-health-probe", [probe, "-addr=127.0.0.1:9092"], statuses=(0, 3))
    compare(world, report, options, "one look at the container",
            world.program("fl-healthcheck", root), "docker inspect", ["docker", "inspect", CONTAINER])
    compare(world, report, options, "does the Engine answer, are image and container there?",
            world.program("fl-bootstrap", root), "docker info, image inspect, inspect",
            ["sh", "-c", "docker info && docker image inspect %s && docker inspect %s" % (IMAGE, CONTAINER)])
