"""The situations for faults: a program on a tree, and what must be true at any end of it.

make() builds the situation's tree once for each world, restore() puts a world back before each run,
and judge() gives what is wrong after a run, one text each.
"""
import json
import os
import subprocess

from shared import CONTAINER, read_json, wait_until
from world import GATE, STALE, TOKEN

BUILD = os.environ["BUILD"]
CONTEXT = "run/one-context/one_env"
JSON = "opt/flower/config/superlink.json"
ENV = "opt/flower/config/superlink.env"
BOOTED = "opt/flower/config/booted"
STATUS = "run/flower-superlink/status"
LOCK = "run/flower-superlink/lock"
REPORT = "etc/one-appliance/config"
NOTE = "opt/flower/state/runs/run.db.flower-version"
MARK = "A boot with superlink.json has succeeded: the configuration is fixed.\n"
SUPERLINK = {"Image": "flwr/superlink:1.25.0", "Cmd": ["--isolation", "subprocess"], "Labels": {}}


def run(world, program, *arguments):
    return subprocess.run([os.path.join(BUILD, program), "--root", world.root, *arguments], check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)


class Situation:
    program = ""
    codes = (71,)                 # for a file that fails
    of_context = of_json = None   # for one_env and superlink.json, where they are read
    of_peer = (69, 75)            # for a socket
    waits = False                 # runs that wait more than they work
    mends = False                 # the same again, without a fault, ends as if there had been none
    drifts = False                # it looks through /proc, where others come and go, before its last calls
    forgets = ()                  # files and folders that it can do without
    lock = False                  # descriptor 9 is the lock of service

    def __init__(self, name, *arguments):
        self.name, self.arguments = name, arguments
        self.template = name.replace("/", " ")

    def command(self, world):
        return [os.path.join(BUILD, self.program), "--root", world.root, *self.arguments]

    def make(self, world):
        world.empty()
        world.context()

    def set_up(self, world):
        self.make(world)
        world.save(self.template)

    def restore(self, world):
        world.restore(self.template)

    def facts(self, world):
        """Everything outside the tree that a run may change."""

    def gives_way(self, done):
        """Whether it has done less than it was told, as documented, and has warned."""
        return False

    def may_hold(self, name, content, facts):
        """Whether a failed run may leave this file with this content, which is neither the old nor the new one."""
        return False

    def judge(self, world, done, facts):
        """DONE: code, out, err and whether it ended as the run without a fault did."""
        return []


# --- fl-configure -------------------------------------------------------------------------------

class Configure(Situation):
    program = "fl-configure"
    of_context = (78,)
    mends = True

    def judge(self, world, done, facts):
        return ["stdout has: " + done.out] if done.out else []


class Changed(Configure):
    """A configured tree with another context; a killed run has left temporary files, too."""

    def make(self, world):
        super().make(world)
        run(world, self.program)
        world.put(ENV + ".fl-AbCdEf", "half of")
        world.context(FL_NUM_ROUNDS="7", FL_STRATEGY="FedProx")


class Unchanged(Configure):
    def make(self, world):
        super().make(world)
        run(world, self.program)


class Standing(Changed):
    """The same after a successful boot: the old configuration stays, whatever fails."""
    of_json = (71, 78)

    def make(self, world):
        super().make(world)
        world.put(BOOTED, MARK)
        world.put(STATUS, "bootstrap_success\n")

    def judge(self, world, done, facts):
        kept = read_json(world.path(JSON))["parameters"]["FL_NUM_ROUNDS"]["value"]
        return super().judge(world, done, facts) + ([] if kept == "3" else ["the configuration no longer stands"])


class Print(Configure):
    mends = False

    def judge(self, world, done, facts):
        return []  # stdout is compared where the status is 0


