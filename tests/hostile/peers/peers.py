#!/usr/bin/env python3
"""The programs against peers that misbehave; called by peers.t, which has started the stand-ins.

Each case is a fresh run of a program against a peer of its own (server.py), eight at a time:
cases.py has the cases, judge.py looks at exit status, messages, standard output, memory and
time. The results go to a file, as TAP's lines without numbers.
"""
import argparse
import collections
import itertools
import os
import queue
import re
import shutil
import socket
import threading

import http1
import http2
import launch
import server
import situations as world
from cases import cases
from judge import judge

WORKERS = 8
HANG = 60  # seconds behind the program's own deadline after which it is killed


class World:
    """What all cases share: folders, configurations, the port that nobody may talk to."""

    def __init__(self, options):
        self.options = options
        self.numbers = itertools.count()
        self.launchers = queue.Queue()
        for number in range(WORKERS):
            self.launchers.put(launch.Launcher(os.path.join(options.folder, "run%d" % number)))
        self.environment = {"PATH": options.build + ":/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
        self.configurations = {}
        self.trap = socket.create_server(("127.0.0.1", 0))
        self.trap.setblocking(False)
        http1.OTHER_HOST.append(self.trap.getsockname()[1])
        http1.TOKEN.append(options.token)

    def call(self, argv, limit, **more):
        launcher = self.launchers.get()
        try:
            return launcher.run([os.path.join(self.options.build, argv[0])] + argv[1:]
                                if "/" not in argv[0] else argv,
                                dict(self.environment, **more), limit)
        finally:
            self.launchers.put(launcher)

    def configuration(self, version, port):
        """superlink.json for a version; the words for one of the ports mean that it is PORT."""
        fleet, control, flower = 9092, 9093, version
        if version == "no strategy":
            flower = "1.25.0"
        if version in ("fleet", "control", "database", "deaf"):
            flower = "1.30.0" if version == "database" else "1.25.0"
            fleet = {"fleet": port, "deaf": 9}.get(version, fleet)
            control = {"control": port, "database": port}.get(version, control)
        if version == "1.40.0":
            fleet = port
        key = (flower, fleet if fleet != port else "PORT", control if control != port else "PORT")
        if key not in self.configurations:
            context = os.path.join(self.options.folder, "context%d" % next(self.numbers))
            with open(context, "w", encoding="ascii") as out:
                out.write('FLOWER_VERSION=%s\nFL_FLEET_API_ADDRESS=127.0.0.1:%d\n'
                          'FL_CONTROL_API_ADDRESS=127.0.0.1:%d\n'
                          % (flower, 19092 if key[1] == "PORT" else fleet,
                             19093 if key[2] == "PORT" else control))
            result = self.call(["fl-configure", "-q", "--print=json", "--context=" + context], 20)
            self.configurations[key] = result["out"].decode()
        return re.sub(r":1909[23]\b", ":%d" % (port or 0), self.configurations[key])

    def root(self, version, port, endpoint):
        """A tree for one run."""
        root = os.path.join(self.options.folder, "root%d" % next(self.numbers))
        for name in ("run/one-context", "opt/flower/config", "opt/flower/state"):
            os.makedirs(os.path.join(root, name))
        with open(os.path.join(root, "run/one-context/one_env"), "w", encoding="ascii") as out:
            if version == "no strategy":
                out.write('export FL_STRATEGY="None"\n')
            for pair in (("ONEGATE_ENDPOINT", endpoint), ("VMID", "42"), ("ETH0_IP", "192.0.2.10"),
                         ("TOKENTXT", self.options.token),
                         ("FL_CONTROL_API_ADDRESS", "127.0.0.1:9093")):
                out.write('export %s="%s"\n' % pair)
        with open(os.path.join(root, "opt/flower/config/superlink.json"), "w",
                  encoding="ascii") as out:
            out.write(self.configuration(version, port))
        return root

    def trapped(self):
        try:
            self.trap.accept()[0].close()
        except BlockingIOError:
            return False
        return True


def run_case(case, shared, found):
    """Runs it; returns launch.run()'s result, and what was wrong."""
    s = case.situation
    folder = shared.options.folder
    engine, script = None, s.engine
    sock = os.path.join(folder, "s%d" % next(shared.numbers))
    if case.grpc:
        peer = http2.GrpcPeer(case.grpc[0], case.deed, case.grpc[1])
    else:
        peer = server.Peer(case.script, s.target, case.deed, sock if s.peer == "Engine" else None,
                           s.nth)
    if s.peer == "SuperLink":
        image = {"database": "1.30.0", "1.40.0": "1.40.0"}.get(s.version, "1.25.0").encode()
        inspect = found["running"].with_body(found["running"].body.replace(
            b"flwr/superlink:1.25.0", b"flwr/superlink:" + image))
        script = [(world.PING, [found["ping"]]), (world.INSPECT, [inspect]),
                  (world.LOGS, [found["logs"]])]
    if script:
        engine = server.Peer(script, None, None, sock)
    root = shared.root(s.version, peer.port, "http://127.0.0.1:%s" % peer.port)
    try:
        result = shared.call([w.format(root=root, sock=sock, port=peer.port,
                                       build=shared.options.build) for w in case.argv],
                             case.seconds + HANG, DOCKER_HOST="unix://" + sock)
        result["files"] = {name: read(root, name) for name in (
            "var/log/one-appliance/flower-bootstrap.log", "etc/one-appliance/config")}
        where = sock if s.peer == "Engine" else "127.0.0.1:%d" % peer.port
        return result, list(judge(case, result, peer, where, shared))
    finally:
        peer.close()
        if engine:
            engine.close()
        shutil.rmtree(root)


def read(root, name):
    try:
        with open(os.path.join(root, name), "rb") as source:
            return source.read()
    except FileNotFoundError:
        return b""


class Results:
    def __init__(self, path):
        self.path, self.done = path, 0
        self.lock = threading.Lock()
        self.groups = collections.OrderedDict()
        self.table = collections.OrderedDict()

    def add(self, case, result, wrong):
        with self.lock:
            group = self.groups.setdefault((case.situation.peer, case.group), [0, []])
            group[0] += 1
            text = re.sub(rb"(?m)^.*container log: .*\n|\s+", b" ", result["err"])
            text = text[-300:].decode("ascii", "backslashreplace")
            group[1] += ["%s: %s (%s)" % (case.name, "; ".join(wrong), text)] if wrong else []
            row = self.table.setdefault(case.situation.peer, [0, (0, ""), (0, "")])
            row[0] += 1
            where = "%s, %s" % (case.situation.name, case.name)
            row[1] = max(row[1], (result["rss"], where))
            row[2] = max(row[2], (result["seconds"], where))
            self.done += 1
            if self.done % 100 == 0:
                self.write()  # for somebody who looks in the middle

    def write(self):
        with open(self.path, "w", encoding="utf-8") as out:
            for (peer, name), (count, wrong) in self.groups.items():
                out.write("%s %s: %s (%d)\n" % ("not ok" if wrong else "ok", peer, name, count))
                out.writelines("#   %s\n" % text for text in wrong[:20])
            for peer, (count, rss, seconds) in self.table.items():
                out.write("# %-10s %5d cases, at most %5.1f MiB (%s), %.1f s (%s)\n" % (
                    peer, count, rss[0] / 1024, rss[1], seconds[0], seconds[1]))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("build", "folder", "engine", "scenario", "token", "results"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--gate", type=int, required=True)
    parser.add_argument("--count", action="store_true", help="list the groups, run nothing")
    parser.add_argument("--only", default="", help="a regular expression on group and case")
    options = parser.parse_args()
    shared = World(options)
    found = world.engine_answers(options.engine, options.scenario)
    gate = world.onegate_answers(options.gate, options.token)
    wanted = [c for c in cases(found, gate) if re.search(options.only, c.group + "/" + c.name)]
    if options.count:
        for group, count in collections.Counter(c.group for c in wanted).items():
            print(count, group)
        return
    # The cases that wait longest begin.
    wanted.sort(key=lambda c: -c.seconds if c.deed and c.deed.waits else 0)
    todo, results = queue.Queue(), Results(options.results)
    for case in wanted:
        todo.put(case)

    def work():
        while True:
            try:
                case = todo.get_nowait()
            except queue.Empty:
                return
            results.add(case, *run_case(case, shared, found))

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.write()
    while not shared.launchers.empty():
        shared.launchers.get().close()


if __name__ == "__main__":
    main()
