"""Commands on trees: what each finds, how it must end, and what a killed one may leave."""
import fcntl
import json
import os
import subprocess
import sys

import tree
from standins import Engine, Gate


def add_options(parser):
    parser.add_argument("--folder", required=True, help="a new one, for the tree")
    parser.add_argument("--build", required=True)
    parser.add_argument("--service", required=True)
    parser.add_argument("--engine", help="the stand-in's socket")
    parser.add_argument("--journal", help="the stand-in's journal")
    parser.add_argument("--gate")
    parser.add_argument("--gate-state")
    parser.add_argument("--token")


class Case:
    """One command on one tree: what it finds and how it must end."""

    def __init__(self, work, name, command, context, before, env=None):
        self.work, self.name, self.command, self.context = work, name, command, context
        self.before, self.env = before, env
        self.engine = self.gate = None
        self.container = None  # the request for what the Engine has before
        self.started = self.stands = False  # whether that runs, and is what this boot wants
        self.root = os.path.join(work.folder, "root")
        self.good = None  # the Engine's state afterwards
        self.faults = []

    def prepare(self):
        tree.lay_out(self.root, self.before)
        self.work.give_context(self.context)
        if self.engine is not None and not (self.stands and self.engine.summary() == self.good):
            self.engine.reset(self.container, self.started)
        if self.gate is not None:
            self.gate.reset()

    def run(self):
        return subprocess.run(self.command, env=self.env, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)

    def learn(self):
        """Records what an undisturbed run leaves: every other run must end with the same."""
        self.prepare()
        done = self.run()
        if done.returncode != 0:
            sys.exit("# %s: %s" % (self.name, done.stderr))
        self.after = tree.take(self.root)
        if self.engine is not None:
            self.good = self.engine.summary()
        return self

    def progress(self, found):
        seen = tree.progress(found, self.before, self.after)
        if self.engine is None:
            return seen
        if self.engine.summary() != self.good:
            begun = [one["Config"]["Labels"] for one in self.engine.containers()]
            asked = [self.container["Labels"]] if self.container else []
            return "before" if seen == "before" and begun == asked else "between"
        return "between" if seen == "before" and self.writes() else seen

    def writes(self):
        return tree.progress(self.after, self.before, self.after) == "after"

    def look(self, how):
        """After the kill: each file is whole, no false success is claimed, and the next run heals."""
        found = tree.take(self.root)
        faults = tree.halves(found, self.before, self.after, self.work.motds)
        faults += tree.false_claims(found, self.before, self.after)
        if self.engine is not None:
            faults += self.false_readiness(found)
        seen = self.progress(found)
        faults += self.locks() + self.heal()
        self.faults += ["%s: %s" % (how, fault) for fault in faults]
        return seen, bool(tree.temporaries(found))

    def locks(self):
        """Checks that nobody holds a lock in the tree: each ends with the process that held it."""
        faults = []
        for path in [tree.LOCK] + tree.temporaries(tree.take(self.root)):
            try:
                with open(os.path.join(self.root, path), "r+b") as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except FileNotFoundError:
                pass
            except OSError as error:
                faults.append("%s is still locked: %s" % (path, error))
        return faults

    def false_readiness(self, found):
        new = tree.status(found) == "bootstrap_success" != tree.status(self.before)
        ready = self.gate is not None and self.gate.says().get("FL_READY") == "YES"
        containers = self.engine.summary()
        faults = ["%s containers" % len(containers)] if len(containers) > 1 else []
        word = "bootstrap_success" if new else "FL_READY=YES"
        if (new or ready) and containers != self.good:
            faults.append("%s, while the Engine has %s" % (word, containers))
        notes = [path for path in self.after if path.endswith(".flower-version")]
        if (new or ready) and [path for path in notes if found.get(path) != self.after[path]]:
            faults.append("%s, and no note beside the database says so" % word)
        return faults

    def heal(self):
        done = self.run()
        if done.returncode != 0:
            return ["the next run: exit status %d: %s" % (done.returncode, done.stderr[-300:])]
        faults = tree.differences(tree.take(self.root), self.after)
        if self.engine is not None and self.engine.summary() != self.good:
            faults.append("the Engine has %s" % self.engine.summary())
        if self.gate is not None and self.gate.says().get("FL_READY") != "YES":
            faults.append("FL_READY is not YES")
        return ["after the next run: " + fault for fault in faults]