class Stage(Situation):
    program = "fl-configure"
    mends = True
    lock = True
    forgets = ("etc/one-appliance/status.fl-staged",)  # the link; the next run takes it away
    before = "bootstrap_started"

    def __init__(self, name, stage):
        super().__init__(name, "--stage=" + stage, "--lock-fd=9")
        self.stage = stage

    def make(self, world):
        super().make(world)
        run(world, self.program)
        world.put(STATUS, self.before + "\n")
        world.put(LOCK, "", 0o600)
        world.put("etc/motd", "the one before\n")

    def judge(self, world, done, facts):
        try:
            with open(world.path(STATUS), encoding="utf-8") as source:
                status = source.read()
        except FileNotFoundError:
            status = "none"
        wrong = []
        # Without memory, or before main, the program cannot remove the old status. Without the lock it must not, as
        # the status may be another run's. `service` then records the failure.
        if done.trace and done.code == 71 and "descriptor 9" not in done.err and self.stage != "bootstrap_success" and "success" in status:
            wrong.append("status still says " + status.strip())
        if done.code == 0 and status != self.stage + "\n":
            wrong.append("exit 0, and the status says " + status.strip())
        return wrong


class StageAfterSuccess(Stage):
    before = "bootstrap_success"

    def make(self, world):
        super().make(world)
        world.put(BOOTED, MARK)


# --- fl-bootstrap -------------------------------------------------------------------------------

class Bootstrap(Situation):
    program = "fl-bootstrap"
    of_json = (78,)
    mends = True
    values = {}
    runs = True  # afterwards
    waits = True

    def command(self, world):
        return super().command(world) + ["--docker", world.socket]

    def make(self, world):
        super().make(world)
        world.context(**self.values)
        run(world, "fl-configure")

    def restore(self, world):
        super().restore(world)
        world.behave()
        world.forget_containers()

    def facts(self, world):
        return world.container()

    def judge(self, world, done, facts):
        wrong = []
        if done.code == 0 and facts is None:
            wrong.append("exit 0 without a container")
        elif done.code == 0 and facts[2] != self.runs:
            wrong.append("exit 0 and the container %s" % ("does not run" if self.runs else "was started"))
        return wrong


class Pull(Bootstrap):
    """Another version, which is pulled; nothing is started."""
    values = {"FLOWER_VERSION": "1.24.0"}
    runs = False

    def gives_way(self, done):
        return "going on with the pre-baked" in done.err

    def restore(self, world):
        super().restore(world)
        world.ask("DELETE", "/images/flwr/superlink:1.24.0")


class Kept(Bootstrap):
    """The container is there and runs."""
    waits = False

    def set_up(self, world):
        super().set_up(world)
        world.behave()
        world.forget_containers()
        run(world, self.program, "--docker", world.socket)
        world.save(self.template)

    def restore(self, world):
        world.restore(self.template)


class NewerDatabase(Bootstrap):
    """A newer Flower has used the database: refused, and nothing is made."""
    runs = None
    waits = False
    mends = False

    def make(self, world):
        super().make(world)
        world.put(NOTE, "1.30.0\n", owner=49999)

    def judge(self, world, done, facts):
        return ["a container for a database that it cannot use"] if facts or done.code == 0 else []


# --- fl-healthcheck -----------------------------------------------------------------------------

class Health(Situation):
    program = "fl-healthcheck"
    of_json = (78,)
    of_peer = (1, 69, 75)
    codes = (1, 71)
    ready = True
    superexec = "yes"
    database = "ok"

    def gives_way(self, done):
        """A SuperLink that serves is ready, although the Engine does not say what runs, or nobody how much is free."""
        return ('"name":"container","ok":null,"detail":"Docker Engine on ' in done.out
                or "opt/flower/state: Input/output error" in done.out)

    def command(self, world):
        return super().command(world) + ["--docker", world.socket]

    def set_up(self, world):
        super().set_up(world)
        run(world, "fl-configure")
        world.save(self.template)
        world.behave(superexec=self.superexec)
        world.forget_containers()
        world.ask("POST", "/containers/create?name=" + CONTAINER, SUPERLINK)
        world.ask("POST", "/containers/%s/start" % CONTAINER)
        with open(os.environ["LINK_CONTROL"] + ".new", "w", encoding="ascii") as out:
            json.dump({"database": self.database}, out)
        os.replace(os.environ["LINK_CONTROL"] + ".new", os.environ["LINK_CONTROL"])
        if self.superexec == "yes":
            wait_until(lambda: run(world, "fl-healthcheck", "--docker", world.socket).returncode
                                   in (0, 1 if self.database != "ok" else 0))

    def judge(self, world, done, facts):
        if done.code == 0 and not self.ready:
            return ["false ready"]
        if '"ready":true' in done.out and (done.code != 0 or not self.ready):
            return ["stdout says ready"]
        return []


