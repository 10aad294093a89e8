"""What the measured commands meet: a folder, a network, a OneGate, an Engine, a SuperLink.

Everything is in a network namespace of its own, so that the SuperLink's fixed ports are free, and goes with it.
The OneGate is the tests' stand-in. The Engine and the SuperLink are real ones where they can be had, else the
tests' stand-ins.
"""
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

import shared
from meter import Command, Meter
from shared import CONTAINER, Unfit, wait_until

TOKEN = "dG9rZW4gb2YgdGhlIGJlbmNobWFyaw=="
ADDRESS = "192.0.2.10"
IMAGE = "flwr/superlink:1.25.0"
CLONE_NEWNET = 0x40000000


class World:
    def __init__(self, top, build, cache):
        self.top, self.build, self.cache = top, build, cache
        self.baseline = os.path.join(top, "tests/bench/baseline")
        self.host_network = os.open("/proc/self/ns/net", os.O_RDONLY)
        os.set_inheritable(self.host_network, True)
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(CLONE_NEWNET) != 0:
            raise Unfit("no right to make a network namespace: " + os.strerror(ctypes.get_errno()))
        for line in ("link set lo up", "link add eth0 address 02:00:c0:00:02:0a type veth peer name veth0",
                     "link set eth0 up", "link set veth0 up", "addr add %s/24 dev eth0" % ADDRESS):
            subprocess.run(["ip"] + line.split(), check=True)
        self.folder = tempfile.mkdtemp(prefix="fl-bench.")
        self.meter = Meter(os.path.join(build, "obj/bench/measure"), self.folder)
        self.children, self.roots, self.engine_folder = [], 0, None
        self.log = open(os.path.join(self.folder, "log"), "wb")
        self.socket = self.real = None
        self.start_onegate()

    def close(self):
        for child in self.children:
            child.terminate()
        for child in self.children:
            child.wait()
        if self.engine_folder:
            if self.real:
                self.remove_container()  # it writes to its tree as long as it runs
            self.engine_script("stop")
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def stop(self, child):
        child.send_signal(signal.SIGTERM)
        child.wait()
        self.children.remove(child)

    def standin(self, name, *options):
        child = shared.start_standin(name, *options, stdout=self.log, stderr=self.log)
        self.children.append(child)
        return child

    # --- OneGate --------------------------------------------------------------------------------

    def start_onegate(self):
        self.gate_journal = os.path.join(self.folder, "gate.journal")
        child, place = shared.start_onegate(os.path.join(self.folder, "gate.port"), "--token", TOKEN, "--journal",
                                            self.gate_journal, stdout=self.log, stderr=self.log)
        self.children.append(child)
        self.gate = "http://" + place

    def published(self):
        """When OneGate last got FL_READY=YES, as time.time() counts, or None."""
        with open(self.gate_journal, encoding="utf-8") as source:
            times = [entry["time"] for entry in map(json.loads, source)
                     if entry["method"] == "PUT" and "FL_READY=YES" in entry["body"]]
        return times[-1] if times else None

    # --- folders and commands -------------------------------------------------------------------

    def root(self, context="", where=None):
        """A new tree with a context in it: `context`, then the lines that name OneGate and the VM."""
        self.roots += 1
        root = os.path.join(where or self.folder, "root%d" % self.roots)
        os.makedirs(root + "/run/one-context")
        with open(root + "/run/one-context/one_env", "w", encoding="utf-8") as out:
            out.write(context)
            for name, value in (("VMID", "42"), ("ONEGATE_ENDPOINT", self.gate), ("TOKENTXT", TOKEN),
                                ("ETH0_IP", ADDRESS)):
                out.write('export %s="%s"\n' % (name, value))
        systemctl = os.path.join(root, "systemctl")
        with open(systemctl, "w", encoding="ascii") as out:
            out.write('#!/bin/sh\n[ "$1" = start ] || exit 0\nexec docker start "${2%.service}" >/dev/null\n')
        os.chmod(systemctl, 0o755)
        return root

    def program(self, name, root, *options, **more):
        """One of the four, or service."""
        path = os.path.join(self.build, name)
        docker = {"DOCKER_HOST": "unix://" + self.socket} if self.socket else {}
        return Command(" ".join((name,) + options[:1]), [path, "--root", root, *options], env=docker, **more)

    def service(self, root, stage):
        return self.program("service", root, "--bindir", self.build, stage)

    def script(self, name, root, *arguments, **more):
        """One of the shell version's."""
        env = {"ROOT": root, "SYSTEMCTL": os.path.join(root, "systemctl"), "HEALTH_TIMEOUT": "60"}
        if self.socket:
            env["DOCKER_HOST"] = "unix://" + self.socket
        env.update(more.pop("env", {}))
        return Command("%s.sh" % name, [os.path.join(self.baseline, name + ".sh"), *arguments], env=env, **more)

    # --- Engine ---------------------------------------------------------------------------------

    def engine_script(self, command, *options, **env):
        done = subprocess.run([os.path.join(self.top, "tests/docker/engine.sh"), command, self.engine_folder,
                               *options], env={**os.environ, **env}, stdin=subprocess.DEVNULL,
                              capture_output=True, check=False)
        return done.returncode, done.stdout.decode().strip(), done.stderr.decode().strip()

    def real_engine(self, *options):
        """A real one with the Flower image, in this network; raises Unfit if none can run here."""
        if self.socket and not self.real:
            raise Unfit("the stand-in runs")
        if self.engine_folder is None:
            self.engine_folder = os.path.join(self.folder, "e")
        else:
            self.engine_script("stop")
        for program in ("dockerd", "docker"):
            if not shutil.which(program):
                raise Unfit("%s is not there" % program)
        for number in range(1, 7):
            status, out, err = self.engine_script(
                "start", *options, DATA=os.path.join(self.cache, "engine-%d" % number))
            if status == 0 or "another Engine uses" not in err:
                break
        if status != 0:
            raise Unfit(err.splitlines()[-1] if err else "no Engine")
        self.socket, self.real = out, True
        os.environ["DOCKER_HOST"] = "unix://" + out
        self.remove_container()
        build = [os.path.join(self.top, "tests/docker/build-image.sh"), IMAGE.split(":")[1]]
        done = subprocess.run(["nsenter", "--net=/proc/self/fd/%d" % self.host_network] + build,
                              env={**os.environ, "CACHE": self.cache}, pass_fds=(self.host_network,),
                              stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise Unfit("no Flower image: " + done.stderr.decode(errors="replace").strip().splitlines()[-1])

    def standin_engine(self):
        self.socket, self.real = os.path.join(self.folder, "docker.sock"), False
        os.environ["DOCKER_HOST"] = "unix://" + self.socket
        self.standin("engine.py", "--socket", self.socket, "--image", IMAGE, "--set", 'container={"serve": true}')
        wait_until(lambda: os.path.exists(self.socket), "the Engine stand-in")

    def any_engine(self, prefer_real):
        """Makes sure that there is one."""
        if self.socket:
            return
        if prefer_real:
            try:
                self.real_engine()
                return
            except Unfit as reason:
                print("no real Docker Engine (%s), so the stand-ins of tests/standin/ answer" % reason,
                      file=sys.stderr)
                self.socket = self.real = None
        self.standin_engine()

    def inspect(self):
        return shared.ask_engine(self.socket, "GET", "/containers/%s/json" % CONTAINER)

    def remove_container(self):
        shared.remove_container(self.socket)

    def boot(self, root):
        """Until the SuperLink works."""
        for stage in ("configure", "bootstrap"):
            self.meter.run(self.service(root, stage))

    @property
    def called(self):
        return "a real Engine and SuperLink" if self.real else "stand-ins of Engine and SuperLink"
