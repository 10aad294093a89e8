"""Values in the context: fl-configure alone, and behind `service configure`."""
import itertools
import json
import os
import re
import select
import shutil
import socket
import subprocess

import rules
from payloads import FITTED, NAMES, OTHERS, PAYLOADS, armed

FOLDER = ""
BUILD = os.environ["BUILD"]
TOP = os.environ["TOP"]
BIG = 1 << 20
CONFIG = "opt/flower/config/"
UNIT = "etc/systemd/system/flower-superlink.service"
LOG = "var/log/one-appliance/flower-configure.log"


def escape(value):
    return re.sub(rb'([\\"$`])', rb"\\\1", value)


SHAPES = {
    "one-apps": lambda name, value: b'export %s="%s"\n' % (name, value),
    "context.sh": lambda name, value: b"%s='%s'\n" % (name, value.replace(b"'", b"'\\''")),
    "escaped": lambda name, value: b'%s="%s"\n' % (name, escape(value)),
    "bare": lambda name, value: b"%s=%s\n" % (name, value),
}


def expected(shape, value):
    """What the entry holds, or None where the shape itself is ambiguous."""
    if shape == "bare" or b"\0" in value:
        return None
    if shape == "one-apps":  # does not escape: a quote at the end of a line may be the last one
        return None if b'"\n' in value or b'"\r\n' in value else value
    if shape == "context.sh" and b"'" in value and b"\nexport " in value:
        return None
    return value.replace(b"\r\n", b"\n")


def parameters():
    table = subprocess.run([BUILD + "/fl-configure", "--print=variables"], capture_output=True, text=True, check=True)
    return re.findall("^[A-Z0-9_]+$", table.stdout, re.MULTILINE)


def cases():
    """Each parameter with every payload, made to look valid and mostly also unchanged, each time in another shape. Each
    other variable, whose value no program uses, with a quarter of the payloads, each with another quarter."""
    found, shapes, number = [], list(SHAPES), 0
    for name in parameters() + OTHERS:
        for label, value in PAYLOADS if name not in OTHERS else PAYLOADS[OTHERS.index(name) % 4::4]:
            values = [FITTED[name].replace(b"%s", value)] if name in FITTED else []
            if name not in FITTED or number % 3:
                values.append(value)
            for one in values:
                shape = shapes[number % 4] if len(one) < BIG else "one-apps"
                number += 1
                found.append((name.encode(), shape, label, one))
        number += 1  # the next variable gets the payload in another shape
    return found


def name_cases():
    values = [p for p in PAYLOADS if p[0] in (
        "dollar-parenthesis", "empty", "colour", "a log line", "quote alone", "right to left override", "header")]
    pairs = itertools.product(NAMES, values)
    return [(name, shape, label, value) for (name, (label, value)), shape in zip(pairs, itertools.cycle(SHAPES))]


def service_cases():
    """Each payload in every variable at once, in the file and in the environment as well, as one-contextd does it."""
    return [(None, "one-apps", label, value) for label, value in PAYLOADS if len(value) < BIG]


class Tree:
    """A tree below --root with a journal, and the canary's folder beside it."""

    def __init__(self, worker):
        self.root = "%s/tree.%s" % (FOLDER, worker)
        self.canaries = "%s/canary.%s" % (FOLDER, worker)
        self.canary = self.canaries.encode() + b"/run"
        self.context = self.root + "/run/one-context/one_env"
        for folder in (self.canaries, self.root + "/run/one-context", self.root + "/run/systemd/journal"):
            os.makedirs(folder)
        self.journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.journal.bind(self.root + "/run/systemd/journal/socket")
        self.write(b"")
        self.run([BUILD + "/fl-configure", "--root", self.root])
        self.known = self.paths()
        self.unit = self.read(UNIT)
        self.env = [line.split(b"=")[0] for line in self.read(CONFIG + "superlink.env").split(b"\n")]
        self.json = json.loads(self.read(CONFIG + "superlink.json"))
        self.forget()

    def write(self, text):
        with open(self.context, "wb") as out:
            out.write(text)

    def read(self, path, take=False):
        try:
            with open(self.root + "/" + path, "r+b" if take else "rb") as source:
                text = source.read()
                if take:
                    source.truncate(0)
                return text
        except FileNotFoundError:
            return b""

    def paths(self):
        found = set()
        for folder, folders, files in os.walk(self.root):
            found.update(os.path.relpath(os.path.join(folder, n), self.root) for n in folders + files)
        return found

    def run(self, command, env=None):
        """Exit status, stdout, stderr and the datagrams to the journal, whose socket is read meanwhile."""
        datagrams = []
        with open(self.canaries + ".out", "w+b") as out, open(self.canaries + ".err", "w+b") as err:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=env, close_fds=False)
            end = os.pidfd_open(child.pid)
            poll = select.poll()
            poll.register(end, select.POLLIN)
            poll.register(self.journal, select.POLLIN)
            done = False
            while not done:
                ready = [fd for fd, _ in poll.poll(60000)]
                if not ready:
                    child.kill()
                if self.journal.fileno() in ready:
                    datagrams.append(self.journal.recv(1 << 20))
                else:
                    done = True
            os.close(end)
            status = child.wait()
            out.seek(0)
            err.seek(0)
            return status, out.read(), err.read(), datagrams

    def paste(self, script):
        """What a shell makes of it."""
        with open(self.canaries + ".sh", "wb") as out:
            out.write(script)
        return self.run(["/bin/dash", self.canaries + ".sh"])

    def forget(self):
        """Makes the tree as it was before the first boot, apart from the folders and the unit."""
        for name in ("superlink.env", "superlink.json"):
            if os.path.exists(self.root + "/" + CONFIG + name):
                os.unlink(self.root + "/" + CONFIG + name)
        state = self.root + "/opt/flower/state"
        for entry in os.scandir(state):
            shutil.rmtree(entry.path) if entry.is_dir() else os.unlink(entry.path)