class Wait(Health):
    codes = (69, 71, 75)
    of_peer = (69, 75)

    def gives_way(self, done):
        """A version that cannot be noted is a warning: the SuperLink serves. The Engine names the version."""
        return "warning: " in done.err and ".flower-version" in done.err or "although Docker does not answer" in done.err


class Refusing(Health):
    ready = False
    database = "attempt to write a readonly database"


class WithoutSuperExec(Health):
    ready = False
    superexec = "no"


# --- fl-onegate-publish -------------------------------------------------------------------------

class Publish(Health):
    """After a fallback: another version runs than the one that was asked for."""
    program = "fl-onegate-publish"
    waits = True
    of_context = (78,)
    of_peer = (1, 69, 75)
    drifts = True
    forgets = ("run/flower-superlink", "run/flower-superlink/onegate")
    right = {"FL_READY": "YES", "FL_ENDPOINT": GATE + ":9092", "FL_VERSION": "1.25.0",
             "FL_ROLE": "superlink"}

    def make(self, world):
        super().make(world)
        world.context(FLOWER_VERSION="1.26.0")
        run(world, "fl-configure")
        world.put(NOTE, "1.25.0\ninstead of 1.26.0\n", owner=49999)

    def set_up(self, world):
        super().set_up(world)
        # The version that OneGate was told stands in if the Engine does not answer.
        run(world, self.program, "--docker", world.socket)
        world.save(self.template)

    def restore(self, world):
        super().restore(world)
        world.reset_gate()

    def facts(self, world):
        return world.published()

    def may_hold(self, name, content, facts):
        # The SuperLink serves also if step 11 fails, so the report is written, with the reason.
        return name == REPORT and b"[OneGate]\npublished     = no, " in content and content.endswith(b"bootstrap.log\n")

    def judge(self, world, done, facts):
        wrong = []
        if facts not in (self.right, STALE):
            wrong.append("OneGate was told %s" % facts)
        # A look that fails is told as FL_READY=NO, which is STALE's.
        if (done.code == 0 or "FL_READY=YES" in done.out) and facts != self.right and "-n" not in self.arguments:
            wrong.append("said to be published, and OneGate has %s" % facts)
        if "-n" in self.arguments and facts != STALE:
            wrong.append("-n published")
        if TOKEN in done.err + done.out:
            wrong.append("the token is shown")
        return wrong


ALL = (
    Configure("fl-configure, first run"),
    Changed("fl-configure, changed context"),
    Unchanged("fl-configure, unchanged"),
    Standing("fl-configure, changed context after a success"),
    Print("fl-configure --print=env", "--print=env"),
    Print("fl-configure -n", "-n"),
    Stage("fl-configure --stage=bootstrap_success", "bootstrap_success"),
    StageAfterSuccess("fl-configure --stage=configure_started", "configure_started"),
    StageAfterSuccess("fl-configure --stage=bootstrap_failure", "bootstrap_failure"),
    Bootstrap("fl-bootstrap"),
    Pull("fl-bootstrap --prepare, pulled", "--prepare"),
    Kept("fl-bootstrap, runs already"),
    NewerDatabase("fl-bootstrap, newer database"),
    Health("fl-healthcheck", "--json"),
    Wait("fl-healthcheck --wait", "--wait=5"),
    Refusing("fl-healthcheck, database refuses"),
    WithoutSuperExec("fl-healthcheck, no SuperExec"),
    Publish("fl-onegate-publish --verify", "--verify", "--timeout=4"),
    Publish("fl-onegate-publish -n", "-n"),
)
