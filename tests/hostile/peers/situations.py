"""The programs' calls to a peer: which request the deed hits, and how the program may end.

A situation is one command line and the right answers to all that it asks. A deed replaces the answer
to one request of it. `ok` is the exit status where the peer was right all the same, `bad` are those
where it was not, `seconds` is the program's own deadline.
"""
import json

from answers import Service, frame
from http1 import Answer

PING = r"GET /_ping"
IMAGE = r"GET /images/.*/json"
INSPECT = r"GET /containers/[^/]*/json"
CREATE = r"POST /containers/create.*"
START = r"POST /containers/[^/]*/start"
REMOVE = r"DELETE /containers/.*"
WAIT = r"POST /containers/[^/]*/wait.*"
LOGS = r"GET /containers/[^/]*/logs.*"
PULL = r"POST /images/create.*"
PUT, GET, HEALTH = r"PUT /vm", r"GET /vm", r"GET /health"

NAME = "/containers/flower-superlink"
PAIRS = "FL_READY=YES\nFL_ENDPOINT=192.0.2.10:9092\nFL_VERSION=1.25.0\nFL_ROLE=superlink\n"
IMAGE_NAME = "flwr/superlink:1.25.0"
PORTS = {"9091/tcp": "9091", "9092/tcp": "9092", "9093/tcp": "9093"}


class Situation:
    """KIND: the part of the answer that the program uses (status, body, or a stream). MANY: a case costs little, so
    all deeds are tried; else only one of those that take the program's whole deadline is tried (`silent`). UNSURE: a
    SuperLink that serves is ready, also if the peer does not say what runs."""

    def __init__(self, name, peer, argv, target, script, kind="status", nth=0, ok=0, bad=(69, 75),
                 seconds=1, version="1.25.0", many=True, unnamed=False, stage=None,
                 engine=None, unsure=False):
        self.name, self.peer, self.argv, self.target = name, peer, argv, target
        self.script, self.kind, self.nth = script, kind, nth
        self.ok, self.bad, self.seconds = ok, frozenset(bad), seconds
        self.version, self.many, self.unnamed, self.stage = version, many, unnamed, stage
        self.engine, self.unsure = engine, unsure

    def answer(self):
        """The right answer to the target."""
        answers = dict(self.script)[self.target]
        return answers[min(self.nth, len(answers) - 1)]

    def with_answer(self, answer):
        """The script with another answer to the target."""
        script = []
        for pattern, answers in self.script:
            if pattern == self.target:
                answers = answers[:self.nth] + [answer] + answers[self.nth + 1:]
            script.append((pattern, answers))
        return script


def create_request():
    return {"Image": IMAGE_NAME, "Cmd": ["--insecure", "--isolation", "subprocess"],
            "ExposedPorts": {p: {} for p in PORTS},
            "HostConfig": {"RestartPolicy": {"Name": "no"},
                           "PortBindings": {p: [{"HostIp": "127.0.0.1", "HostPort": h}]
                                            for p, h in PORTS.items()}}}


def engine_answers(path, scenario):
    """The stand-in's answers to what the programs ask; its container runs afterwards."""
    engine = Service(path)
    found = {"ping": engine.ask("GET", "/_ping"),
             "image": engine.ask("GET", "/v1.41/images/%s/json" % IMAGE_NAME),
             "no image": engine.ask("GET", "/v1.41/images/flwr/superlink:1.24.0/json"),
             "nothing": engine.ask("GET", "/v1.41%s/json" % NAME),
             "create": engine.ask("POST", "/v1.41/containers/create?name=flower-superlink",
                                  create_request()),
             "created": engine.ask("GET", "/v1.41%s/json" % NAME),
             "start": engine.ask("POST", "/v1.41%s/start" % NAME)}
    engine.ask("POST", "/v1.41%s/stop" % NAME)
    found["exited"] = engine.ask("GET", "/v1.41%s/json" % NAME)
    found["end"] = engine.ask("POST", "/v1.41%s/wait?condition=not-running" % NAME)
    engine.ask("POST", "/v1.41%s/start" % NAME)
    found["running"] = engine.ask("GET", "/v1.41%s/json" % NAME)
    found["logs"] = engine.ask("GET", "/v1.41%s/logs?stdout=1&stderr=1&tail=9" % NAME)
    for tag, mode in (("1.24.0", "ok"), ("1.23.0", "error")):
        with open(scenario, "w", encoding="ascii") as out:
            json.dump({"pull": {"*": mode}}, out)
        found["pull " + mode] = engine.ask("POST",
                                           "/v1.41/images/create?fromImage=flwr/superlink&tag=" + tag)
    found["no end"] = found["end"].with_body(b"")
    found["no end"].stream = True
    for key, want in (("ping", 200), ("image", 200), ("nothing", 404), ("create", 201),
                      ("start", 204), ("running", 200), ("logs", 200), ("pull ok", 200)):
        if found[key].status != want:
            raise SystemExit("the stand-in answers %d to %s" % (found[key].status, key))
    return found


def onegate_answers(port, token):
    gate = Service("127.0.0.1:%d" % port, {"X-ONEGATE-TOKEN": token, "X-ONEGATE-VMID": "42",
                                           "Content-Type": "text/plain"})
    pairs = ("FL_READY=YES\nFL_ENDPOINT=192.0.2.10:9092\nFL_VERSION=1.25.0\nFL_ROLE=superlink\n")
    return {"put": gate.ask("PUT", "/vm", pairs.encode()), "get": gate.ask("GET", "/vm")}