def judge_files(verdict, case, tree, written):
    """superlink.env, superlink.json, the unit, and whatever else is there. Returns superlink.json's values."""
    verdict.holds("unit", tree.read(UNIT) == tree.unit, case)
    if not written:
        verdict.holds("nothing", not tree.read(CONFIG + "superlink.env") and not tree.read(CONFIG + "superlink.json"), case)
        verdict.holds("tree", tree.paths() <= tree.known, case, tree.paths() - tree.known)
        return {}
    env = tree.read(CONFIG + "superlink.env").split(b"\n")
    verdict.holds("env", [line.split(b"=")[0] for line in env] == tree.env, case, env)
    found = json.loads(tree.read(CONFIG + "superlink.json"))
    verdict.holds("json", list(found) == list(tree.json) and list(found["parameters"]) == list(tree.json["parameters"])
                  and all(sorted(v) == ["origin", "value"] for v in found["parameters"].values()), case, found)
    values = {name: one["value"] for name, one in found["parameters"].items()}
    for name, variable in (("FL_STRATEGY", b"FL_STRATEGY"), ("FL_LOG_LEVEL", b"FLWR_LOG_LEVEL")):
        verdict.holds("env", variable + b"=" + values[name].encode() in env, case, env)
    folder, extra = "opt/flower/state", set()  # the folders of FL_DATABASE, and no other
    for part in re.sub("^(/app/)?state/", "", values["FL_DATABASE"]).split("/")[:-1]:
        folder += "/" + part
        extra.add(folder)
    verdict.holds("tree", tree.paths() == tree.known | extra, case, tree.paths() ^ (tree.known | extra))
    return values


def judge_context(verdict, case, tree, name, value):
    """--print=context has the variable and its neighbours, each verbatim."""
    _, out, _, _ = tree.run([BUILD + "/fl-configure", "--root", tree.root, "--print=context"])
    secret = re.search(b"TOKEN|PASSWORD|SECRET", name)
    want = b"BEFORE=1\0%s=%s\0AFTER=2\0" % (name, b"***" if secret and value else value)
    verdict.holds("context", out == want, case, out)


def configure(cases_of_mine, worker):
    """fl-configure with one variable of the context, between two others."""
    verdict, accepted = rules.Verdict(), set()
    tree = Tree("read%d%s" % (worker, len(cases_of_mine)))
    config = set(tree.json["parameters"])
    for name, shape, label, value in cases_of_mine:
        value, name = armed(value, tree.canary), armed(name, tree.canary)
        case = "%.60r, %s, %s" % (name, shape, label)
        pairs = ((b"BEFORE", b"1"), (name, value), (b"AFTER", b"2"))
        tree.write(b"".join(SHAPES[shape](*pair) for pair in pairs))
        status, out, err, datagrams = tree.run([BUILD + "/fl-configure", "-v", "--root", tree.root])
        verdict.holds("status", status in (0, 78), case, status)
        verdict.holds("canary", not os.listdir(tree.canaries), case)
        verdict.holds("stdout", out == b"", case, out)
        rules.judge_messages(verdict, case, value, err, tree.read(LOG, take=True), datagrams)
        values = judge_files(verdict, case, tree, status == 0)
        want = expected(shape, value)
        text = name.decode("latin-1")
        if text in OTHERS and want is not None and not text.startswith(("FL_TLS", "ONEAPP_")):
            verdict.holds("foreign", status == 0, case, err)
        if status == 0 and want and text in config:
            verdict.holds("verbatim", values[text].encode() == want, case, values[text])
            accepted.add((text, want))
        if want is not None and (text in OTHERS or (status == 0 and text in config)):
            judge_context(verdict, case, tree, name, want)
        tree.forget()
    return verdict, accepted


def service(cases_of_mine, worker):
    """`service configure` with the payload in every variable and in the environment."""
    verdict = rules.Verdict()
    tree = Tree("service%d" % worker)
    names = parameters() + OTHERS
    known = tree.known | {"etc/one-appliance", "etc/one-appliance/status", "etc/motd", "run/flower-superlink",
                          "run/flower-superlink/status", "run/flower-superlink/lock", "run/flower-superlink/onegate",
                          "run/flower-superlink/memory", "var/log/one-appliance/flower-bootstrap.log"}
    for _, shape, label, value in cases_of_mine:
        value = armed(value, tree.canary)
        case = "service configure, " + label
        tree.write(b"".join(SHAPES[shape](name.encode(), value) for name in names))
        # The loader obeys these, before the first line of any script.
        env = {name: value for name in names if not name.startswith(("LD_", "GLIBC_"))} if b"\0" not in value else {}
        env = {name: one[:60000] for name, one in env.items()} if len(value) < 5000 else {}
        status, out, err, datagrams = tree.run(["/bin/dash", TOP + "/one-appliance/service", "--root", tree.root, "--bindir",
                                                BUILD, "configure"], env)
        verdict.holds("status", status == 78 or (status == 0 and value == b""), case, status)
        verdict.holds("canary", not os.listdir(tree.canaries), case)
        verdict.holds("stdout", out == b"", case, out)
        rules.judge_messages(verdict, case, value, err, tree.read(LOG, take=True), datagrams)
        stage = tree.read("run/flower-superlink/status")
        verdict.holds("tree", tree.paths() <= known, case, tree.paths() - known)
        verdict.holds("nothing", stage == (b"configure_success\n" if status == 0 else b"configure_failure\n"), case, stage)
        verdict.holds("unit", tree.read(UNIT) == tree.unit, case)
        tree.forget()
    return verdict, set()
