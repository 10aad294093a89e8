"""The world that a faulty program runs in: a tree below --root, an Engine and a OneGate of its own."""
import http.client
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import time
import urllib.request

STANDIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "standin")
TOKEN = "dG9rZW4gb2YgdGhlIHRlc3Rz=="
GATE = "192.0.2.10"  # the address that the kernel sends from towards OneGate, so that it is published
STALE = {"FL_READY": "NO", "FL_ENDPOINT": "none", "FL_VERSION": "none", "FL_ROLE": "none"}
NAME = "flower-superlink"


def wait_until(condition):
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.01)
    raise RuntimeError("a stand-in does not come up")


class World:
    def __init__(self, folder):
        self.folder = folder
        self.root = os.path.join(folder, "root")
        self.socket = os.path.join(folder, "docker.sock")
        self.state_of_engine = os.path.join(folder, "engine.state")
        self.state_of_gate = os.path.join(folder, "gate.state")
        self.scenario = os.path.join(folder, "scenario")
        self.processes = []
        self.port = None
        os.makedirs(folder)

    def start(self):
        self.spawn("engine.py", "--socket", self.socket, "--state", self.state_of_engine, "--scenario",
                   self.scenario, "--image", "flwr/superlink:1.25.0", "--set", 'pull={"*": "ok"}')
        port = os.path.join(self.folder, "port")
        self.spawn("onegate.py", "--bind", GATE, "--port-file", port, "--token", TOKEN, "--state",
                   self.state_of_gate)
        wait_until(lambda: os.path.exists(self.socket) and os.path.exists(port))
        with open(port, encoding="ascii") as source:
            self.port = int(source.read())

    def spawn(self, program, *options):
        self.processes.append(subprocess.Popen([sys.executable, os.path.join(STANDIN, program), *options],
                                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL))

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait()

    # --- the tree ------------------------------------------------------------------------------

    def path(self, name):
        return self.root + "/" + name

    def put(self, name, text, mode=0o644, owner=0):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as out:
            out.write(text)
        os.chmod(self.path(name), mode)
        os.chown(self.path(name), owner, owner)

    def context(self, **variables):
        values = {"ONEGATE_ENDPOINT": "http://%s:%d" % (GATE, self.port), "TOKENTXT": TOKEN, "VMID": "42",
                  "FL_CONTROL_API_ADDRESS": "127.0.0.1:9093", "FL_DATABASE": "state/runs/run.db"}
        values.update(variables)
        self.put("run/one-context/one_env",
                 "".join('export %s="%s"\n' % pair for pair in values.items()), 0o400)

    def empty(self):
        shutil.rmtree(self.root, ignore_errors=True)
        os.makedirs(self.root)

    def save(self, name):
        shutil.rmtree(self.folder + "/" + name, ignore_errors=True)
        copy(self.root, self.folder + "/" + name)

    def restore(self, name):
        shutil.rmtree(self.root, ignore_errors=True)
        copy(self.folder + "/" + name, self.root)

    def snapshot(self):
        """Each path with kind, mode, owner and content; of the logs only the path."""
        found = {}
        for folder, folders, files in os.walk(self.root):
            for name in folders + files:
                path = os.path.join(folder, name)
                short = path[len(self.root) + 1:]
                info = os.lstat(path)
                if stat.S_ISREG(info.st_mode) and not short.startswith("var/"):
                    with open(path, "rb") as source:
                        content = source.read()
                else:
                    content = b""
                log = short.startswith("var")
                found[short] = (stat.S_IFMT(info.st_mode), 0 if log else stat.S_IMODE(info.st_mode),
                                info.st_uid, info.st_gid, content)
        return found

    # --- the stand-ins -------------------------------------------------------------------------

    def ask(self, method, path, body=None):
        link = http.client.HTTPConnection("engine", timeout=20)
        link.sock = socket.socket(socket.AF_UNIX)
        link.sock.connect(self.socket)
        link.request(method, path, json.dumps(body) if body else None)
        answer = link.getresponse()
        text = answer.read().decode()
        link.close()
        return answer.status, text

    def behave(self, **container):
        with open(self.scenario, "w", encoding="ascii") as out:
            json.dump({"container": container}, out)

    def forget_containers(self):
        self.ask("DELETE", "/containers/%s?force=1" % NAME)

    def container(self):
        """Image and label of the container and whether it runs; None if there is none."""
        status, text = self.ask("GET", "/containers/%s/json" % NAME)
        if status != 200:
            return None
        one = json.loads(text)
        return one["Config"]["Image"], one["Config"]["Labels"], one["State"]["Running"]

    def reset_gate(self):
        body = "".join("%s=%s\n" % pair for pair in STALE.items())
        urllib.request.urlopen(urllib.request.Request(
            "http://%s:%d/vm" % (GATE, self.port), body.encode(), method="PUT",
            headers={"X-ONEGATE-TOKEN": TOKEN, "X-ONEGATE-VMID": "42", "Content-Type": "text/plain"}),
            timeout=20).close()

    def published(self):
        with open(self.state_of_gate, encoding="utf-8") as source:
            return json.load(source)


def copy(source, target):
    """shutil.copytree() with owners."""
    shutil.copytree(source, target, symlinks=True)
    for folder, folders, files in os.walk(source):
        there = target + folder[len(source):]
        for name in folders + files:
            info = os.lstat(os.path.join(folder, name))
            os.chown(os.path.join(there, name), info.st_uid, info.st_gid, follow_symlinks=False)
            os.chmod(os.path.join(there, name), stat.S_IMODE(info.st_mode))