def slim(answer, *names):
    """The same with only the members that the programs read, so that the answer can end behind each byte."""
    whole, out = json.loads(answer.body), {}
    for name in names:
        at, here = out, whole
        for key in name.split(".")[:-1]:
            at, here = at.setdefault(key, {}), here[key]
        at[name.split(".")[-1]] = here[name.split(".")[-1]]
    return Answer(answer.status, answer.headers[:1], json.dumps(out).encode())


def boot_script(e, *inspects, image="image"):
    return [(PING, [e["ping"]]), (IMAGE, [e[i] for i in image.split(",")]), (PULL, [e["pull ok"]]),
            (INSPECT, [e[i] for i in inspects]), (CREATE, [e["create"]]), (REMOVE, [Answer(204)]),
            (START, [e["start"]]), (WAIT, [e["no end"]]), (LOGS, [e["logs"]])]


def boots(e, gate):
    """The time that OneGate may cost a boot: 20 s, the default of fl-onegate-publish. The Engine is right, or missing in
    a way that ends step 7 at once."""
    service = ["/bin/sh", "{build}/service", "--root={root}", "--bindir={build}"]
    onegate = [(PUT, [gate["put"]])]
    good, none = boot_script(e, "nothing", "created", "running"), [(PING, [Answer(200)])]
    return [
        Situation("publish by default", "OneGate", ["fl-onegate-publish", "--root={root}"] + PAIRS.split(), PUT,
                  onegate, seconds=20),
        Situation("service configure that fails", "OneGate", service + ["configure"], PUT, onegate,
                  bad=(78,), seconds=20, version="no strategy"),
        Situation("service bootstrap that fails", "OneGate", service + ["bootstrap"], PUT, onegate,
                  bad=(69,), seconds=20, engine=none),
        Situation("service bootstrap", "OneGate", service + ["bootstrap"], PUT, onegate, bad=(0,),
                  seconds=25, engine=good),
    ]


def situations(e, gate):
    """All of them. In argv {root}, {peer}, {sock} and {port} are replaced."""
    first = ["fl-bootstrap", "--root={root}", "--docker={sock}", "--timeout=1"]
    boot = first[:-1] + ["--timeout=30"]
    look = ["fl-healthcheck", "--json", "-v", "--root={root}", "--docker={sock}"]
    # As operands, which need no SuperLink.
    send = ["fl-onegate-publish", "--root={root}", "--timeout=1"] + PAIRS.split()
    fresh = boot_script(e, "nothing", "created", "running")
    runs, dead = boot_script(e, "running"), boot_script(e, "exited")
    onegate = [(PUT, [gate["put"]]), (GET, [gate["get"]])]
    died = boot_script(e, "nothing", "created", "exited")
    return [
        Situation("publish", "OneGate", send, PUT, onegate),
        Situation("verify", "OneGate", send + ["--verify"], GET, onegate, "body"),
        Situation("step 7, ping", "Engine", first, PING, fresh),
        Situation("step 8, image", "Engine", boot, IMAGE, fresh, "body", bad=(69,), seconds=30,
                  many=False, stage=8),
        Situation("step 8, pull", "Engine", boot + ["--pull-timeout=3", "--stall-timeout=2"], PULL,
                  boot_script(e, "nothing", "created", "running", image="no image,image"), "stream",
                  bad=(0, 69), seconds=3, version="1.24.0", unnamed=True),
        Situation("step 9, inspect", "Engine", boot, INSPECT, fresh, "body", nth=1, seconds=65,
                  many=False, stage=9),
        Situation("step 9, remove", "Engine", boot, REMOVE,
                  boot_script(e, "running", "created", "running"), seconds=60, many=False, stage=9),
        Situation("step 9, create", "Engine", boot, CREATE, fresh, seconds=60, many=False, stage=9),
        Situation("step 9, start", "Engine", boot, START, fresh, seconds=65, many=False, stage=9),
        Situation("step 9, await", "Engine", boot, INSPECT, fresh, "body", nth=2, seconds=65,
                  many=False, stage=9),
        Situation("step 9, end", "Engine", boot, WAIT, fresh, "stream", bad=(0, 69), seconds=5,
                  unnamed=True),
        Situation("step 9, log of a dead one", "Engine", boot, LOGS, died, "stream", ok=69,
                  bad=(69,), seconds=7, unnamed=True, many=False),
        Situation("look, inspect", "Engine", look, INSPECT, runs, "body", bad=(0, 1), seconds=7,
                  unsure=True),
        Situation("look, log of a dead one", "Engine", look, LOGS, dead, "stream", ok=1, bad=(1,),
                  seconds=7, unnamed=True),
        Situation("wait, inspect", "Engine", look + ["--wait=1"], INSPECT, runs, "body", bad=(0, 69, 75),
                  seconds=3.2, unsure=True),
        Situation("wait, end", "Engine", look + ["--wait=1"], WAIT, runs, "stream", ok=75,
                  seconds=3.2, unnamed=True, version="deaf"),
    ]


__all__ = ["Situation", "boots", "engine_answers", "frame", "onegate_answers", "situations", "slim"]