class Work:
    """The folder in which all cases of one process take place, one after the other."""

    def __init__(self, options):
        self.options, self.folder, self.build = options, options.folder, options.build
        self.root = os.path.join(self.folder, "root")
        os.makedirs(os.path.join(self.root, "run/one-context"))
        self.motds = self.texts_of_stages()

    def program(self, name, *words):
        return [os.path.join(self.build, name), "--root", self.root] + list(words)

    def service(self, stage):
        return ["dash", self.options.service, "--root", self.root, "--bindir", self.build, stage]

    def give_context(self, values):
        path = os.path.join(self.root, "run/one-context/one_env")
        if os.path.exists(path):
            os.unlink(path)
        with open(path, "w", encoding="utf-8") as out:
            out.writelines('export %s="%s"\n' % pair for pair in sorted(values.items()))

    def texts_of_stages(self):
        texts = set()
        for word in tree.words():
            subprocess.run(self.program("fl-configure", "-q", "--stage", word), check=True)
            texts.add(tree.take(self.root)[tree.MOTD].data)
        tree.lay_out(self.root, {})
        return texts

    def after(self, values, *commands, first=None):
        """The tree that COMMANDS leave, one after the other, for the context VALUES."""
        tree.lay_out(self.root, first or {})
        self.give_context(values)
        for command in commands:
            subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        return tree.take(self.root)

    def stage(self, word):
        return self.program("fl-configure", "-q", "--stage", word)

    # --- the cases ----------------------------------------------------------------------------------

    OLD = {"FL_DATABASE": "state/runs/old/state.db", "FL_CONTROL_API_ADDRESS": "127.0.0.1:9093"}
    NEW = {"FL_DATABASE": "state/runs/new/state.db", "FL_NUM_ROUNDS": "7", "FL_ISOLATION": "process",
           "FL_CONTROL_API_ADDRESS": "127.0.0.1:9093"}

    def of_configure(self, command, stage):
        # The look at the end of a run that fails must not find the Engine of the machine.
        env = {"PATH": os.environ["PATH"], "DOCKER_HOST": "unix://" + self.folder + "/no Engine"}
        configure = self.program("fl-configure", "-q")
        old = self.after(self.OLD, configure)
        booted = self.after(self.OLD, configure, self.stage("bootstrap_success"))
        spoilt = dict(booted)
        for path in tree.CONFIGURED:
            spoilt[path] = spoilt[path]._replace(mode=0o755, uid=12)
        return [Case(self, stage + "first run", command, self.NEW, {}, env),
                Case(self, stage + "changed before the first success", command, self.NEW, old, env),
                Case(self, stage + "unchanged", command, self.NEW, booted, env),
                Case(self, stage + "wrong owners and modes", command, self.NEW, spoilt, env)]

    def of_install(self):
        install = self.service("install")
        first = Case(self, "service install, first", install, {}, {})
        return [first, Case(self, "service install, again", install, {}, first.learn().after)]

    def of_bootstrap(self, command, stage, serves):
        options = self.options
        env = {"PATH": os.environ["PATH"], "DOCKER_HOST": "unix://" + options.engine}
        engine = Engine(options.engine, ["flwr/superlink:1.25.0"])
        settings = dict(self.NEW, FL_ISOLATION="subprocess")
        gate = None
        if serves:
            gate = Gate(options.gate, options.gate_state, options.token)
            settings.update(VMID="42", TOKENTXT=options.token, ONEGATE_ENDPOINT=options.gate,
                            ETH0_IP="192.0.2.10")
        configure = self.program("fl-configure", "-q")
        words = [self.stage("configure_success")] if serves else []
        cases = []
        for name, values, standing in (
                ("with a pull", dict(settings, FLOWER_VERSION="1.26.0"), None),
                ("container replaced", settings, dict(settings, FL_NUM_ROUNDS="2", FLOWER_VERSION="1.24.0")),
                ("unchanged", settings, settings)):
            before = self.after(values, configure, *words)
            one = Case(self, stage + name, command, values, before, env)
            one.engine, one.gate = engine, gate
            if standing is not None:
                engine.images = ["flwr/superlink:1.25.0", "flwr/superlink:1.24.0"]
                one.container, one.started, left = self.made_for(engine, standing, env)
                one.before = left if standing is values else dict(
                    before, **{path: left[path] for path in left if path.endswith(".flower-version")})
            one.stands = standing is values
            cases.append(one)
        return cases

    def made_for(self, engine, values, env):
        """The request for the container that a boot with VALUES makes, and the tree that it leaves."""
        engine.reset(None, False)
        self.after(values, self.program("fl-configure", "-q"))
        subprocess.run(self.program("fl-bootstrap", "-q"), env=env, check=True)
        with open(self.options.journal, encoding="utf-8") as lines:
            made = [entry["body"] for entry in map(json.loads, lines)
                    if entry["path"] == "/containers/create"]
        return made[-1], True, tree.take(self.root)
