#!/usr/bin/env python3
"""How long after the SuperLink works `fl-healthcheck --wait` says ready, and whether it ever says so too early.

  truth.py --socket DOCKER.SOCK --root DIR --check FL-HEALTHCHECK [--container NAME] [--rounds N]

Each round stops the container, starts it again and runs the health check. Meanwhile an observer that shares no
code with it asks the SuperLink inside the container by the container's own address (past
Docker's proxy), in the order of spec section 7, every 2 ms: gRPC answers on the Fleet and Control ports,
status 0 of ListAppsToLaunch on 9091, a live flower-superexec among the container's processes.

The SuperLink began to work between the beginning of the observer's last failed try and the end of its first
successful one. Each round prints one line: EARLY, the milliseconds from the beginning of the failed try to the end
of the health check (negative if ready came too early); LATE, the milliseconds from the end of the successful try;
the exit status.
"""
import argparse
import os
import random
import socket
import subprocess
import sys
import threading
import time

import h2.config
import h2.connection
import h2.events

import shared


def grpc(host, port, path, body=None):
    """The gRPC status of one call, or None."""
    try:
        with socket.create_connection((host, port), timeout=1) as link:
            h2c = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
            h2c.initiate_connection()
            h2c.send_headers(1, [(":method", "POST"), (":scheme", "http"), (":path", path),
                                 (":authority", host), ("content-type", "application/grpc"),
                                 ("te", "trailers")], end_stream=body is None)
            if body is not None:
                h2c.send_data(1, body, end_stream=True)
            link.sendall(h2c.data_to_send())
            while True:
                data = link.recv(65536)
                if not data:
                    return None
                for event in h2c.receive_data(data):
                    if isinstance(event, (h2.events.ResponseReceived, h2.events.TrailersReceived)):
                        for name, value in event.headers:
                            if name == "grpc-status":
                                return int(value)
                    if isinstance(event, (h2.events.StreamReset, h2.events.StreamEnded)):
                        return None
                link.sendall(h2c.data_to_send())
    except (OSError, h2.exceptions.ProtocolError):
        return None


def descendants(pid):
    for thread in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/children" % (pid, thread), encoding="ascii") as children:
            for child in children.read().split():
                yield int(child)
                yield from descendants(int(child))


def has_superexec(pid):
    try:
        for child in descendants(pid):
            with open("/proc/%d/cmdline" % child, "rb") as line:
                words = line.read().split(b"\0")
            if any(os.path.basename(word) == b"flower-superexec" for word in words):
                return True
    except OSError:
        pass
    return False


def holds(address, fleet, control, pid):
    check = "/grpc.health.v1.Health/Check"
    return (grpc(address, fleet, check) is not None and grpc(address, control, check) is not None
            and grpc(address, 9091, "/flwr.proto.ServerAppIo/ListAppsToLaunch", bytes(5)) == 0
            and has_superexec(pid))


class Observer(threading.Thread):
    def __init__(self, options, state):
        super().__init__(daemon=True)
        self.arguments = (next(iter(state["NetworkSettings"]["Networks"].values()))["IPAddress"],
                          options.fleet, options.control, state["State"]["Pid"])
        self.last_false = time.monotonic()
        self.first_true = None
        self.over = False

    def run(self):
        while not self.over:
            began = time.monotonic()
            if holds(*self.arguments):
                self.first_true = time.monotonic()
                return
            self.last_false = began
            time.sleep(0.002)


def one_round(options):
    name = "/containers/" + options.container
    shared.ask_engine(options.socket, "POST", name + "/stop?t=30")
    shared.ask_engine(options.socket, "POST", name + "/start")
    observer = Observer(options, shared.ask_engine(options.socket, "GET", name + "/json"))
    observer.start()
    time.sleep(random.uniform(0, 0.3))  # the health check meets the start at any moment
    done = subprocess.run([options.check, "--root", options.root, "--docker", options.socket, "--wait"],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
    ready = time.monotonic()
    if done.returncode != 0:
        sys.stderr.write(done.stderr.decode())
    observer.join(10)
    observer.over = True
    if observer.first_true is None:
        sys.exit("the observer never saw it ready")
    return (ready - observer.last_false) * 1e3, (ready - observer.first_true) * 1e3, done.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--socket", required=True)
    parser.add_argument("--root", required=True)
    parser.add_argument("--check", required=True)
    parser.add_argument("--container", default="flower-superlink")
    parser.add_argument("--fleet", type=int, default=9092)
    parser.add_argument("--control", type=int, default=9093)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    for _ in range(options.rounds):
        print("%.1f %.1f %d" % one_round(options), flush=True)


if __name__ == "__main__":
    main()
